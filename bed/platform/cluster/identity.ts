import { existsSync, readFileSync, rmSync } from "node:fs";
import { platformLayout } from "../layout";
import { writePrivateJson } from "../privateFiles";
import { type Api } from "./api";

/** Removes what was written about a cluster that is gone: a new one has none of its objects and secrets. */
export async function forgetOtherClusters(state: string, api: Pick<Api, "get">): Promise<void> {
  const { metadata } = await api.get<{ metadata: { uid: string } }>("/api/v1/namespaces/kube-system");
  const { cluster } = platformLayout(state);
  const known = existsSync(cluster) ? (JSON.parse(readFileSync(cluster, "utf8")) as { uid?: string }).uid : undefined;
  if (known !== metadata.uid) {
    forgetDeployment(state);
    writePrivateJson(cluster, { uid: metadata.uid });
  }
}

/** Removes what was written about a deployment that is gone, its secrets first of all. */
export function forgetDeployment(state: string): void {
  const { project, rendered, values, applied, facts, ca, passwords, client, pulumi } = platformLayout(state);
  for (const path of [values, passwords, client, ca, facts, applied, rendered, project, pulumi.backend]) {
    rmSync(path, { recursive: true, force: true });
  }
}
