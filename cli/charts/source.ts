import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { BadInput } from "../exit";
import { type ChartRequest } from "./request";

/** Where helm finds a chart. */
export interface ChartSource {
  chart: string;
  version?: string;
  repository?: string;
}

/** The folder of `--charts`, checked before anything else runs. */
export function chartsFolder(directory: string): string {
  if (!existsSync(directory)) {
    throw new BadInput("The folder of charts is not there.", [
      { key: "--charts", value: directory, mend: "name a folder with <chart> folders or <chart>-<version>.tgz files" },
    ]);
  }
  return directory;
}

/** Finds a chart: in the folder, when one is given and holds it at the asked version, else where the program says. */
export function chartSource(request: ChartRequest, folder: string | undefined): ChartSource | { reason: string } {
  const asked: ChartSource = {
    chart: request.chart,
    ...(request.version === undefined ? {} : { version: request.version }),
    ...(request.repository === undefined ? {} : { repository: request.repository }),
  };
  if (folder === undefined) {
    return asked;
  }
  const name = basename(request.chart).replace(/-v?\d+\.\d+\.\d+.*\.tgz$/, "");
  const version = request.version ?? /-(v?\d+\.\d+\.\d+.*)\.tgz$/.exec(request.chart)?.[1];
  if (version !== undefined) {
    for (const spelling of spellings(version)) {
      const file = join(folder, `${name}-${spelling}.tgz`);
      if (existsSync(file)) {
        return { chart: file };
      }
    }
  }
  const unpacked = join(folder, name);
  const found = folderVersion(unpacked);
  if (found === undefined) {
    return { reason: `the folder of --charts has neither ${name}/ nor ${name}-${version ?? "<version>"}.tgz` };
  }
  if (version !== undefined && !spellings(version).includes(found)) {
    return { reason: `${name}/ in the folder of --charts is version ${found}, the program asks for ${version}` };
  }
  return { chart: unpacked };
}

/** Some charts write their version with a `v`, and the files of some don't. */
function spellings(version: string): string[] {
  const bare = version.replace(/^v/, "");
  return [version, bare, `v${bare}`];
}

function folderVersion(directory: string): string | undefined {
  try {
    const { version } = parse(readFileSync(join(directory, "Chart.yaml"), "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
