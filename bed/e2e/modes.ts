import { type Check } from "../../acceptance/check";
import { everyCheck } from "../../acceptance/everyCheck";
import { select } from "../../acceptance/select";
import { podLabels } from "../../components/labels";
import { echo } from "../../components/topology";
import { type Beside } from "../beside/beside";
import { edgeSecretName } from "../beside/edgeSecret";
import { acmeDirectory } from "../beside/servers/acme";
import { companyCertManager } from "../beside/foundations/certManager";
import { companyIstio } from "../beside/foundations/istio";
import { database } from "../beside/servers/database";
import { job } from "../beside/servers/jobToken";
import { loginClient, loginIssuer } from "../beside/servers/login";
import { redisUser } from "../beside/servers/redis";
import { secretKey, secretNames } from "../beside/servers/company";
import { addresses, serverNames } from "../node/layout";
import { audience, unreachableIssuer } from "../platform/stackFile";
import { type OwnMesh } from "./analyze";
import { ownDirectory, publicCluster } from "./companyModes";
import { atServers, given, kubeadmIssuer, theWayIn } from "./inModes";

/** One way of running the platform that a bed can tell from the others. */
export interface Mode {
  name: string;
  stack: string;
  /** Settings that differ from the stack's own; a company's CA, and what it signed for the gate, are known only once there is one. */
  settings:
    | Readonly<Record<string, unknown>>
    | ((authorityPem: string, certificatePem: string) => Readonly<Record<string, unknown>>);
  /** What the bed puts up beside the platform. */
  beside?: readonly Beside[];
  /** Further options of `gatehouse verify`. */
  verify?: readonly string[];
  /** Somebody else's Istio on which it stands; `istioctl` and `gatehouse verify` are told where it is. */
  mesh?: OwnMesh;
  /** The areas and checks of the suite that run here; what looks the same in every mode runs in one. Default: all. */
  only?: readonly string[];
  /** The areas and checks that other modes have. */
  skip?: readonly string[];
  /** Why these checks and no others. */
  why: string;
  /** Which rules are broken: every one that these checks may notice, or those that this mode has for itself. Default: every. */
  breaks?: "every" | "own";
}

const echoAs = (name: string) => ({
  name,
  service: { name: echo.name, namespace: echo.namespace, port: echo.ports.http },
  pods: { labels: podLabels(echo.name) },
});

/** The echo under two more names: open to the static user and to pods, and open to nobody. */
const apps = [
  { ...echoAs("door"), groups: ["everyone"], inCluster: true },
  { ...echoAs("grafana"), groups: ["nobody-is-in-this-group"] },
];

/** The gateway's Service has an address of its own, and only the bed's load balancer is let in there. */
const behindBalancer = {
  "ingress.service.type": "LoadBalancer",
  "ingress.trustedRanges": [`${addresses.balancer}/32`],
};

/** Where sessions are kept, outside of the cluster. */
const companyRedis = (authorityPem: string) => ({
  type: "redis",
  host: serverNames.redis,
  username: redisUser,
  password: { secretName: secretNames.redis, key: secretKey },
  ca: given(authorityPem),
  network: atServers,
});

export const modes: readonly Mode[] = [
  {
    name: "core",
    stack: "dev",
    // Two of each, so that sessions and keys are seen to be shared.
    settings: { replicas: 2, "ingress.replicas": { min: 2, max: 2 } },
    skip: [
      "apps",
      "front",
      "fail-closed/past-the-balancer",
      "fail-closed/without-cluster-keys",
      "machines/cluster-keys",
      "machines/job",
      "login/copied-cookie",
      "login/each-person",
      "login/outlives-token",
      "login/outsider",
    ],
    why: "All that needs neither applications with hosts of their own nor anything in front of the gateway.",
  },
  {
    name: "apps",
    stack: "dev",
    settings: { apps },
    only: ["apps"],
    why: "Applications with hosts of their own change nothing of the gate, which `core` looks at.",
  },
  {
    name: "short-lifetimes",
    stack: "dev",
    settings: { replicas: 2, sessions: { refresh: "1m", idToken: "90s", lifetime: "5m" } },
    verify: ["--wait", "480"],
    only: ["login/outlives-token"],
    breaks: "own",
    why: "That sessions outlive their tokens, and end, takes hours with the lifetimes of `core`.",
  },
  {
    name: "own-certificate",
    stack: "dev",
    settings: {
      "certificates.edge": { type: "existingSecret", secretName: edgeSecretName },
      "ingress.replicas": { min: 2, max: 2 },
    },
    beside: ["edge-secret"],
    only: ["tls", "front/renewed-certificate", ...theWayIn],
    breaks: "own",
    why: "Who signed the certificate shows in TLS, and its renewal needs two gateway pods that both notice; the rest is as in `core`.",
  },
  {
    name: "acme",
    stack: "dev",
    settings: (authorityPem) => ({
      // The name leads to an address of the gateway's own, from inside, too: cert-manager tries a challenge before the server.
      "ingress.service.type": "LoadBalancer",
      "certificates.edge": {
        type: "acme",
        server: acmeDirectory,
        caBundle: authorityPem,
        email: "platform@example.com",
        challenge: { type: "http01" },
      },
    }),
    beside: ["acme-server"],
    only: ["tls", "fail-closed/network-flows", "rotation/leaf-renewed", ...theWayIn],
    verify: ["--no-wildcard"],
    breaks: "own",
    why: "An open path at port 80 and a certificate that comes after the gateway show in TLS and in its renewal; the rest is as in `core`.",
  },
  {
    name: "offload",
    stack: "dev",
    settings: {
      ...behindBalancer,
      "certificates.edge": { type: "offload" },
      "ingress.clientAddress.trustedHops": 1,
    },
    beside: ["tls-balancer"],
    only: [
      "front",
      "tls/plain-http-redirects",
      "tls/hsts",
      "tls/hsts-signed-in",
      "spoofing",
      "login/browser-sign-in",
      "fail-closed/network-flows",
      "fail-closed/past-the-balancer",
      ...theWayIn,
    ],
    skip: ["front/proxy-protocol", "front/renewed-certificate"],
    breaks: "own",
    why: "TLS itself and messages that no client may send are the balancer's here, which is the bed's own and proves nothing.",
  },
  {
    name: "proxy-protocol",
    stack: "dev",
    settings: { ...behindBalancer, "ingress.clientAddress.proxyProtocol": "required" },
    beside: ["proxy-protocol-balancer"],
    only: [
      "front",
      "tls/certificate",
      "tls/plain-http-redirects",
      "redirects",
      "spoofing",
      "paths/look-alikes",
      "fail-closed/network-flows",
      ...theWayIn,
    ],
    skip: ["front/renewed-certificate"],
    breaks: "own",
    why: "Envoy takes the destination's port from the header, too, so that every rule of the gateway has to hold without it.",
  },
  {
    name: "every-machine",
    stack: "dev",
    settings: (authorityPem) => ({
      "machines.cluster": { type: "selfSigned", issuer: kubeadmIssuer, audiences: [audience] },
      "machines.issuers": [
        { name: "unreachable", issuer: unreachableIssuer, audiences: [audience], users: ["unreachable:*"] },
      ],
      "machines.connectors": [{ id: job.connector, issuer: loginIssuer, userClaim: "name", ca: given(authorityPem) }],
      "machines.clients": [{ id: job.client, connectors: [job.connector], users: ["repo:example/pipelines:*"] }],
    }),
    beside: ["jobs-at-login"],
    only: ["machines", "fail-closed/network-flows", "fail-closed/without-cluster-keys", "login/comes-back"],
    breaks: "own",
    why: "Where the cluster's keys come from, and what Dex makes of a job's token, shows in tokens and in one more part of the platform.",
  },
  publicCluster,
  {
    name: "own-provider",
    stack: "dev",
    settings: (authorityPem) => ({
      identity: {
        provider: {
          type: "oidc",
          issuer: loginIssuer,
          jwksUri: `${loginIssuer}/keys`,
          clientId: loginClient,
          clientSecret: { secretName: secretNames.login, key: secretKey },
          scopes: ["openid", "email", "profile", "groups", "offline_access"],
          idTokenLifetime: "1h",
          ca: given(authorityPem),
        },
        emailDomains: ["example.com"],
      },
    }),
    beside: ["people-at-login"],
    only: ["spoofing", "fail-closed/network-flows", "login/cookies", "login/session-refresh", ...theWayIn],
    breaks: "own",
    why: "Who vouches for people shows where they come in; a Dex of somebody else's stands in for any provider.",
  },
  ownDirectory,
  {
    name: "own-servers",
    stack: "dev",
    settings: (authorityPem) => ({
      replicas: 2,
      "sessions.storage": companyRedis(authorityPem),
      "identity.provider": {
        type: "dex",
        storage: {
          type: "postgres",
          host: serverNames.database,
          database,
          user: database,
          password: { secretName: secretNames.database, key: secretKey },
          ca: given(authorityPem),
          network: atServers,
        },
      },
    }),
    beside: ["redis", "database"],
    only: ["login", "fail-closed/network-flows", "fail-closed/without-dex", "machines/dex-token"],
    // Dex 2.45 answers 500 when one person signs in twice at the same moment: PostgreSQL turns one of two transactions down, and
    // Dex doesn't try it again (dexidp/dex#1341).
    skip: [
      "login/browser-sign-in",
      "login/browser-sign-out",
      "login/browser-two-tabs",
      "login/each-person",
      "login/parallel-sign-ins",
      "login/outlives-token",
      "login/outsider",
    ],
    breaks: "own",
    why: "Where sessions and Dex's state are kept shows in signing in and out, and after Dex was away.",
  },
  {
    name: "own-mesh",
    stack: "dev",
    settings: (authorityPem, certificate) => ({
      istio: companyIstio,
      certManager: companyCertManager,
      // That mesh lets out registered hosts alone.
      "sessions.storage": companyRedis(authorityPem),
      "certificates.edge": { type: "given", certificate },
    }),
    beside: ["own-cert-manager", "own-istio", "given-certificate", "redis"],
    only: ["tls/certificate", "spoofing", "fail-closed/network-flows", "fail-closed/without-istiod", ...theWayIn],
    mesh: companyIstio,
    breaks: "own",
    why: "Who runs Istio and cert-manager shows in whether sidecars, rules and the check of each request are there at all, and what gets out; the rest is as in `core`.",
  },
];

/** The checks that run in a mode. */
export function checksOf({ only = [], skip = [] }: Mode): readonly Check[] {
  return select(everyCheck, only, skip).checks;
}

/** Those options of `gatehouse verify`. */
export function selectionOf({ only = [], skip = [] }: Mode): string[] {
  return [...(only.length > 0 ? ["--only", ...only] : []), ...(skip.length > 0 ? ["--skip", ...skip] : [])];
}
