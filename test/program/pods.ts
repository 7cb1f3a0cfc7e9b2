import { type Pod } from "./network";
import { type Recording } from "./recording";

/**
 * Pods that charts make, with the labels that their templates give them: cert-manager v1.21.2, and istiod, cni and
 * gateway 1.31.1. A new version of a chart is a reason to look again.
 */
const chartPods: Pod[] = [
  {
    name: "cert-manager",
    namespace: "cert-manager",
    labels: labelsOfCertManager("cert-manager", "controller"),
  },
  { name: "cainjector", namespace: "cert-manager", labels: labelsOfCertManager("cainjector", "cainjector") },
  { name: "webhook", namespace: "cert-manager", labels: labelsOfCertManager("webhook", "webhook") },
  {
    name: "istiod",
    namespace: "istio-system",
    labels: { app: "istiod", istio: "pilot", "app.kubernetes.io/name": "istiod" },
  },
  {
    name: "istio-cni-node",
    namespace: "istio-cni",
    labels: { "k8s-app": "istio-cni-node", "app.kubernetes.io/name": "istio-cni" },
  },
  {
    // `app` is the release's name, `istio` the same without a leading "istio-".
    name: "gateway",
    namespace: "ingress",
    labels: {
      app: "gatehouse-gateway",
      istio: "gatehouse-gateway",
      "app.kubernetes.io/name": "gatehouse-gateway",
    },
  },
];

function labelsOfCertManager(name: string, component: string): Record<string, string> {
  return { app: name, "app.kubernetes.io/name": name, "app.kubernetes.io/component": component };
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: object }[];
  ports?: { name: string; containerPort: number; protocol: string }[];
  readinessProbe?: { httpGet: { path: string; port: number }; timeoutSeconds?: number };
  livenessProbe?: { httpGet: { path: string; port: number }; timeoutSeconds?: number };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: {
    allowPrivilegeEscalation?: boolean;
    privileged?: boolean;
    readOnlyRootFilesystem?: boolean;
    runAsNonRoot?: boolean;
    runAsUser?: number;
    procMount?: string;
    seccompProfile?: { type: string };
    capabilities?: { add?: string[]; drop?: string[] };
  };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    serviceAccountName: string;
    automountServiceAccountToken?: boolean;
    enableServiceLinks?: boolean;
    hostNetwork?: boolean;
    hostPID?: boolean;
    hostIPC?: boolean;
    restartPolicy?: string;
    securityContext?: {
      runAsNonRoot?: boolean;
      runAsUser?: number;
      seccompProfile?: { type: string };
      sysctls?: object[];
    };
    topologySpreadConstraints?: { topologyKey: string; labelSelector: { matchLabels: Record<string, string> } }[];
    initContainers?: Container[];
    ephemeralContainers?: Container[];
    containers: Container[];
    volumes?: ({ name: string } & Record<string, unknown>)[];
  };
}

export interface Workload {
  kind: string;
  metadata: { name: string; namespace: string };
  spec: { replicas?: number; selector?: { matchLabels: Record<string, string> }; template: PodTemplate };
}

/** The platform's own workloads: whatever has a pod template. */
export function workloadsOf(recording: Recording): Workload[] {
  return recording.objects
    .map(({ manifest }) => manifest as unknown as Workload)
    .filter(({ spec }) => (spec as Workload["spec"] | undefined)?.template !== undefined);
}

/** Every pod of the platform, its own and those of charts. */
export function podsOf(recording: Recording): Pod[] {
  const own = workloadsOf(recording).map(({ metadata: { name, namespace }, spec }) => ({
    name,
    namespace,
    labels: spec.template.metadata.labels,
  }));
  return [...chartPods, ...own];
}
