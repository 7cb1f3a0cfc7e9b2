import { gateway as place, namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Servers {
  servers: { port: { number: number }; hosts: string[]; tls?: Record<string, unknown> }[];
}

interface Pods {
  template: { metadata: { annotations: Record<string, string> } };
}

const proxyConfig = "proxy.istio.io/config";

/** The gateway's listeners and pods. */
export const gateway: readonly Mutation[] = [
  {
    name: "old-tls",
    breaks: "TLS 1.0 with old ciphers is spoken.",
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      namespace: namespaces.ingress,
      name: place.resource,
    },
    change: (object) =>
      withSpec<Servers>(object, ({ servers }) => {
        for (const { tls } of servers.filter(({ port }) => port.number === 443)) {
          Object.assign(tls ?? {}, {
            minProtocolVersion: "TLSV1_0",
            cipherSuites: ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"],
          });
        }
      }),
    noticedBy: ["tls/old-versions", "tls/ciphers"],
  },
  {
    name: "routes-at-the-gate-of-every-namespace",
    breaks: "Whoever may write a VirtualService in any namespace leads the gate's requests where it likes.",
    object: {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      namespace: namespaces.ingress,
      name: place.resource,
    },
    change: (object) =>
      withSpec<Servers>(object, ({ servers }) => {
        for (const server of servers) {
          // What is left of the list may not name a host twice.
          server.hosts = [...new Set(server.hosts.map((host) => host.replace(/^[^/]+/, "*")))];
        }
      }),
    modes: ["core", "address"],
    noticedBy: ["fail-closed/routes-at-the-gate"],
  },
  {
    name: "keep-headers-with-underscores",
    breaks: "A client's own kubeflow_userid reaches applications, and some take it for kubeflow-userid.",
    object: { apiVersion: "apps/v1", kind: "Deployment", namespace: namespaces.ingress, name: place.name },
    change: (object) =>
      withSpec<Pods>(object, ({ template: { metadata } }) => {
        const config = metadata.annotations[proxyConfig] ?? "";
        metadata.annotations[proxyConfig] = config.replace(
          "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
          "HEADERS_WITH_UNDERSCORES_ALLOW",
        );
      }),
    noticedBy: ["spoofing/headers-with-bearer", "spoofing/headers-with-session"],
  },
];
