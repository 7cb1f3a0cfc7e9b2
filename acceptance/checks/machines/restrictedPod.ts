import { type Manifest } from "../../cluster/sandbox";

export interface RestrictedPodArgs {
  name: string;
  serviceAccount: string;
  image: string;
  /** Whether istiod adds a sidecar. */
  sidecar: boolean;
  /** Envoy's configuration: the ConfigMap that holds it, mounted as `/etc/envoy`, and the port where it listens. */
  envoy?: { configMap: string; port: number; readyPath: string };
}

/** A pod that passes the restricted Pod Security Standard, as every pod of the platform does. */
export function restrictedPod({ name, serviceAccount, image, sidecar, envoy }: RestrictedPodArgs): Manifest & {
  spec: Record<string, unknown>;
} {
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
        runAsUser: 65532,
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name,
          image,
          ...(envoy === undefined ? {} : envoyContainer(envoy)),
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
      ...(envoy === undefined
        ? {}
        : {
            volumes: [
              { name: "config", configMap: { name: envoy.configMap, defaultMode: 0o440 } },
              { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
            ],
          }),
    },
  };
}

/** Started as the echo application is, so that the same image serves. */
function envoyContainer({ port, readyPath }: NonNullable<RestrictedPodArgs["envoy"]>) {
  return {
    imagePullPolicy: "IfNotPresent",
    command: ["/usr/local/bin/envoy"],
    args: ["--config-path", "/etc/envoy/envoy.yaml", "--concurrency", "1", "--disable-hot-restart"],
    ports: [{ name: "http", containerPort: port, protocol: "TCP" }],
    readinessProbe: { httpGet: { path: readyPath, port }, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 60 },
    volumeMounts: [
      { name: "config", mountPath: "/etc/envoy", readOnly: true },
      { name: "tmp", mountPath: "/tmp", readOnly: false },
    ],
  };
}
