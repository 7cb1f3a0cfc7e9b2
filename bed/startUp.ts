import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartsFolder } from "./charts/chartsFolder";
import { writeImages } from "./images/writeImages";
import { nodeImages } from "./images/recipes";
import { importImage, startContainerRuntime } from "./node/containerRuntime";
import { startControlPlane } from "./node/controlPlane";
import { configureCoreDns } from "./node/coredns";
import { layout } from "./node/layout";
import { startMachines } from "./node/machines";
import { startNetworkAgent } from "./node/network/start";
import { running } from "./node/processes";
import { publish } from "./node/publicAddress";
import { takeDown } from "./node/takeDown";
import { namespaces } from "../stacks/namespaces";
import { type Facts } from "./platform/facts";
import { readFacts } from "./platform/factsFile";
import { askInside, type Request } from "./platformInside";
import { foreignPrograms } from "./programs/found";
import { type Lock, readLock } from "./programs/lock";
import { provide, type Programs } from "./programs/provide";
import { type Report, timed } from "./programs/report";

export interface StartUp {
  stack: string;
  /** Settings for this bed only, by path. */
  settings: Readonly<Record<string, unknown>>;
  /** Programs that are not used although they are there. */
  without: readonly string[];
  report: Report;
}

/** A bed that is up. */
export interface Bed {
  facts: Facts;
  /** Versions of the programs that it runs, by name; of those that were found, what they say of themselves. */
  versions: Readonly<Record<string, string>>;
  /** Programs that could not be had. */
  missing: readonly string[];
}

/** From nothing to a stack that answers: programs, images, charts, cluster, platform. A bed that is up gets the stack anew. */
export async function startUp({ stack, settings, without, report }: StartUp): Promise<Bed> {
  const lock = readLock();
  const programs = setAside(await provide(lock, report), without);
  for (const { name, neededFor, mend } of programs.missing) {
    report(`not here: ${name}, needed for ${neededFor}; ${mend}`);
  }
  const { archives, leftOut } = await writeImages(programs, report);
  const charts = await chartsFolder(programs, report);
  linkPrograms(lock, programs);
  if (running("node") === undefined) {
    await takeDown();
    await timed(report, "the cluster", () => startCluster(programs, archives));
  }
  const request: Request = {
    stack,
    settings,
    charts,
    programs: Object.fromEntries(
      names(lock)
        .filter((name) => programs.has(name))
        .map((name) => [name, programs.path(name)]),
    ),
    leftOut: leftOut.map(({ reference }) => reference),
  };
  writeFileSync(join(layout().state, "request.json"), JSON.stringify(request), { mode: 0o600 });
  await timed(report, `the stack ${stack}`, () => askInside(["deploy"]));
  const facts = readFacts(layout().state);
  const hosts = [facts.url, facts.echoUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).hostname]));
  const address = await publish((name) => programs.path(name), namespaces.ingress, hosts);
  report(
    `${facts.url} answers at ${address}, on the client's side: npm run bed -- exec -- curl --cacert ${facts.caFile} ${facts.url}`,
  );
  return {
    facts,
    versions: Object.fromEntries(
      names(lock).flatMap((name) => (programs.has(name) ? [[name, programs.version(name) ?? "unknown"]] : [])),
    ),
    missing: programs.missing.map(({ name }) => name),
  };
}

async function startCluster(programs: Programs, archives: readonly { path: string }[]): Promise<void> {
  const path = (name: string): string => programs.path(name);
  const images = nodeImages((name) => programs.version(name) ?? "");
  await startMachines();
  await startContainerRuntime(path, images.pause);
  // Several names may share an archive.
  for (const archive of new Set(archives.map((each) => each.path))) {
    await importImage(path, archive);
  }
  await startControlPlane(path, images);
  await configureCoreDns(path);
  startNetworkAgent();
}

/** Programs that are there and not to be used count as missing. */
function setAside(programs: Programs, without: readonly string[]): Programs {
  const missing = without.map((name) => ({ name, neededFor: "this run", mend: "leave out --without" }));
  return {
    path: (name) => programs.path(name),
    file: (name) => programs.file(name),
    version: (name) => programs.version(name),
    has: (name) => !without.includes(name) && programs.has(name),
    missing: [...programs.missing, ...missing],
  };
}

function names({ modules, wheels }: Lock): string[] {
  return [
    ...Object.values(modules).flatMap((entry) => Object.keys(entry.programs)),
    ...Object.values(wheels).map(({ program }) => program),
    ...foreignPrograms.map(({ name }) => name),
  ];
}

/** The node and whoever uses `bed exec` find the programs by their names. */
function linkPrograms(lock: Lock, programs: Programs): void {
  const { path: folder } = layout();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of names(lock).filter((each) => programs.has(each))) {
    symlinkSync(programs.path(name), join(folder, name));
  }
}
