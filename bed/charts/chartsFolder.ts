import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isScalar, parseDocument } from "yaml";
import { Failure } from "../../cli/exit";
import { type ChartName, lock } from "../../stacks/lock";
import { istioHub, istioTag } from "../images/recipes";
import { copyPlain } from "../programs/copy";
import { type Programs } from "../programs/provide";
import { type Report } from "../programs/report";
import { Store } from "../programs/store";
import { cacheDirectory } from "../state";

/** A default value of a chart that the bed's copy changes; a value that the program gives still wins. */
interface Default {
  path: readonly string[];
  value: string | boolean;
}

/** Where Istio's charts keep their defaults, so that profiles can be laid between them and a user's values. */
const defaults = "_internal_defaults_do_not_set";

/** What Istio's release tools write into a chart: the registry and the tag of the release. */
const released: readonly Default[] = [
  { path: [defaults, "global", "hub"], value: istioHub },
  { path: [defaults, "global", "tag"], value: istioTag },
];

/**
 * The one deviation from the official charts: no metrics provider by default. Istio's own builds of Envoy have a filter
 * `istio.stats` for it, the Envoy of the bed has not, and would refuse every listener with it.
 */
const withoutIstioStats: Default = {
  path: [defaults, "telemetry", "v2", "prometheus", "enabled"],
  value: false,
};

interface Source {
  /** The name under which the folder came with the component. */
  file: string;
  defaults: readonly Default[];
}

const sources: Readonly<Record<ChartName, Source>> = {
  "cert-manager": { file: "cert-manager/charts/cert-manager", defaults: [] },
  base: { file: "istio/charts/base", defaults: [] },
  cni: { file: "istio/charts/cni", defaults: released },
  istiod: { file: "istio/charts/istiod", defaults: [...released, withoutIstioStats] },
  gateway: { file: "istio/charts/gateway", defaults: [] },
};

/** A folder with every chart of the program at its locked version, as `mirror.charts` and `--charts` take it. */
export async function chartsFolder(
  programs: Programs,
  report: Report,
  directory = join(cacheDirectory(), "charts"),
): Promise<string> {
  const store = new Store(directory);
  const from = Object.entries(sources).map(([name, source]) => ({
    name: name as ChartName,
    ...source,
    path: programs.file(source.file),
  }));
  // The path of a component's files carries the hash of what they are, so that it stands for their content.
  const place = store.place("charts", { charts: lock.charts, from });
  if (!existsSync(place)) {
    await store.provide(place, (folder) => {
      for (const { name, path, defaults: changes } of from) {
        copyPlain(path, join(folder, name));
        release(join(folder, name), name, changes);
      }
      return Promise.resolve();
    });
    report(`charts: ${Object.keys(sources).join(", ")}`);
  }
  return place;
}

/** Does what a release does to a chart of the source tree: its version, and where its images are. */
function release(folder: string, name: ChartName, changes: readonly Default[]): void {
  const { version } = lock.charts[name];
  change(join(folder, "Chart.yaml"), [
    { path: ["version"], value: version },
    { path: ["appVersion"], value: version },
  ]);
  if (changes.length > 0) {
    change(join(folder, "values.yaml"), changes);
  }
}

/** Changes values that are there: one that is not would mean another chart than the one that this was written for. */
function change(file: string, changes: readonly Default[]): void {
  let text = readFileSync(file, "utf8");
  for (const { path, value } of changes) {
    // Parsed anew each time, and only the value's own letters replaced: nothing else of the chart may differ.
    const node = parseDocument(text).getIn(path, true);
    if (!isScalar(node) || node.range === undefined || node.range === null) {
      throw new Failure(`The chart's ${file} has no value ${path.join(".")}, which the bed changes.`);
    }
    text = text.slice(0, node.range[0]) + String(value) + text.slice(node.range[1]);
  }
  writeFileSync(file, text);
}
