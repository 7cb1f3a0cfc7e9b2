import { existsSync, readFileSync } from "node:fs";
import { nodeImages } from "./images/recipes";
import { importImage, startContainerRuntime } from "./node/containerRuntime";
import { BadInput } from "../cli/exit";
import { type ClusterIssuer, startControlPlane } from "./node/controlPlane";
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
  /** The issuer of the cluster's tokens, where it isn't kubeadm's. */
  issuer?: string;
}

/** Whether the cluster was started to the end and its machines still run. */
export function clusterIsUp(): boolean {
  return running("node") !== undefined && running("client") !== undefined && existsSync(layout().ready);
}

export async function startCluster(programs: Programs, archives: Archives, issuer?: ClusterIssuer): Promise<void> {
  const path = (name: string): string => programs.path(name);
  const images = nodeImages((name) => programs.version(name) ?? "");
  await startMachines();
  await startContainerRuntime(path, images.pause);
  const imported = await importArchives(programs, archives, []);
  await startControlPlane(path, images, issuer);
  await configureCoreDns(path);
  startNetworkAgent();
  writeReady({ archives: imported, ...(issuer === undefined ? {} : { issuer: issuer.issuer }) });
}

/** Refuses what needs a cluster of another name: its tokens, and all that believe them, have the one that it started with. */
export function refuseOtherIssuer(wanted: ClusterIssuer | undefined): void {
  const { issuer } = readReady();
  if (issuer !== wanted?.issuer) {
    const said = (name: string | undefined) => name ?? "kubeadm's";
    throw new BadInput("The cluster's issuer cannot change while the bed is up; nothing was deployed.", [
      {
        key: "issuer",
        value: `${said(wanted?.issuer)}, on a bed with ${said(issuer)}`,
        mend: "take the bed down first",
      },
    ]);
  }
}

/** Gives a cluster that is up the images that were put together since, such as those of a program that was left out. */
export async function importMissing(programs: Programs, archives: Archives): Promise<void> {
  const ready = readReady();
  writeReady({ ...ready, archives: await importArchives(programs, archives, ready.archives) });
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

function readReady(): Ready {
  return JSON.parse(readFileSync(layout().ready, "utf8")) as Ready;
}

function writeReady(ready: Ready): void {
  writePrivateJson(layout().ready, ready);
}
