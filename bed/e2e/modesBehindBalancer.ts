import { addresses } from "../node/layout";
import { type Mode, theWayIn } from "./mode";

/** The gateway's Service has an address of its own, and only the bed's load balancer is let in there. */
const behindBalancer = {
  "ingress.service.type": "LoadBalancer",
  "ingress.trustedRanges": [`${addresses.balancer}/32`],
};

const notebooks = { mode: "subdomain", domain: "kubeflow-notebooks.example.com" };
const ofNotebooks = ["notebooks", "origins", "fail-closed/network-flows", ...theWayIn];

/** Where a balancer ends TLS, says whose connection it hands on, or does both. */
export const modesBehindBalancer: readonly Mode[] = [
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
    name: "offload-proxy-protocol",
    stack: "dev",
    settings: {
      ...behindBalancer,
      "certificates.edge": { type: "offload" },
      "ingress.clientAddress.proxyProtocol": "required",
    },
    beside: ["tls-proxy-protocol-balancer"],
    only: [
      "front",
      "tls/plain-http-redirects",
      "tls/hsts",
      "tls/hsts-signed-in",
      "redirects",
      "spoofing",
      "paths/look-alikes",
      "login/browser-sign-in",
      "fail-closed/network-flows",
      "fail-closed/past-the-balancer",
      ...theWayIn,
    ],
    skip: ["front/renewed-certificate"],
    breaks: "own",
    why: "With neither TLS nor a port that it knows, every rule rests on what is left, and whoever forges the header meets no handshake.",
  },
  {
    name: "notebooks-offload",
    stack: "dev",
    settings: {
      ...behindBalancer,
      "certificates.edge": { type: "offload" },
      "ingress.clientAddress.trustedHops": 1,
      notebooks,
    },
    beside: ["tls-balancer"],
    only: ofNotebooks,
    skip: ["notebooks/by-path"],
    breaks: "own",
    why: "The gateway of notebooks is another server at the same port, which gets plain HTTP from the balancer as the gate's does.",
  },
  {
    name: "notebooks-proxy-protocol",
    stack: "dev",
    settings: { ...behindBalancer, "ingress.clientAddress.proxyProtocol": "required", notebooks },
    beside: ["proxy-protocol-balancer"],
    only: ofNotebooks,
    skip: ["notebooks/by-path"],
    breaks: "own",
    why: "Hosts of notebooks are matched without a port that anybody knows, and their clients are whom the header names.",
  },
];
