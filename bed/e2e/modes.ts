import { type Check } from "../../acceptance/check";
import { everyCheck } from "../../acceptance/everyCheck";
import { select } from "../../acceptance/select";
import { podLabels } from "../../components/labels";
import { echo } from "../../components/topology";
import { type Beside } from "../beside/beside";
import { edgeSecretName } from "../beside/edgeSecret";
import { addresses } from "../node/layout";
import { audience, unreachableIssuer } from "../platform/stackFile";

/** One way of running the platform that a bed can tell from the others. */
export interface Mode {
  name: string;
  stack: string;
  /** Settings that differ from the stack's own, so that what takes hours can be seen in minutes. */
  settings: Readonly<Record<string, unknown>>;
  /** What the bed puts up beside the platform. */
  beside?: readonly Beside[];
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

/** As kubeadm has the API server name itself in tokens. */
const kubeadmIssuer = "https://kubernetes.default.svc.cluster.local";

/** That people and machines get in and out at all, and that nobody else does. */
const theWayIn = [
  "login/comes-back",
  "login/sign-out",
  "login/cookies",
  "machines/dex-token",
  "machines/kubernetes-token",
];

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
    name: "cluster-issuer",
    stack: "dev",
    settings: {
      "machines.cluster": { type: "selfSigned", issuer: kubeadmIssuer, audiences: [audience] },
      "machines.issuers": [
        { name: "unreachable", issuer: unreachableIssuer, audiences: [audience], users: ["unreachable:*"] },
      ],
    },
    only: ["machines", "fail-closed/network-flows", "fail-closed/without-cluster-keys", "login/comes-back"],
    breaks: "own",
    why: "Where the cluster's keys come from shows in its tokens and in the one more part that hands them on.",
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
