import { join } from "node:path";
import { requiredCertManager } from "../../components/existingCertManager";
import { type ExistingIstioSettings } from "../../components/requiredMesh";
import { certManagerObjects, certManagerProblems, certManagerVersion } from "../../documents/cert-manager/problems";
import { describeDifferences } from "../../documents/existing/difference";
import { isRolledOut } from "../../documents/existing/workload";
import { istiodVersion } from "../../documents/istio/istiodProblems";
import { meshObjects } from "../../documents/istio/requiredMesh";
import { Failure } from "../../cli/exit";
import { outcomeOf } from "../command";
import { type Api } from "./cluster/api";
import { type KubernetesObject } from "./cluster/object";
import { until } from "./cluster/wait";
import { repository } from "./layout";
import { type BedStack } from "./stackFile";

/** The versions of what somebody else runs, as far as the stack stands on it. */
export interface ExistingVersions {
  istiod?: string;
  certManager?: string;
}

/** What `pulumi up` looks at by itself, before manifests are applied without it; a difference is the end of it. */
export async function checkExisting(stack: BedStack, api: Pick<Api, "find">): Promise<ExistingVersions> {
  const { istio, certManager } = stack.settings;
  return {
    ...(certManager.type === "existing" ? { certManager: await checkCertManager(stack, api) } : {}),
    ...(istio.type === "existing" ? { istiod: await checkIstio(stack, istio, api) } : {}),
  };
}

/** As docs/7-gitops.md and docs/14-bring-your-own.md have it: kubectl get, and `gatehouse mesh --check`. */
async function checkIstio(
  { name, file }: BedStack,
  istio: ExistingIstioSettings,
  api: Pick<Api, "find">,
): Promise<string> {
  const objects = meshObjects(istio);
  const found = await Promise.all(
    [
      namespaced("/api/v1", "configmaps", objects.configMap),
      namespaced("/api/v1", "configmaps", objects.injector),
      namespaced("/apis/apps/v1", "deployments", objects.deployment),
      `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${objects.webhook}`,
    ].map((path) => api.find<KubernetesObject>(path)),
  );
  const items = found.filter((object) => object !== undefined);
  const command = [join(repository, "bin", "gatehouse.js"), "mesh", name, "--config-file", file, "--check", "-"];
  const { code, stdout, stderr } = await outcomeOf(process.execPath, command, {
    cwd: repository,
    env: { ...process.env, NODE_OPTIONS: "" },
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
  if (code !== 0) {
    throw new Failure(
      `The Istio in ${istio.namespace} is not as the gate needs it; nothing was applied.`,
      `${stdout}\n${stderr}`.trim(),
    );
  }
  return istiodVersion(items.find(({ kind }) => kind === "Deployment")) ?? "";
}

async function checkCertManager({ settings }: BedStack, api: Pick<Api, "find">): Promise<string> {
  const { certManager } = settings;
  if (certManager.type !== "existing") {
    return "";
  }
  const { deployment: name, editRole: role } = certManagerObjects;
  const deployment = await api.find(namespaced("/apis/apps/v1", "deployments", `${certManager.namespace}/${name}`));
  const editRole = await api.find(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`);
  const differences = certManagerProblems({ deployment, editRole }, requiredCertManager(settings, certManager));
  if (differences.length > 0) {
    throw new Failure(
      `The cert-manager in ${certManager.namespace} is not as the platform needs it; nothing was applied.`,
      describeDifferences("Compared with what the platform's issuers need", differences),
    );
  }
  return certManagerVersion(deployment) ?? "";
}

/** Waits until istiod runs with the CA that the platform has brought; nothing of the gate is to come before. */
export async function istiodRolledOut(
  istio: Pick<ExistingIstioSettings, "namespace" | "revision">,
  api: Pick<Api, "get">,
  atMost: number,
): Promise<void> {
  const { deployment } = meshObjects(istio);
  const path = namespaced("/apis/apps/v1", "deployments", deployment);
  await until(`waiting for ${deployment}`, { atMost }, async () => {
    const { metadata, status } = await api.get<{ metadata: { generation?: number }; status?: unknown }>(path);
    return isRolledOut({ generation: metadata.generation ?? 1, status }) ? [] : [`${deployment} starts its pods`];
  });
}

function namespaced(root: string, kind: string, place: string): string {
  const [namespace = "", name = ""] = place.split("/");
  return `${root}/namespaces/${namespace}/${kind}/${name}`;
}
