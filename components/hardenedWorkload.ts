import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { partOf, podLabels } from "./labels";
import { topologySpread } from "./spread";

export interface HardenedWorkloadArgs {
  /** Name of the Deployment, its ServiceAccount, Service and PodDisruptionBudget, and the pods' name label. */
  workload: string;
  namespace: string;
  image: string;
  /** Replaces the image's entry point. */
  command?: string[];
  args?: string[];
  replicas: number;
  /** Environment variables; a secret comes from a Secret by reference, never as a value. */
  env?: k8s.types.input.core.v1.EnvVar[];
  /** The container's ports by name; those with `service` become ports of the Service. */
  ports: Record<string, { port: number; service?: { appProtocol: "http" | "https" } }>;
  /** Paths and ports of the probes. */
  probes: { ready: Probe; live: Probe };
  /** Port and path where the application serves Prometheus metrics to its own sidecar. */
  metrics?: { port: number; path: string };
  /** Secrets and ConfigMaps as read-only files: the directory, and what is mounted there. */
  files?: Record<string, FileSource>;
  /** Directories that must be writable; they are in memory and gone with the pod. */
  scratch?: string[];
  resources: { requests: { cpu: string; memory: string }; limits: { memory: string } };
  /** Whether the pod gets a token of its ServiceAccount; only what talks to the API server needs one. */
  apiToken?: boolean;
  /** Ports that the sidecar leaves alone, for clients outside the mesh; NetworkPolicy and the port's own TLS guard them. */
  outsideTheMesh?: { inbound?: number[]; outbound?: number[] };
  /** Plain data whose change restarts the pods: rendered configuration, and the rotation numbers of secrets. */
  restartOn: unknown;
}

/**
 * Names are plain texts, and the workload depends on the objects besides: a reference would have the engine replace the
 * Deployment, pods and all, whenever it replaces the object.
 */
export type FileSource = { secret: string; items?: Record<string, string> } | { configMap: string };

interface Probe {
  path: string;
  port: number;
  /** Plain HTTP unless it says otherwise; the kubelet verifies no certificate. */
  scheme?: "HTTPS";
}

/** User and group of every container: above the range that distributions give to accounts, and not Istio's 1337. */
const userId = 65532;

/** A Deployment that passes the restricted Pod Security Standard, with everything that keeps it running through a drain. */
export class HardenedWorkload extends pulumi.ComponentResource {
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly deployment: k8s.apps.v1.Deployment;
  readonly service: k8s.core.v1.Service;

  constructor(name: string, args: HardenedWorkloadArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:HardenedWorkload", name, {}, opts);
    const { workload, namespace, replicas, ports } = args;
    const metadata = { name: workload, namespace, labels: { ...partOf, ...podLabels(workload) } };
    const selector = { matchLabels: podLabels(workload) };

    this.serviceAccount = new k8s.core.v1.ServiceAccount(
      name,
      { metadata, automountServiceAccountToken: false },
      { parent: this },
    );
    this.service = new k8s.core.v1.Service(
      name,
      {
        metadata,
        spec: {
          selector: podLabels(workload),
          ports: Object.entries(ports).flatMap(([portName, { port, service }]) =>
            service === undefined
              ? []
              : [{ name: portName, port, targetPort: portName, protocol: "TCP", appProtocol: service.appProtocol }],
          ),
        },
      },
      // The Service waits for endpoints, and the pods for nothing that the Service gives.
      { parent: this },
    );
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata,
        spec: {
          replicas,
          selector,
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: {
            metadata: { labels: { ...partOf, ...podLabels(workload) }, annotations: podAnnotations(args) },
            spec: podSpec(args, this.serviceAccount.metadata.name),
          },
        },
      },
      { parent: this },
    );
    new k8s.policy.v1.PodDisruptionBudget(
      name,
      {
        metadata,
        // One pod may go at a time. With a single pod that lets a node drain finish, at the price of an interruption.
        spec: { selector, maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
      },
      { parent: this },
    );
    this.registerOutputs({ workload });
  }
}

function podAnnotations({ metrics, outsideTheMesh, restartOn }: HardenedWorkloadArgs): Record<string, string> {
  const { inbound = [], outbound = [] } = outsideTheMesh ?? {};
  return {
    "gatehouse/restart-on": createHash("sha256").update(JSON.stringify(restartOn)).digest("hex"),
    ...(metrics === undefined
      ? {}
      : {
          // The sidecar scrapes the application and offers the result at its own port, outside mutual TLS.
          "prometheus.io/scrape": "true",
          "prometheus.io/port": String(metrics.port),
          "prometheus.io/path": metrics.path,
        }),
    ...(inbound.length === 0 ? {} : { "traffic.sidecar.istio.io/excludeInboundPorts": inbound.join(",") }),
    ...(outbound.length === 0 ? {} : { "traffic.sidecar.istio.io/excludeOutboundPorts": outbound.join(",") }),
  };
}

function podSpec(
  {
    workload,
    image,
    command,
    args,
    env,
    ports,
    probes,
    files = {},
    scratch = [],
    resources,
    apiToken = false,
  }: HardenedWorkloadArgs,
  serviceAccountName: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const mounts = [
    ...Object.entries(files).map(([mountPath, source]) => ({
      mountPath,
      readOnly: true,
      source: volumeSource(source),
    })),
    ...scratch.map((mountPath) => ({
      mountPath,
      readOnly: false,
      source: { emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    })),
  ].map((mount) => ({ ...mount, name: mount.mountPath.replace(/^\//, "").replace(/[^a-z0-9]+/g, "-") }));
  return {
    serviceAccountName,
    automountServiceAccountToken: apiToken,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: userId,
      runAsGroup: userId,
      fsGroup: userId,
      seccompProfile: { type: "RuntimeDefault" },
    },
    topologySpreadConstraints: topologySpread(podLabels(workload)),
    containers: [
      {
        name: workload,
        image,
        imagePullPolicy: "IfNotPresent",
        ...(command === undefined ? {} : { command }),
        ...(args === undefined ? {} : { args }),
        ...(env === undefined ? {} : { env }),
        ports: Object.entries(ports).map(([name, { port }]) => ({ name, containerPort: port, protocol: "TCP" })),
        readinessProbe: { httpGet: probes.ready, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 },
        livenessProbe: {
          httpGet: probes.live,
          periodSeconds: 10,
          timeoutSeconds: 3,
          failureThreshold: 6,
          initialDelaySeconds: 10,
        },
        resources,
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: mounts.map(({ name, mountPath, readOnly }) => ({ name, mountPath, readOnly })),
      },
    ],
    volumes: mounts.map(({ name, source }) => ({ name, ...source })),
  };
}

function volumeSource(source: FileSource): Omit<k8s.types.input.core.v1.Volume, "name"> {
  if ("configMap" in source) {
    return { configMap: { name: source.configMap, defaultMode: 0o440 } };
  }
  const items = Object.entries(source.items ?? {}).map(([key, path]) => ({ key, path }));
  return { secret: { secretName: source.secret, defaultMode: 0o440, ...(items.length === 0 ? {} : { items }) } };
}
