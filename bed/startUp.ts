import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type Beside, putBeside } from "./beside/beside";
import { chartsFolder } from "./charts/chartsFolder";
import { clusterIsUp, importMissing, startCluster } from "./cluster";
import { writeImages } from "./images/writeImages";
import { interruption } from "./interruption";
import { layout } from "./node/layout";
import { giveNames } from "./node/machines";
import { publicAddress } from "./node/publicAddress";
import { takeDown } from "./node/takeDown";
import { namespaces } from "../stacks/namespaces";
import { type Facts } from "./platform/facts";
import { readFacts, readPlatformFacts } from "./platform/factsFile";
import { writePrivateJson } from "./platform/privateFiles";
import { askInside, type Request } from "./platformInside";
import { type Lock, readLock } from "./programs/lock";
import { provide, type Programs } from "./programs/provide";
import { type Report, timed } from "./programs/report";
import { checkWithout, programNames, setAside } from "./programs/setAside";

export interface StartUp {
  stack: string;
  /** Settings for this bed only, by path. */
  settings: Readonly<Record<string, unknown>>;
  /** What stands beside the platform; nothing where it is missing. */
  beside?: readonly Beside[];
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
  /** Path of Chromium, where it is to be used. */
  browser?: string;
}

/** From nothing to a stack that answers: programs, images, charts, cluster, platform. A bed that is up gets the stack anew. */
export async function startUp(asked: StartUp): Promise<Bed> {
  const isNew = !clusterIsUp();
  try {
    return await bringUp(asked);
  } catch (error) {
    // What failed by itself stays, to look at; a bed that was up before stays up.
    if (isNew && interruption() !== undefined) {
      await takeDown();
    }
    throw error;
  }
}

async function bringUp({ stack, settings, beside = [], without, report }: StartUp): Promise<Bed> {
  const lock = readLock();
  checkWithout(lock, without);
  const programs = setAside(await provide(lock, report), without);
  for (const { name, neededFor, mend } of programs.missing) {
    report(`not here: ${name}, needed for ${neededFor}; ${mend}`);
  }
  const { archives, leftOut } = await writeImages(programs, report);
  const charts = await chartsFolder(programs, report);
  if (clusterIsUp()) {
    linkPrograms(lock, programs);
    await importMissing(programs, archives);
  } else {
    await takeDown();
    linkPrograms(lock, programs);
    await timed(report, "the cluster", () => startCluster(programs, archives));
  }
  const request: Request = {
    stack,
    settings,
    charts,
    programs: Object.fromEntries(
      programNames(lock)
        .filter((name) => programs.has(name))
        .map((name) => [name, programs.path(name)]),
    ),
    leftOut: leftOut.map(({ reference }) => reference),
  };
  writePrivateJson(layout().request, request);
  await timed(report, `the stack ${stack}`, () => askInside(["deploy"]));
  const program = (name: string) => programs.path(name);
  const gateway = await publicAddress(program, namespaces.ingress);
  await putBeside(beside, { facts: readPlatformFacts(layout().state), programs: program, gateway });
  const facts = readFacts(layout().state);
  const hosts = [facts.url, facts.echoUrl, facts.apps?.url, facts.apps?.closedUrl].flatMap((url) =>
    url === undefined ? [] : [new URL(url).hostname],
  );
  const address = facts.front?.address ?? gateway;
  giveNames(hosts, address);
  report(
    `${facts.url} answers at ${address}, on the client's side: npm run bed -- exec -- curl --cacert ${facts.caFile} ${facts.url}`,
  );
  return {
    facts,
    versions: Object.fromEntries(
      programNames(lock).flatMap((name) => (programs.has(name) ? [[name, programs.version(name) ?? "unknown"]] : [])),
    ),
    missing: programs.missing.map(({ name }) => name),
    ...(programs.has("chromium") ? { browser: programs.path("chromium") } : {}),
  };
}

/** The node and whoever uses `bed exec` find the programs by their names. */
function linkPrograms(lock: Lock, programs: Programs): void {
  const { path: folder } = layout();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of programNames(lock).filter((each) => programs.has(each))) {
    symlinkSync(programs.path(name), join(folder, name));
  }
}
