import { isIPv6 } from "node:net";
import { type Api } from "./api";

/** What a stack has to know of its cluster, as the cluster itself says it. */
export interface Surroundings {
  apiServer: { cidrs: string[]; ports: number[] };
  dns: { namespace: string; podLabels: string[]; ports: number[] };
  /** The issuer of service accounts' tokens, and its public keys as a JSON Web Key Set. */
  issuer: { url: string; jwks: string };
}

interface EndpointSlice {
  endpoints?: { addresses: string[] }[];
  ports?: { port?: number }[];
}

/** Reads what the stack's author would read with kubectl, so that nothing of it is taken for granted. */
export async function readSurroundings(api: Api): Promise<Surroundings> {
  const apiServer = await endpoints(api, "default", "kubernetes");
  if (apiServer.addresses.length === 0 || apiServer.ports.length === 0) {
    throw new Error("the Service default/kubernetes has no endpoints: the API server is not ready");
  }
  return {
    apiServer: {
      cidrs: apiServer.addresses.map((address) => `${address}/${isIPv6(address) ? 128 : 32}`),
      ports: apiServer.ports,
    },
    dns: await dns(api),
    issuer: await issuer(api),
  };
}

async function endpoints(api: Api, namespace: string, service: string) {
  const slices = await api.list<EndpointSlice>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}`,
  );
  const addresses = slices.flatMap((slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses));
  const ports = slices.flatMap((slice) =>
    (slice.ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port])),
  );
  return { addresses: [...new Set(addresses)].sort(), ports: [...new Set(ports)].sort((a, b) => a - b) };
}

/** The port for metrics is on the same Service, and names are not asked for there. */
const namePorts = new Set(["dns", "dns-tcp"]);

async function dns(api: Api): Promise<Surroundings["dns"]> {
  const namespace = "kube-system";
  const service = await api.get<{
    spec: { selector?: Record<string, string>; ports: { name?: string; port: number; targetPort?: number | string }[] };
  }>(`/api/v1/namespaces/${namespace}/services/kube-dns`);
  const [label] = Object.entries(service.spec.selector ?? {});
  if (label === undefined) {
    throw new Error("the Service kube-system/kube-dns selects no pods");
  }
  const slices = await api.list<{ ports?: { name?: string; port?: number }[] }>(
    `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns`,
  );
  const listening = slices
    .flatMap(({ ports }) => ports ?? [])
    .flatMap(({ name = "", port }) => (namePorts.has(name) && port !== undefined ? [port] : []));
  // Before its pods are there only the Service itself can say it.
  const declared = service.spec.ports
    .filter(({ name = "" }) => namePorts.has(name))
    .map(({ port, targetPort }) => (typeof targetPort === "number" ? targetPort : port));
  const ports = [...new Set(listening.length > 0 ? listening : declared)].sort((a, b) => a - b);
  if (ports.length === 0) {
    throw new Error("the Service kube-system/kube-dns has no port of the name dns");
  }
  return { namespace, podLabels: [label.join("=")], ports };
}

async function issuer(api: Api): Promise<Surroundings["issuer"]> {
  const discovery = await api.get<{ issuer: string }>("/.well-known/openid-configuration");
  return { url: discovery.issuer, jwks: JSON.stringify(await api.get("/openid/v1/jwks")) };
}
