import { writeFileSync } from "node:fs";
import { stringify } from "yaml";
import { type NodeImage } from "../images/recipes";
import { containerdSocket } from "./containerRuntime";
import { addresses, layout, nodeName } from "./layout";
import { nodeCommand, onNode } from "./machines";
import { startDetached } from "./processes";
import { patiently } from "./wait";

/** Where a program is, by its name. */
export type ProgramPaths = (name: string) => string;

/** Who the API server says it is in tokens, and where it says that its keys are, instead of what kubeadm has it say. */
export interface ClusterIssuer {
  issuer: string;
  jwksUri: string;
}

/** Has kubeadm make the control plane of static pods, as on kind, and starts the kubelet that runs them. */
export async function startControlPlane(
  programs: ProgramPaths,
  images: Readonly<Record<NodeImage, string>>,
  issuer: ClusterIssuer | undefined,
): Promise<void> {
  const config = "/etc/kubernetes/kubeadm.yaml";
  await onNode(["mkdir", "-p", "/etc/kubernetes/manifests"]);
  await onNode(["sh", "-c", `cat > ${config}`], { input: kubeadmConfig(images, issuer) });
  for (const phase of ["certs all", "kubeconfig all", "etcd local", "control-plane all"]) {
    await onNode([programs("kubeadm"), "init", "phase", ...phase.split(" "), "--config", config]);
  }
  await onNode(["sh", "-c", "cat > /var/lib/kubelet/config.yaml"], { input: stringify(kubeletConfig()) });
  await makeCgroups();
  startDetached(
    "kubelet",
    nodeCommand([
      programs("kubelet"),
      "--config=/var/lib/kubelet/config.yaml",
      "--kubeconfig=/etc/kubernetes/kubelet.conf",
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.node}`,
    ]),
    { ...process.env, PATH: `${layout().path}:${process.env.PATH ?? ""}` },
  );
  writeFileSync(layout().kubeconfig, await onNode(["cat", "/etc/kubernetes/admin.conf"]), { mode: 0o600 });
  await patiently("the API server", 120, () => kubectl(programs, ["get", "--raw", "/readyz"]));
  await startKubeProxy(programs);
  // kubeadm's first call makes its own user an administrator, and fails when its next comes before the API server knows.
  await patiently("CoreDNS", 60, () =>
    onNode([programs("kubeadm"), "init", "phase", "addon", "coredns", "--config", config]),
  );
  await kubectl(programs, ["create", "-f", "-"], JSON.stringify(kubeletAccess));
  await patiently("the node", 60, () =>
    kubectl(programs, ["wait", "--for=condition=Ready", "node", "--all", "--timeout=2s"]),
  );
}

/** kubectl as an administrator, from the node. */
export function kubectl(programs: ProgramPaths, args: readonly string[], input = ""): Promise<string> {
  return onNode([programs("kubectl"), "--kubeconfig=/etc/kubernetes/admin.conf", ...args], { input });
}

/**
 * Lets the API server ask the kubelet, for logs and commands in pods. Since 1.36 its certificate no longer makes it an
 * administrator, and kubeadm binds the role in its phase bootstrap-token, which also lets strangers join: not on a bed.
 */
const kubeletAccess = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "kubeadm:apiserver-kubelet-client" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:kubelet-api-admin" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "kube-apiserver-kubelet-client" }],
} as const;

async function startKubeProxy(programs: ProgramPaths): Promise<void> {
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: "/etc/kubernetes/admin.conf" },
    mode: "iptables",
    clusterCIDR: addresses.podSubnet,
    hostnameOverride: nodeName,
    // These are settings of the whole kernel, which a network namespace may not change.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
  await onNode(["sh", "-c", "cat > /etc/kubernetes/kube-proxy.yaml"], { input: stringify(config) });
  startDetached("kube-proxy", nodeCommand([programs("kube-proxy"), "--config=/etc/kubernetes/kube-proxy.yaml"]));
}

export function kubeadmConfig(images: Readonly<Record<NodeImage, string>>, issuer: ClusterIssuer | undefined): string {
  const tag = (image: NodeImage): string => images[image].slice(images[image].lastIndexOf(":") + 1);
  const documents = [
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "InitConfiguration",
      localAPIEndpoint: { advertiseAddress: addresses.node, bindPort: 6443 },
      nodeRegistration: { name: nodeName, criSocket: `unix://${containerdSocket}`, taints: [] },
    },
    {
      apiVersion: "kubeadm.k8s.io/v1beta4",
      kind: "ClusterConfiguration",
      kubernetesVersion: tag("kube-apiserver"),
      networking: {
        serviceSubnet: addresses.serviceSubnet,
        podSubnet: addresses.podSubnet,
        dnsDomain: "cluster.local",
      },
      // A bed does not outlive the machine, so nothing has to be on disk before it counts.
      etcd: { local: { imageTag: tag("etcd"), extraArgs: [{ name: "unsafe-no-fsync", value: "true" }] } },
      dns: { imageTag: tag("coredns") },
      ...(issuer === undefined
        ? {}
        : {
            apiServer: {
              extraArgs: [
                { name: "service-account-issuer", value: issuer.issuer },
                { name: "service-account-jwks-uri", value: issuer.jwksUri },
              ],
            },
          }),
    },
  ];
  return documents.map((document) => stringify(document)).join("---\n");
}

const kubeletConfig = () => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  staticPodPath: "/etc/kubernetes/manifests",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: "/etc/kubernetes/pki/ca.crt" },
  },
  authorization: { mode: "Webhook" },
  clusterDNS: [addresses.dns],
  clusterDomain: "cluster.local",
  resolvConf: "/etc/resolv.conf",
  cgroupDriver: "cgroupfs",
  cgroupRoot: layout().cgroupRoot,
  // Machines with version 1 of cgroups are still about, and this one may be.
  failCgroupV1: false,
  enforceNodeAllocatable: [],
  // The kernel's own settings belong to the machine, not to a bed on it.
  featureGates: { KubeletInUserNamespace: true },
  failSwapOn: false,
  evictionHard: {
    "memory.available": "1Mi",
    "nodefs.available": "0%",
    "nodefs.inodesFree": "0%",
    "imagefs.available": "0%",
  },
  imageGCHighThresholdPercent: 100,
  configMapAndSecretChangeDetectionStrategy: "Watch",
});

/** The kubelet wants the root of its cgroups to be there, under each controller (v1) or the one tree (v2). */
async function makeCgroups(): Promise<void> {
  const { cgroupRoot } = layout();
  await onNode([
    "sh",
    "-c",
    `if [ -e /sys/fs/cgroup/cgroup.controllers ]; then mkdir -p /sys/fs/cgroup${cgroupRoot}; ` +
      `else for c in /sys/fs/cgroup/*/; do mkdir -p "$c${cgroupRoot}" 2>/dev/null || true; done; fi`,
  ]);
}
