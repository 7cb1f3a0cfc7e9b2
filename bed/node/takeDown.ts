import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { forgetDeployment } from "../platform/cluster/identity";
import { platformLayout } from "../platform/layout";
import { layout } from "./layout";
import { end, isAlive, knownProcesses } from "./processes";

/**
 * Ends the first process of each machine, and with the node's everything on it: the kernel sees to that, so nothing is
 * forgotten and nothing else is met. Logs stay; the rest of the state goes.
 */
export async function takeDown(): Promise<{ ended: number }> {
  const known = knownProcesses().filter(isAlive);
  // Last started, first ended: what serves others goes after them.
  for (const started of known.reverse()) {
    await end(started, started.name.startsWith("node") ? 0 : 2000);
  }
  forgetDeployment(layout().state);
  for (const path of everythingButLogs()) {
    rmSync(path, { recursive: true, force: true });
  }
  removeCgroups();
  return { ended: known.length };
}

/** What the two layouts name, keys and passwords among it; the folder itself may hold what is not the bed's. */
function everythingButLogs(): string[] {
  const { pulumi, ...files } = platformLayout(layout().state);
  const { state, logs, ...place } = layout();
  const ours = [...Object.values(place), ...Object.values(files), ...Object.values(pulumi)];
  return ours.filter((path) => path.startsWith(`${state}/`) && path !== logs && !path.startsWith(`${logs}/`));
}

function removeCgroups(): void {
  const root = "/sys/fs/cgroup";
  const trees = existsSync(join(root, "cgroup.controllers"))
    ? [root]
    : readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => join(root, name));
  for (const tree of trees.map((path) => join(path, layout().cgroupRoot)).filter((path) => existsSync(path))) {
    removeTree(tree);
  }
}

/** A control group goes when the groups inside it and all its processes have gone. */
function removeTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      removeTree(join(path, entry.name));
    }
  }
  try {
    rmdirSync(path);
  } catch {
    // A process that takes its time keeps its group; an empty group disturbs nobody and serves the next bed.
  }
}
