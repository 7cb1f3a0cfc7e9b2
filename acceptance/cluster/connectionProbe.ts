import { type KubeConfig } from "@kubernetes/client-node";
import { ask } from "../http/request";
import { type Target } from "../check";
import { type Forwarded, forwardPort } from "./prober";
import { type Manifest } from "./sandbox";

/** One TCP connection that a pod tries again and again. */
export interface Attempt {
  /** What it is, for people. */
  title: string;
  address: string;
  port: number;
}

export type Seen = "open" | "closed" | "unsettled";

/** Where a probing pod answers whoever connects; the way to know that it runs. */
export const listenerPort = 9080;
const adminPort = 9901;
/** Where nobody ever answers. */
const closedPort = 9;

/** Envoy asks again after so long, and gives up after so long. */
const pace = { interval: "1s", timeout: "1s" };

/**
 * A pod that tries connections as Envoy's health checks do: a shell or a scanner would need an image that the cluster
 * doesn't have, and this is the platform's own. In disguise it has the labels of another pod, and is never ready.
 */
export function probingPod(
  name: string,
  image: string,
  attempts: readonly Attempt[],
  disguise?: Record<string, string>,
): Manifest {
  const answers = { httpGet: { path: "/", port: listenerPort }, periodSeconds: 1, failureThreshold: 60 };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { ...(disguise ?? { app: name }), "sidecar.istio.io/inject": "false" } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: "probe",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["/usr/local/bin/envoy"],
          args: ["--config-yaml", JSON.stringify(envoyConfig(attempts)), "--concurrency", "1", "--disable-hot-restart"],
          ports: [{ name: "listener", containerPort: listenerPort, protocol: "TCP" }],
          // With the labels of a part of the platform it must not get a request of that part's, and is never ready.
          ...(disguise === undefined
            ? { readinessProbe: answers }
            : { startupProbe: answers, readinessProbe: { httpGet: { path: "/", port: closedPort } } }),
          resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ["ALL"] },
          },
          volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [{ name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } }],
    },
  };
}

const clusterName = (index: number) => `attempt-${index}`;

export function envoyConfig(attempts: readonly Attempt[]): object {
  const typed = (name: string) => `type.googleapis.com/envoy.extensions.filters.${name}`;
  const at = (address: string, port_value: number) => ({ socket_address: { address, port_value } });
  return {
    admin: { address: at("127.0.0.1", adminPort) },
    static_resources: {
      listeners: [
        {
          name: "listener",
          address: at("0.0.0.0", listenerPort),
          filter_chains: [
            {
              filters: [
                {
                  name: "http",
                  typed_config: {
                    "@type": typed("network.http_connection_manager.v3.HttpConnectionManager"),
                    stat_prefix: "listener",
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "all",
                          domains: ["*"],
                          routes: [{ match: { prefix: "/" }, direct_response: { status: 200 } }],
                        },
                      ],
                    },
                    http_filters: [{ name: "router", typed_config: { "@type": typed("http.router.v3.Router") } }],
                  },
                },
              ],
            },
          ],
        },
      ],
      clusters: attempts.map(({ address, port }, index) => ({
        name: clusterName(index),
        type: "STATIC",
        connect_timeout: pace.timeout,
        load_assignment: {
          cluster_name: clusterName(index),
          endpoints: [{ lb_endpoints: [{ endpoint: { address: at(address, port) } }] }],
        },
        health_checks: [
          {
            timeout: pace.timeout,
            interval: pace.interval,
            // Nobody uses these clusters, and Envoy would look at such ones once a minute.
            no_traffic_interval: pace.interval,
            no_traffic_healthy_interval: pace.interval,
            unhealthy_threshold: 1,
            healthy_threshold: 1,
            // An open connection says nothing about a new one.
            reuse_connection: false,
            tcp_health_check: {},
          },
        ],
      })),
    },
  };
}

/** Successes and failures of each attempt, by its number. */
export type Counters = ReadonlyMap<number, { success: number; failure: number }>;

/** Reads Envoy's statistics in their JSON form. */
export function readCounters(body: string): Counters {
  const { stats = [] } = JSON.parse(body) as { stats?: { name?: string; value?: number }[] };
  const counters = new Map<number, { success: number; failure: number }>();
  for (const { name = "", value = 0 } of stats) {
    const [, index, kind] = /^cluster\.attempt-(\d+)\.health_check\.(success|failure)$/.exec(name) ?? [];
    if (index !== undefined && (kind === "success" || kind === "failure")) {
      const counter = counters.get(Number(index)) ?? { success: 0, failure: 0 };
      counters.set(Number(index), { ...counter, [kind]: value });
    }
  }
  return counters;
}

/** What became of an attempt between two looks; at least two tries, all of which ended alike. */
export function between(before: Counters, after: Counters, index: number): Seen {
  const [early, late] = [before.get(index), after.get(index)];
  if (early === undefined || late === undefined) {
    return "unsettled";
  }
  const success = late.success - early.success;
  const failure = late.failure - early.failure;
  if (success + failure < 2) {
    return "unsettled";
  }
  return failure === 0 ? "open" : success === 0 ? "closed" : "unsettled";
}

/** A probing pod as it is asked. */
export interface ConnectionProbe {
  counters(): Promise<Counters>;
  close(): Promise<void>;
}

/** Asks a probing pod's Envoy through the API server, where no policy of the network is in the way. */
export async function openProbe(
  target: Target,
  config: KubeConfig,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<ConnectionProbe> {
  const forwarded: Forwarded = await forwardPort(config, namespace, name, adminPort);
  const local: Target = { ...target, address: undefined, ca: undefined };
  const url = new URL(`http://127.0.0.1:${forwarded.port}`);
  return {
    counters: async () => {
      const { status, body } = await ask(local, url, "/stats?format=json&filter=health_check", { signal });
      if (status !== 200) {
        throw new Error(`the Envoy of ${namespace}/${name} answered ${status} when asked what it reached`);
      }
      return readCounters(body);
    },
    close: () => forwarded.close(),
  };
}
