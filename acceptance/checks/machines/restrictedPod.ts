import { type Manifest } from "../../cluster/sandbox";

export interface RestrictedPodArgs {
  name: string;
  serviceAccount: string;
  image: string;
  /** Whether istiod adds a sidecar. */
  sidecar: boolean;
  /** Envoy's configuration: the ConfigMap that holds it, mounted as `/etc/envoy`, and the port where it listens. */
  envoy?: { configMap: string; port: number; readyPath: string };
  /** Another program with what it needs, in Envoy's place. */
  program?: PodProgram;
}

export interface PodProgram {
  /** What else the container has. */
  container: Readonly<Record<string, unknown>>;
  volumes: readonly unknown[];
  user: number;
  group: number;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}

/** Who runs what needs nobody's name. */
const nobody = { user: 65532, group: 65532 };
const few = { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } };

/** A pod that passes the restricted Pod Security Standard, as every pod of the platform does. */
export function restrictedPod({ name, serviceAccount, image, sidecar, envoy, program }: RestrictedPodArgs): Manifest & {
  spec: Record<string, unknown>;
} {
  const { container, volumes, user, group, resources } =
    program ?? (envoy === undefined ? { container: {}, volumes: [], ...nobody, resources: few } : envoyProgram(envoy));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name, "sidecar.istio.io/inject": String(sidecar) } },
    spec: {
      serviceAccountName: serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: group,
        fsGroup: group,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name,
          image,
          ...container,
          resources,
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  };
}

/** Started as the echo application is, so that the same image serves. */
function envoyProgram({ configMap, port, readyPath }: NonNullable<RestrictedPodArgs["envoy"]>): PodProgram {
  return {
    container: {
      imagePullPolicy: "IfNotPresent",
      command: ["/usr/local/bin/envoy"],
      args: ["--config-path", "/etc/envoy/envoy.yaml", "--concurrency", "1", "--disable-hot-restart"],
      ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
      readinessProbe: { httpGet: { path: readyPath, port }, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 60 },
      volumeMounts: [
        { name: "config", mountPath: "/etc/envoy", readOnly: true },
        { name: "tmp", mountPath: "/tmp", readOnly: false },
      ],
    },
    volumes: [
      { name: "config", configMap: { name: configMap, defaultMode: 0o440 } },
      { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
    ],
    ...nobody,
    resources: few,
  };
}
