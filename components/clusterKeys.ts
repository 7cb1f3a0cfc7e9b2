import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { clusterKeysConfig } from "../documents/keys/clusterKeysConfig";
import { imageOf } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { type CertificateAuthority } from "./certificateAuthority";
import { HardenedWorkload } from "./hardenedWorkload";
import { partOf } from "./labels";
import { apiServer, clusterKeys, placeOfClusterKeys } from "./topology";

export interface ClusterKeysArgs {
  settings: Pick<Settings, "replicas" | "mirror" | "istio">;
  certificateAuthority: CertificateAuthority;
  /** The control plane, and the namespace that this lives in. */
  dependsOn: pulumi.Resource[];
}

/**
 * Hands the cluster's own public keys to istiod, where only the API server has them and only for accounts. An Envoy that
 * answers one path, with an account that may read that path alone (docs/decisions/0012).
 */
export class ClusterKeys extends pulumi.ComponentResource {
  constructor(
    name: string,
    { settings, certificateAuthority, dependsOn }: ClusterKeysArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:ClusterKeys", name, {}, opts);
    const child = { parent: this, dependsOn };
    const { namespace, host } = placeOfClusterKeys(settings);
    const metadata = { name: clusterKeys.name, namespace, labels: partOf };
    const certificate = certificateAuthority.issue(
      name,
      { secretName: clusterKeys.name, namespace, names: [host] },
      child,
    );
    const config = clusterKeysConfig({
      port: clusterKeys.ports.https,
      apiServer,
      path: clusterKeys.path,
      readyPath: clusterKeys.readyPath,
      directories,
    });
    const configMap = new k8s.core.v1.ConfigMap(name, { metadata, data: config }, child);
    const role = new k8s.rbac.v1.ClusterRole(
      name,
      {
        metadata: { name: clusterRole, labels: partOf },
        rules: [{ nonResourceURLs: [clusterKeys.path], verbs: ["get"] }],
      },
      child,
    );
    const binding = new k8s.rbac.v1.ClusterRoleBinding(
      name,
      {
        metadata: { name: clusterRole, labels: partOf },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
        subjects: [{ kind: "ServiceAccount", name: clusterKeys.name, namespace }],
      },
      child,
    );
    const probe = { path: clusterKeys.readyPath, port: clusterKeys.ports.https, scheme: "HTTPS" as const };
    new HardenedWorkload(
      name,
      {
        workload: clusterKeys.name,
        namespace,
        // Istio's own Envoy: it is on the nodes already.
        image: imageOf("echo", settings.mirror.images),
        command: ["/usr/local/bin/envoy"],
        args: ["--config-path", `${directories.config}/envoy.yaml`, "--concurrency", "1", "--disable-hot-restart"],
        replicas: settings.replicas,
        ports: { https: { port: clusterKeys.ports.https, service: { appProtocol: "https" } } },
        probes: { ready: probe, live: probe },
        files: {
          [directories.config]: { configMap: clusterKeys.name },
          [directories.certificate]: { secret: clusterKeys.name },
        },
        scratch: ["/tmp"],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
        apiToken: true,
        // Renewed certificates and tokens are not here: Envoy reads them anew by itself.
        restartOn: config,
      },
      { ...child, dependsOn: [...dependsOn, certificate, configMap, binding] },
    );
    this.registerOutputs({});
  }
}

const clusterRole = "gatehouse-cluster-keys";

const directories = {
  config: "/etc/cluster-keys",
  certificate: "/etc/cluster-keys-certificate",
  /** Where the kubelet puts the account's token and the cluster's CA. */
  account: "/var/run/secrets/kubernetes.io/serviceaccount",
} as const;
