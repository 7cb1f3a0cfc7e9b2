import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { limitUnauthenticatedPaths } from "../../../../policy/rules/istio/limit-unauthenticated-paths";
import { requirePrincipalDenial } from "../../../../policy/rules/istio/require-principal-denial";
import { changed, messages, together } from "../../support";
import { gateway } from "../gateway/fixtures";
import { requestAuthentication, requirePrincipal, selector } from "./fixtures";

const operation = "spec.rules[0].to[0].operation";
const denial = changed(requirePrincipal, { [`${operation}.ports`]: ["8443"] });
const service: Manifest = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "gateway", namespace: "ingress" },
  spec: {
    type: "LoadBalancer",
    selector: selector.matchLabels,
    ports: [
      { port: 80, targetPort: 8080 },
      { port: 443, targetPort: 8443 },
    ],
  },
};
const guard: Manifest = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "gateway", namespace: "ingress" },
  spec: { podSelector: selector, ingress: [{ ports: [{ port: 8080 }, { port: 8443 }] }] },
};
const internal: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "internal", namespace: "ingress" },
  spec: {
    selector: selector.matchLabels,
    servers: [
      {
        hosts: ["auth/gate.ingress.svc.cluster.local"],
        port: { number: 8444, protocol: "HTTPS" },
        tls: { mode: "SIMPLE" },
      },
    ],
  },
};
const inside = changed(service, {
  "metadata.name": "inside",
  "spec.type": "ClusterIP",
  "spec.ports": [{ port: 8444, targetPort: 8444 }],
});
const plain = changed(gateway, { "spec.servers[0].tls": undefined });
const routed = (...http: readonly object[]): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "plain", namespace: "ingress" },
  spec: { hosts: ["gate.example.com"], gateways: ["gate"], http },
});
const redirect = { redirect: { scheme: "https" } };

/** Whether requests without a token are refused, as the rule sees it. */
function isRefused(manifests: readonly Manifest[]): boolean {
  return together(requirePrincipalDenial, [requestAuthentication, ...manifests]).length === 0;
}

describe("require-principal-denial, of a denial that names ports", () => {
  const all = [denial, gateway, service];

  for (const [sentence, manifests] of [
    ["lets the port pass to which the Service leads", all],
    ["lets it pass without a Service, where a NetworkPolicy leaves open no other", [denial, gateway, guard]],
    [
      "lets both ports pass that are usual, where nothing tells which",
      [changed(denial, { [`${operation}.ports`]: ["443", "8443"] }), gateway],
    ],
    ["lets a listener pass that is for the cluster alone", [...all, internal, inside]],
    ["lets plain HTTP pass whose routes redirect", [denial, plain, routed(redirect), service]],
    [
      "lets two policies pass that name a port each",
      [...[denial, changed(denial, { "metadata.name": "plain", [`${operation}.ports`]: ["8080"] }), plain, service]],
    ],
    [
      "lets two rules pass that name a port each",
      [
        changed(denial, {
          "spec.rules[1]": {
            from: [{ source: { notRequestPrincipals: ["*"] } }],
            to: [{ operation: { ports: ["8080"] } }],
          },
        }),
        plain,
        service,
      ],
    ],
    ["leaves Gateways of other pods alone", [...all, changed(plain, { "spec.selector.istio": "egressgateway" })]],
  ] as const) {
    it(sentence, () => assert.ok(isRefused(manifests)));
  }

  for (const [sentence, manifests] of [
    [
      "rejects the port of Envoy's own answer",
      [changed(denial, { [`${operation}.ports`]: ["15021"] }), gateway, service],
    ],
    ["rejects it without the Gateways", [denial, service]],
    ["rejects it where neither a Service nor a NetworkPolicy tells which", [denial, gateway]],
    [
      "rejects it where the Service leads to another",
      [denial, gateway, changed(service, { "spec.ports[1].targetPort": 443 })],
    ],
    [
      "rejects it where the Service leads to a name",
      [denial, gateway, changed(service, { "spec.ports[1].targetPort": "https" })],
    ],
    [
      "rejects it where a second Service leads to another",
      [...all, changed(service, { "metadata.name": "other", "spec.ports[1].targetPort": 9443 })],
    ],
    [
      "rejects it where a NetworkPolicy leaves all ports open",
      [denial, gateway, changed(guard, { "spec.ingress": [{}] })],
    ],
    [
      "rejects it where a NetworkPolicy is about other pods",
      [denial, gateway, changed(guard, { "spec.podSelector.matchLabels.app": "other" })],
    ],
    ["rejects it where plain HTTP is served", [denial, plain, service]],
    [
      "rejects it where a route of plain HTTP serves an application",
      [
        denial,
        plain,
        routed({ match: [{ uri: { prefix: "/app" } }], route: [{ destination: { host: "app" } }] }, redirect),
        service,
      ],
    ],
    [
      "rejects it where another Gateway opens a second port",
      [...all, changed(internal, { "spec.servers[0].hosts": ["auth/gate.example.com"] })],
    ],
    [
      "rejects it where a listener for the cluster is on the load balancer",
      [...all, internal, changed(inside, { "spec.type": "LoadBalancer" })],
    ],
    [
      "rejects it where a Gateway may be for the same pods",
      [...all, changed(plain, { "metadata.name": "other", "spec.selector": { app: "gateway" } })],
    ],
    [
      "rejects it where a Gateway of the Gateway API may be on the same pods",
      [
        ...all,
        {
          apiVersion: "gateway.networking.k8s.io/v1",
          kind: "Gateway",
          metadata: { name: "other", namespace: "ingress" },
          spec: { addresses: [{ value: "gateway" }], listeners: [{ name: "web", port: 9000, protocol: "HTTP" }] },
        },
      ],
    ],
  ] as const) {
    it(sentence, () => assert.ok(!isRefused(manifests)));
  }

  it("rejects it on what is attached to a Gateway", () => {
    const attached = {
      "spec.selector": undefined,
      "spec.targetRefs": [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "gate" }],
    };
    const manifests = [changed(requestAuthentication, attached), changed(denial, attached), gateway, service];
    assert.equal(together(requirePrincipalDenial, manifests).length, 1);
  });
});

describe("limit-unauthenticated-paths, of a host that is left out at a port", () => {
  const twice = (...ports: (string[] | undefined)[]) =>
    changed(requirePrincipal, {
      "spec.rules[0].to": [
        { operation: { notHosts: ["open.example.com"], ...(ports[0] && { ports: ports[0] }) } },
        { operation: { notPaths: ["/dex/*"], ...(ports[1] && { ports: ports[1] }) } },
      ],
    });

  it("lets it pass where another operation is for that port", () => {
    for (const manifest of [twice(), twice(["8443"], ["8080", "8443"]), twice(["8443"])]) {
      assert.deepEqual(messages(limitUnauthenticatedPaths, manifest), []);
    }
  });

  it("rejects it where the other is for another port", () => {
    for (const manifest of [twice(["8443"], ["15021"]), twice(undefined, ["15021"])]) {
      assert.equal(messages(limitUnauthenticatedPaths, manifest).length, 1);
    }
  });
});
