/**
 * Where everything is: names, ports and hosts that more than one component speaks of. They are plain constants, so that
 * mesh configuration, routes, policies and network flows can name a part before it exists.
 */
import { createHash } from "node:crypto";
import { appHost, clusterDomain, type Hosts, hostsOf, isAddress, publicHosts } from "../stacks/hosts";
import { gkeMetadataServer, metadataServer, metadataServers } from "../stacks/metadataServers";
import { namespaces } from "../stacks/namespaces";
import { type Settings } from "../stacks/schema";

export { appHost, clusterDomain, type Hosts, hostsOf, isAddress, namespaces, publicHosts };
export { gkeMetadataServer, metadataServer, metadataServers };

/** SPIFFE trust domain of the mesh; Istio's default, written down because principals are built from it. */
export const trustDomain = "cluster.local";

/** Path of the gate below which every application's host has its way back from sign-in, `<path><host>/…`. */
export const returnPath = "/gatehouse/return/";

/** How Istio spells a workload's identity in `principals`. */
export function principal(namespace: string, serviceAccount: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

export function serviceHost(name: string, namespace: string): string {
  return `${name}.${namespace}.svc.${clusterDomain}`;
}

export const gateway = {
  name: "gatehouse-gateway",
  serviceAccount: "gatehouse-gateway",
  namespace: namespaces.ingress,
  labels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" },
  principal: principal(namespaces.ingress, "gatehouse-gateway"),
  /** The Gateway resource as VirtualServices in other namespaces name it. */
  resource: "gatehouse",
  reference: `${namespaces.ingress}/gatehouse`,
  /** Pods listen above 1024, so that they need neither root nor a sysctl; the Service keeps 80 and 443. */
  ports: {
    http: 8080,
    https: 8443,
    /** Not on the load balancer: Dex for oauth2-proxy and istiod, with a certificate of the private CA. */
    internal: 8444,
    /** Envoy's own answer whether the pod is ready, made by Istio's bootstrap: it leads to nothing else. */
    status: 15021,
  },
  readyPath: "/healthz/ready",
} as const;

/**
 * The address at which oauth2-proxy and istiod reach Dex with a verified certificate. It is a listener of the gateway,
 * because Envoy takes renewed certificates at once and Dex does not (docs/decisions/0004).
 */
export const internalGate = {
  name: "gatehouse-internal",
  namespace: namespaces.ingress,
  host: serviceHost("gatehouse-internal", namespaces.ingress),
  /** Not 443: Istio finds the public server's target port by the Services that select the pods, and must find one only. */
  port: 8444,
  resource: "gatehouse-internal",
  reference: `${namespaces.ingress}/gatehouse-internal`,
  /** The endpoints of Dex that machines of the platform use; the listener serves no other path. */
  paths: ["/dex/keys", "/dex/token"],
} as const;

/** Dex at that address. */
export const internalDexUrl = `https://${internalGate.host}:${internalGate.port}/dex`;

export const dex = {
  name: "dex",
  namespace: namespaces.auth,
  host: serviceHost("dex", namespaces.auth),
  ports: { http: 5556, telemetry: 5558 },
  clientId: "oauth2-proxy",
} as const;

/** An oauth2-proxy, by which people sign in to some of the hosts. */
export interface SignInProxy {
  name: string;
  namespace: string;
  host: string;
  ports: { http: number; telemetry: number };
  /** The name under which mesh configuration offers it to CUSTOM policies. */
  extensionProvider: string;
  checkPrefix: string;
  /** Beginnings of paths, as regular expressions, that programs ask beside those of Kubeflow's own parts. */
  apiRoutes: readonly string[];
}

export const oauth2Proxy = {
  name: "oauth2-proxy",
  namespace: namespaces.auth,
  host: serviceHost("oauth2-proxy", namespaces.auth),
  ports: { http: 4180, telemetry: 44180 },
  extensionProvider: "oauth2-proxy",
  /**
   * Stands before the path of every check. A check of an application's `/ping` or `/oauth2/sign_out` would otherwise be
   * answered by oauth2-proxy's own endpoint of that name, on every host.
   */
  checkPrefix: "/check",
  apiRoutes: [],
} as const;

/** What notebooks with hosts of their own have for themselves, so that nothing of theirs is good at the gate. */
export const notebooks = {
  proxy: {
    name: "oauth2-proxy-notebooks",
    namespace: namespaces.auth,
    host: serviceHost("oauth2-proxy-notebooks", namespaces.auth),
    ports: { http: 4180, telemetry: 44180 },
    extensionProvider: "oauth2-proxy-notebooks",
    checkPrefix: "/check",
    // Jupyter's own, which its page asks again and again.
    apiRoutes: ["/[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+/api/"],
  },
  /** In place of a notebook's Authorization: no scheme that anybody knows, and no token (documents/gateway/notebook-hosts.lua). */
  asks: "Gatehouse-Notebooks",
  /** Their client at Dex, and the audience of its tokens. */
  clientId: "oauth2-proxy-notebooks",
  /** The Gateway resource as Kubeflow's controllers are to name it. */
  resource: "gatehouse-notebooks",
  reference: `${namespaces.ingress}/gatehouse-notebooks`,
  certificate: "gatehouse-notebooks-edge",
  acmeIssuer: "gatehouse-notebooks-acme",
  /** What the API server does with objects of tenants: it writes hosts, and refuses. */
  policies: {
    hosts: "gatehouse-notebook-hosts",
    routes: "gatehouse-notebook-routes",
    names: "gatehouse-notebook-names",
    addresses: "gatehouse-notebook-addresses",
  },
} as const;

/** The labels that Kubeflow's profile controller gives each profile's namespace (its ConfigMap `namespace-labels-data`). */
export const profileLabels = { "app.kubernetes.io/part-of": "kubeflow-profile" } as const;

export const echo = {
  name: "echo",
  namespace: namespaces.echo,
  host: serviceHost("echo", namespaces.echo),
  ports: { http: 8080 },
} as const;

/**
 * The name of an application's rule for its groups. The host is part of it: for another host there is another rule beside
 * the old one, which goes last, when nothing leads to the old host any more.
 */
export function groupsRule(app: string, host: string): string {
  return `app-${app}-${shortHash(host)}`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** cert-manager's way to an ACME server, in the gateway's namespace. */
export const acme = {
  issuer: "gatehouse-acme",
  /** The DNS provider's Secret, or the ServiceAccount that is known to it. */
  dnsAccess: "gatehouse-acme-dns",
  /** The port of cert-manager's solver pods. */
  solverPort: 8089,
  /** cert-manager's own label of every solver pod. */
  solverPods: { "acme.cert-manager.io/http01-solver": "true" },
  /** Our label of the solver pods of one host. Its value stands for the host, which may be longer than a value may be. */
  solverLabel: "gatehouse/acme-solver",
  solverOf: shortHash,
  /** An Ingress class that no controller serves. */
  unservedClass: "gatehouse-unserved",
} as const;

export const istiod = {
  name: "istiod",
  namespace: namespaces.istio,
  ports: { xds: 15012, webhook: 15017, telemetry: 15014 },
} as const;

/** What hands the API server's public keys on to istiod, and nothing else to anybody. */
export const clusterKeys = {
  name: "cluster-keys",
  ports: { https: 8443 },
  path: "/openid/v1/jwks",
  readyPath: "/ready",
} as const;

/** It is beside istiod where that namespace is ours to guard, and otherwise in one of its own. */
export function placeOfClusterKeys({ istio }: Pick<Settings, "istio">) {
  const namespace = istio.type === "installed" ? namespaces.istio : namespaces.keys;
  const host = serviceHost(clusterKeys.name, namespace);
  return { namespace, host, jwksUri: `https://${host}:${clusterKeys.ports.https}${clusterKeys.path}` };
}

/** Where cert-manager runs. */
export function certManagerNamespace({ certManager }: Pick<Settings, "certManager">): string {
  return certManager.type === "existing" ? certManager.namespace : namespaces.certManager;
}

/** The revision of istiod that injects the platform's pods; none for the default one. */
export function revisionOf({ istio }: Pick<Settings, "istio">): string | undefined {
  return istio.type === "existing" ? istio.revision : undefined;
}

/** The API server as every cluster names it for its pods. */
export const apiServer = {
  host: serviceHost("kubernetes", "default"),
  port: 443,
  /** A name that its certificate has (https://kubernetes.io/docs/setup/best-practices/certificates/). */
  certificateName: "kubernetes.default.svc",
} as const;

/** Port on which pilot-agent offers a sidecar's, its application's and its own metrics together. */
export const sidecarTelemetryPort = 15020;

/** The Secret with the private CA's certificate, in every namespace that has a use for it. */
export const caSecret = "gatehouse-ca";

/** The issuer URL of Dex: what tokens carry as `iss`, and where browsers are sent. */
export function issuerOf(hosts: Hosts): string {
  return `https://${hosts.gate}/dex`;
}
