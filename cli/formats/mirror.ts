import { type ChartToMirror, type ImageToMirror } from "../mirror/list";
import { type Style } from "./style";

export interface MirrorList {
  charts: readonly ChartToMirror[];
  images: readonly ImageToMirror[];
}

export function formatMirror({ charts, images }: MirrorList, { colors }: Style): string {
  const target = (to: string | undefined) => (to === undefined ? "" : `  ${colors.dim("->")} ${to}`);
  const width = Math.max(...charts.map(({ chart, version }) => `${chart} ${version}`.length));
  const settings = settingsFor({ charts, images });
  return [
    colors.bold(`${charts.length} charts`),
    ...charts.map(({ chart, version, from, to }) => `  ${`${chart} ${version}`.padEnd(width)}  ${from}${target(to)}`),
    "",
    colors.bold(`${images.length} images`),
    ...images.map(({ from, to }) => `  ${from}${target(to)}`),
    ...(settings.length === 0 ? [] : ["", "Then:", ...settings.map((line) => `  ${line}`)]),
  ].join("\n");
}

/**
 * Commands for a shell. `--all` copies every architecture, and digests stay what they are, so that what was checked at the
 * source is what runs.
 */
export function formatCommands({ charts, images }: MirrorList): string {
  return [
    // What could not be copied ends the script, or the settings would name a mirror with a part missing.
    "set -eu",
    ...charts.flatMap(({ chart, version, from, to }) => [
      from.startsWith("oci://")
        ? `helm pull ${from}/${chart} --version ${version}`
        : `helm pull ${chart} --repo ${from} --version ${version}`,
      `helm push ${chart}-${version}.tgz ${to ?? ""}`,
    ]),
    ...images.map(({ from, to }) => `skopeo copy --all --preserve-digests docker://${from} docker://${to ?? ""}`),
    ...settingsFor({ charts, images }),
  ].join("\n");
}

function settingsFor({ charts, images }: MirrorList): string[] {
  const [chart] = charts;
  const [image] = images;
  if (chart?.to === undefined || image?.to === undefined) {
    return [];
  }
  const registry = chart.to.slice("oci://".length, chart.to.lastIndexOf("/"));
  return [`pulumi config set --path mirror.charts ${chart.to}`, `pulumi config set --path mirror.images ${registry}`];
}
