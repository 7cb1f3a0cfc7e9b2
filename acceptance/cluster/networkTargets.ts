import { partOf, podLabels } from "../../components/labels";
import {
  clusterKeys,
  dex,
  echo,
  gateway,
  internalGate,
  istiod,
  namespaces,
  notebooks,
  oauth2Proxy,
  sidecarTelemetryPort,
} from "../../components/topology";
import { type Target } from "../check";
import { type Api, find } from "./api";
import { isReady, type List, type Metadata, type Pod, type Workload } from "./objects";
import { echoElsewhere } from "../tokens/parts";

/** A port of the platform, and whether the documentation lists a flow from any pod to it (reference/network-flows.md). */
export interface NetworkTarget {
  namespace: string;
  /** The part that it is a port of. */
  part: string;
  title: string;
  address: string;
  port: number;
  listed: boolean;
}

/** A part of the platform by the labels under which policies know it. */
export interface PlatformPart {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  /** Whether it is a DaemonSet. */
  daemon?: boolean;
}

interface Ports extends PlatformPart {
  /** Open to every pod of the cluster. */
  listed?: readonly number[];
  /** Open to others only; webhooks are not among them, because some clusters call those from anywhere. */
  unlisted: readonly number[];
}

const certManager = (component: string): Ports => ({
  namespace: namespaces.certManager,
  name: component,
  labels: { "app.kubernetes.io/component": component },
  unlisted: [9402],
});

const everything: readonly Ports[] = [
  certManager("controller"),
  certManager("cainjector"),
  certManager("webhook"),
  {
    namespace: namespaces.istio,
    name: istiod.name,
    labels: { app: istiod.name },
    listed: [istiod.ports.xds],
    unlisted: [istiod.ports.telemetry],
  },
  {
    namespace: namespaces.cni,
    name: "istio-cni-node",
    labels: { "k8s-app": "istio-cni-node" },
    daemon: true,
    unlisted: [istiod.ports.telemetry],
  },
  {
    namespace: gateway.namespace,
    name: gateway.name,
    labels: gateway.labels,
    listed: [gateway.ports.http, gateway.ports.https],
    unlisted: [internalGate.port, sidecarTelemetryPort],
  },
  { namespace: dex.namespace, name: dex.name, labels: podLabels(dex.name), unlisted: [dex.ports.http] },
  {
    namespace: oauth2Proxy.namespace,
    name: oauth2Proxy.name,
    labels: podLabels(oauth2Proxy.name),
    unlisted: [oauth2Proxy.ports.http],
  },
];

/** Whether what answers is the platform's own echo: that has a host below the gate's, and at the gate's own host somebody else answers. */
export function hasOwnEcho(target: Pick<Target, "gate" | "echo">): boolean {
  return echoElsewhere(target) !== undefined;
}

const withEcho: Ports = {
  namespace: echo.namespace,
  name: echo.name,
  labels: podLabels(echo.name),
  unlisted: [echo.ports.http],
};

/** Where people sign in for notebooks that have hosts of their own. */
const notebooksProxy: Ports = {
  namespace: notebooks.proxy.namespace,
  name: notebooks.proxy.name,
  labels: podLabels(notebooks.proxy.name),
  unlisted: [notebooks.proxy.ports.http],
};

/** The parts that are an oauth2-proxy: where that program cannot be had, none of them runs. */
export const signInProxies: readonly string[] = [oauth2Proxy.name, notebooks.proxy.name];

/** What of the platform a deployment has. */
export interface Parts {
  echo: boolean;
  /** Whether notebooks have hosts of their own. */
  notebooks?: boolean;
  /** Whether something in front of the gateway is alone let in at the public ports (`ingress.trustedRanges`). */
  front?: boolean;
  /** Where it hands the cluster's keys on, if it does. */
  clusterKeys?: Workload | undefined;
  /** Namespaces of parts that somebody else runs, whose flows are theirs to close. */
  others?: ReadonlySet<string>;
  absent?: Target["absent"];
}

const clusterKeysAt = (workload: Workload): Ports => ({
  ...workload,
  labels: podLabels(workload.name),
  unlisted: [clusterKeys.ports.https],
});

function partsOf({
  echo: hasEcho,
  notebooks: hasNotebooks = false,
  clusterKeys: keys,
  others,
}: Parts): readonly Ports[] {
  const all = [
    ...everything,
    ...(hasNotebooks ? [notebooksProxy] : []),
    ...(hasEcho ? [withEcho] : []),
    ...(keys === undefined ? [] : [clusterKeysAt(keys)]),
  ];
  return all.filter(({ namespace }) => others?.has(namespace) !== true);
}

/** What may be somebody else's (`certManager.type`, `istio.type`), by the namespace that shows whose it is. */
const foundations = [
  [namespaces.certManager],
  // The agent on the nodes belongs to istiod, and may be beside it.
  [namespaces.istio, namespaces.cni],
] as const;

/** The namespaces of cert-manager and Istio that the platform has not made: everything of its own carries a label. */
export async function namespacesOfOthers(api: Api, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const [label, own] = Object.entries(partOf)[0] ?? [];
  const others = foundations.map(async ([first, ...more]) => {
    const path = `/api/v1/namespaces/${first}`;
    const labels = (await find<{ metadata: Metadata }>(api, path, signal))?.metadata.labels ?? {};
    return labels[label ?? ""] === own ? [] : [first, ...more];
  });
  return new Set((await Promise.all(others)).flat());
}

/** The platform's namespaces, whether or not anything runs in them. */
export function platformNamespaces(parts: Parts): string[] {
  return [...new Set(partsOf(parts).map(({ namespace }) => namespace))];
}

/** The parts that a deployment has, of those that are the platform's own. */
export function platformParts({ absent = new Set(), ...has }: Parts): readonly PlatformPart[] {
  return presentPorts(has, absent);
}

function presentPorts(has: Omit<Parts, "absent">, absent: NonNullable<Parts["absent"]>): readonly Ports[] {
  return partsOf(has).filter(
    ({ namespace, name }) =>
      !(absent.has("cert-manager") && namespace === namespaces.certManager) &&
      !(absent.has("oauth2-proxy") && signInProxies.includes(name)) &&
      !(absent.has("Dex") && name === dex.name),
  );
}

/** One pod of each part of the platform with its ports. */
export async function networkTargets(
  api: Api,
  { absent = new Set(), front = false, ...has }: Parts,
  signal: AbortSignal,
): Promise<NetworkTarget[]> {
  const parts = presentPorts(has, absent);
  // The gateway's inner port leads to the platform's own Dex and to nothing else.
  const isThere = (port: number) => port !== internalGate.port || !absent.has("Dex");
  const targets = parts.map(async ({ namespace, name, labels, listed = [], unlisted: all }) => {
    const unlisted = all.filter(isThere);
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector.join(","))}`;
    const pod = (await api.get<List<Pod>>(path, signal)).items.find(isReady);
    const address = pod?.status?.podIP;
    if (address === undefined) {
      throw new Error(`no pod of ${name} in ${namespace} is ready`);
    }
    const target = (port: number, isListed: boolean) => ({
      namespace,
      part: name,
      title: `${name} (${namespace}), port ${port}`,
      address,
      port,
      listed: isListed && !(front && namespace === gateway.namespace),
    });
    return [...listed.map((port) => target(port, true)), ...unlisted.map((port) => target(port, false))];
  });
  return (await Promise.all(targets)).flat();
}

interface EndpointSlice {
  endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[];
  ports?: { name?: string; port?: number; protocol?: string }[];
}

/** A server of the cluster's DNS, which every pod of the platform may ask. */
export async function dnsServer(api: Api, signal: AbortSignal): Promise<{ address: string; port: number }> {
  const path = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices";
  const { items } = await api.get<List<EndpointSlice>>(path, signal);
  for (const { endpoints = [], ports = [] } of items) {
    const port = ports.find(({ name, protocol }) => protocol === "TCP" && /^dns(-tcp)?$/.test(name ?? ""))?.port;
    const address = endpoints.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
    if (port !== undefined && address !== undefined) {
      return { address, port };
    }
  }
  throw new Error(
    "kube-system has no endpoints with a port named dns-tcp, so that no flow to the cluster's DNS can be tried",
  );
}
