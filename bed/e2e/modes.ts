import { podLabels } from "../../components/labels";
import { echo } from "../../components/topology";
import { applicationNamespace } from "../beside/application";
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
import { ownDirectory, ownSaml, publicCluster } from "./companyModes";
import { atServers, given, kubeadmIssuer } from "./inModes";
import { type Mode, theWayIn, twoPeople } from "./mode";
import { modesBehindBalancer } from "./modesBehindBalancer";
import { notebookModes } from "./notebookModes";

const echoAs = (name: string) => ({
  name,
  service: { name: echo.name, namespace: echo.namespace, port: echo.ports.http },
  pods: { labels: podLabels(echo.name) },
});

/** The echo under two more names: open to the static user and to pods, as the UI of Kubeflow Pipelines may be, and open to nobody. */
const apps = [
  { ...echoAs("door"), groups: ["everyone"], inCluster: true, pipelinesUi: true },
  { ...echoAs("grafana"), groups: ["nobody-is-in-this-group"] },
];

/** Where sessions are kept, outside of the cluster. */
const companyRedis = (authority: string) => ({
  type: "redis",
  host: serverNames.redis,
  username: redisUser,
  password: { secretName: secretNames.redis, key: secretKey },
  ca: given(authority),
  network: atServers,
});

export const modes: readonly Mode[] = [
  {
    name: "core",
    stack: "dev",
    // Two of each, so that sessions and keys are seen to be shared.
    settings: { ...twoPeople, replicas: 2, "ingress.replicas": { min: 2, max: 2 } },
    skip: [
      "apps",
      "notebooks",
      "front",
      "fail-closed/past-the-balancer",
      "fail-closed/without-cluster-keys",
      "machines/cluster-keys",
      "machines/job",
      "login/copied-cookie",
      "login/each-person",
      "login/forged-assertions",
      "login/outlives-token",
      "login/outsider",
    ],
    why: "All that needs neither applications with hosts of their own nor anything in front of the gateway.",
  },
  {
    name: "apps",
    stack: "dev",
    settings: { apps },
    only: ["apps", "origins/pipeline-artifacts", "origins/pipeline-proxies"],
    why: "Applications with hosts of their own change nothing of the gate, which `core` looks at.",
  },
  ...notebookModes,
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
    settings: ({ authority }) => ({
      // The name leads to an address of the gateway's own, from inside, too: cert-manager tries a challenge before the server.
      "ingress.service.type": "LoadBalancer",
      "certificates.edge": {
        type: "acme",
        server: acmeDirectory,
        caBundle: authority,
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
  ...modesBehindBalancer,
  {
    name: "address",
    stack: "dev",
    settings: {
      // Where the node's ports 80 and 443 lead to the gateway's.
      domain: addresses.node,
      "echo.enabled": false,
      "ingress.applicationNamespaces": [applicationNamespace],
    },
    beside: ["application"],
    only: [
      "tls",
      "redirects",
      "spoofing",
      "paths/hosts",
      "paths/look-alikes",
      "paths/request-targets",
      "login/background-calls",
      "login/browser-sign-in",
      "login/browser-sign-out",
      "login/login-csrf",
      "fail-closed/network-flows",
      "fail-closed/routes-at-the-gate",
      ...theWayIn,
    ],
    skip: ["tls/challenge-path"],
    breaks: "own",
    why: "No name is in TLS, none is in the Gateway, and a cookie has no domain: what rests on the gate's name has to hold without one.",
  },
  {
    name: "every-machine",
    stack: "dev",
    settings: ({ authority }) => ({
      "machines.cluster": { type: "selfSigned", issuer: kubeadmIssuer, audiences: [audience] },
      "machines.issuers": [
        { name: "unreachable", issuer: unreachableIssuer, audiences: [audience], users: ["unreachable:*"] },
      ],
      "machines.connectors": [{ id: job.connector, issuer: loginIssuer, userClaim: "name", ca: given(authority) }],
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
    settings: ({ authority }) => ({
      identity: {
        provider: {
          type: "oidc",
          issuer: loginIssuer,
          jwksUri: `${loginIssuer}/keys`,
          clientId: loginClient,
          clientSecret: { secretName: secretNames.login, key: secretKey },
          scopes: ["openid", "email", "profile", "groups", "offline_access"],
          idTokenLifetime: "1h",
          ca: given(authority),
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
  ownSaml,
  {
    name: "own-servers",
    stack: "dev",
    settings: ({ authority }) => ({
      replicas: 2,
      "sessions.storage": companyRedis(authority),
      "identity.provider": {
        type: "dex",
        storage: {
          type: "postgres",
          host: serverNames.database,
          database,
          user: database,
          password: { secretName: secretNames.database, key: secretKey },
          ca: given(authority),
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
      "login/forged-assertions",
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
    settings: ({ authority, gate: certificate }) => ({
      istio: companyIstio,
      certManager: companyCertManager,
      // That mesh lets out registered hosts alone.
      "sessions.storage": companyRedis(authority),
      "certificates.edge": { type: "given", certificate },
    }),
    beside: ["own-cert-manager", "own-istio", "given-certificate", "redis"],
    only: ["tls/certificate", "spoofing", "fail-closed/network-flows", "fail-closed/without-istiod", ...theWayIn],
    mesh: companyIstio,
    breaks: "own",
    why: "Who runs Istio and cert-manager shows in whether sidecars, rules and the check of each request are there at all, and what gets out; the rest is as in `core`.",
  },
];
