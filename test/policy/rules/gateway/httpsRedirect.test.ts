import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { requireHttpsRedirect } from "../../../../policy/rules/gateway/require-https-redirect";
import { together } from "../../support";
import { casesTogether } from "../cases";
import { apiGateway, gateway } from "./fixtures";

describe("require-https-redirect", () => {
  const field = "spec.servers[0].tls.httpsRedirect";
  const plain = (value: string, port = "80"): [number, string] => [
    0,
    `${field} is ${value} at port ${port}, which serves plain HTTP. Write true.`,
  ];
  const virtualService: Manifest = {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "challenges", namespace: "ingress" },
    spec: {
      hosts: ["gate.example.com"],
      gateways: ["gate"],
      http: [
        { match: [{ uri: { prefix: "/.well-known/acme-challenge/" } }], route: [{ destination: { host: "solver" } }] },
        { redirect: { scheme: "https", redirectCode: 301 } },
      ],
    },
  };

  casesTogether(
    requireHttpsRedirect,
    [gateway],
    [
      ["rejects plain HTTP", { 0: { "spec.servers[0].tls": undefined } }, [plain("absent")]],
      ["rejects a redirect that is off", { 0: { [field]: false } }, [plain("false")]],
      [
        "rejects it at any port",
        { 0: { [field]: false, "spec.servers[0].port.number": 8080 } },
        [plain("false", "8080")],
      ],
      [
        "lets plain HTTP at 443 pass, where something in front has ended TLS",
        { 0: { [field]: false, "spec.servers[0].port.number": 443 } },
        [],
      ],
      [
        "rejects another protocol without TLS",
        { 0: { "spec.servers[0].port.protocol": "HTTP2", "spec.servers[0].tls": undefined } },
        [[0, 'spec.servers[0].port.protocol is "HTTP2" without TLS. Write HTTPS, with tls.mode and a credentialName.']],
      ],
    ],
  );

  const open = { [field]: undefined };
  it("lets a Gateway pass whose routes answer challenges and redirect all else", () => {
    const servers = structuredClone(gateway);
    delete (servers["spec"] as { servers: { tls?: unknown }[] }).servers[0]?.tls;
    assert.deepEqual(together(requireHttpsRedirect, [servers, virtualService]), []);
  });
  casesTogether(
    requireHttpsRedirect,
    [gateway, virtualService],
    [
      [
        "rejects a route that serves something",
        { 0: open, 1: { "spec.http[1]": { route: [{ destination: { host: "app" } }] } } },
        [plain("absent")],
      ],
      [
        "rejects a redirect that stays on HTTP",
        { 0: open, 1: { "spec.http[1].redirect.scheme": undefined } },
        [plain("absent")],
      ],
      ["rejects routes of another Gateway", { 0: open, 1: { "spec.gateways": ["auth/gate"] } }, [plain("absent")]],
    ],
  );

  const redirect: Manifest = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "https", namespace: "ingress" },
    spec: {
      parentRefs: [{ name: "gate", sectionName: "http" }],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
    },
  };
  const mend =
    "Attach an HTTPRoute with a RequestRedirect to scheme https, and applications to the HTTPS listener alone.";
  const none: [number, string] = [0, `spec.listeners[0].protocol is HTTP, and no route here redirects it. ${mend}`];
  casesTogether(
    requireHttpsRedirect,
    [apiGateway, redirect],
    [
      ["rejects a listener without a route", { 1: undefined }, [none]],
      ["rejects a route to another listener", { 1: { "spec.parentRefs[0].sectionName": "https" } }, [none]],
      [
        "rejects a route that serves an application there",
        { 1: { "spec.rules[0].filters": undefined, "spec.parentRefs[0].sectionName": undefined } },
        [[0, `spec.listeners[0].protocol is HTTP, and a route serves an application there. ${mend}`]],
      ],
      [
        "rejects TCP",
        { 0: { "spec.listeners[0].protocol": "TCP" } },
        [[0, 'spec.listeners[0].protocol is "TCP" without TLS. Write HTTPS.']],
      ],
    ],
  );
});
