import { groupOf, isMap, type Manifest, mapAt, nameOf, type Step, stepsOf } from "./manifest";
import { type Container, containersOf, podsOf } from "./readers/pods";

/**
 * Istio's CNI agent, which does on each node what would otherwise take NET_ADMIN and root in every pod of the mesh: it
 * writes Istio's plugin and its configuration into the node's folders, and enters pods' network namespaces for their
 * iptables (https://istio.io/latest/docs/setup/additional-setup/cni/). What it can't do without is no violation; all else
 * of it is judged like any pod. It is known by everything that the chart gives it, so that nothing else is meant.
 */
const agent = {
  kind: "DaemonSet",
  name: "istio-cni-node",
  container: "install-cni",
  /** Where nobody but the platform's operators writes: the chart's own place, this project's, and that of GKE. */
  namespaces: ["istio-system", "istio-cni", "kube-system"],
};

/** From the chart's comments: ipset and routes, iptables, namespaces below /proc, and folders that are not root's. */
const capabilities = ["NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_ADMIN", "DAC_OVERRIDE"];

/** The chart's folders, and those of its profiles for GKE, k3s, MicroK8s, OpenShift and minikube; not k3d's /bin. */
const folders = [
  "/opt/cni/bin",
  "/home/kubernetes/bin",
  "/var/lib/cni/bin",
  "/var/lib/rancher/k3s/data/cni",
  "/var/snap/microk8s/current/opt/cni/bin",
  "/etc/cni/net.d",
  "/etc/cni/multus/net.d",
  "/var/lib/rancher/k3s/agent/etc/cni/net.d",
  "/var/snap/microk8s/current/args/cni-network",
  "/proc",
  "/var/run/istio-cni",
  "/var/run/netns",
  "/var/run/docker/netns",
];

const inContainer = (path: string) =>
  new RegExp(`^(spec\\.template\\.spec\\.containers\\[\\d+\\])\\.securityContext\\.${path}$`);

/** What the agent needs, by the rule that forbids it to others: a field, and the only values that it may have there. */
const needs: Readonly<Record<string, readonly { field: RegExp; values: readonly unknown[] }[]>> = {
  "require-rootless": [
    { field: inContainer("runAsNonRoot"), values: [false] },
    { field: inContainer("runAsUser"), values: [0] },
  ],
  // The API server refuses `false` beside SYS_ADMIN (ValidateSecurityContext in pkg/apis/core/validation).
  "forbid-privilege-escalation": [{ field: inContainer("allowPrivilegeEscalation"), values: [undefined, null, true] }],
  "limit-capabilities": [{ field: inContainer("capabilities\\.add\\[\\d+\\]"), values: capabilities }],
  "limit-kernel-settings": [
    { field: inContainer("appArmorProfile\\.type"), values: ["Unconfined"] },
    {
      field: new RegExp(
        `^spec\\.template\\.metadata\\.annotations\\["container\\.apparmor\\.security\\.beta\\.kubernetes\\.io/${agent.container}"\\]$`,
      ),
      values: ["unconfined"],
    },
  ],
  "limit-volume-types": [{ field: /^spec\.template\.spec\.volumes\[\d+\]\.hostPath$/, values: folders }],
};

/** Whether a rule complains about something that Istio's CNI agent can't do without. */
export function isNodeAgentsNeed(rule: string, manifest: Manifest, field: string): boolean {
  const need = needs[rule]?.find((one) => one.field.test(field));
  if (!need) return false;
  try {
    const container = agentIn(manifest);
    const [, owner] = need.field.exec(field) ?? [];
    if (!container || (owner !== undefined && owner !== container.field)) return false;
    const steps = stepsOf(field);
    if (!steps) return false;
    const value = steps.reduce<unknown>(
      (place, key) => (typeof place === "object" && place !== null ? (place as Record<Step, unknown>)[key] : undefined),
      manifest,
    );
    return need.values.includes(isMap(value) ? value["path"] : value);
  } catch {
    // What can't be read, or isn't known yet, is nobody's need.
    return false;
  }
}

function agentIn(manifest: Manifest): Container | undefined {
  const { namespace } = mapAt(manifest["metadata"], "metadata");
  if (manifest.kind !== agent.kind || groupOf(manifest) !== "apps" || nameOf(manifest) !== agent.name) return undefined;
  if (typeof namespace !== "string" || !agent.namespaces.includes(namespace)) return undefined;
  const [container, another] = podsOf(manifest).flatMap(containersOf);
  if (container?.name !== agent.container || another !== undefined) return undefined;
  return /(^|\/)install-cni$/.test(container.image?.repository ?? "") ? container : undefined;
}
