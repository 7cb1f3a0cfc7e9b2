import { homedir } from "node:os";
import { join } from "node:path";

/** What is built once and kept: programs, images, charts. Outside the repository; GATEHOUSE_BED_CACHE names another place. */
export function cacheDirectory(): string {
  return (
    process.env.GATEHOUSE_BED_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kubeflow-gatehouse-bed")
  );
}

/** What one running bed has: its processes, file systems, logs and credentials. GATEHOUSE_BED_STATE names another place. */
export function stateDirectory(): string {
  return (
    process.env.GATEHOUSE_BED_STATE ??
    join(process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"), "kubeflow-gatehouse-bed")
  );
}
