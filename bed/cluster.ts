import { existsSync, readFileSync } from "node:fs";
import { nodeImages } from "./images/recipes";
import { importImage, startContainerRuntime } from "./node/containerRuntime";
import { startControlPlane } from "./node/controlPlane";
import { configureCoreDns } from "./node/coredns";
import { layout } from "./node/layout";
import { startMachines } from "./node/machines";
import { startNetworkAgent } from "./node/network/start";
import { running } from "./node/processes";
import { writePrivateJson } from "./platform/privateFiles";
import { type Programs } from "./programs/provide";

type Archives = readonly { path: string }[];

/** What is written when every part of the cluster has started; without it a start failed half-way. */
interface Ready {
  /** Archives whose images the node has. */
  archives: string[];
}

/** Whether the cluster was started to the end and its machines still run. */
export function clusterIsUp(): boolean {
  return running("node") !== undefined && running("client") !== undefined && existsSync(layout().ready);
}

export async function startCluster(programs: Programs, archives: Archives): Promise<void> {
  const path = (name: string): string => programs.path(name);
  const images = nodeImages((name) => programs.version(name) ?? "");
  await startMachines();
  await startContainerRuntime(path, images.pause);
  const imported = await importArchives(programs, archives, []);
  await startControlPlane(path, images);
  await configureCoreDns(path);
  startNetworkAgent();
  writeReady(imported);
}

/** Gives a cluster that is up the images that were put together since, such as those of a program that was left out. */
export async function importMissing(programs: Programs, archives: Archives): Promise<void> {
  const { archives: earlier } = JSON.parse(readFileSync(layout().ready, "utf8")) as Ready;
  writeReady(await importArchives(programs, archives, earlier));
}

async function importArchives(programs: Programs, archives: Archives, earlier: readonly string[]): Promise<string[]> {
  const had = new Set(earlier);
  // Several names may share an archive.
  for (const { path } of archives) {
    if (!had.has(path)) {
      await importImage((name) => programs.path(name), path);
      had.add(path);
    }
  }
  return [...had];
}

function writeReady(archives: string[]): void {
  const ready: Ready = { archives };
  writePrivateJson(layout().ready, ready);
}
