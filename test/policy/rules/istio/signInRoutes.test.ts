import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { memberOf } from "../../../../policy/rule";
import { runTogether } from "../../../../policy/run";
import { requireSignInRoutes } from "../../../../policy/rules/istio/require-sign-in-routes";
import { changed, context, unknownCheckingProxy, unknownStringValue } from "../../support";
import { casesTogether } from "../cases";
import { requirePrincipal } from "./fixtures";

const routes: Manifest = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "sign-in", namespace: "auth" },
  spec: {
    hosts: ["gate.example.com"],
    gateways: ["ingress/gate"],
    http: [
      { match: [{ uri: { prefix: "/dex/" } }], route: [{ destination: { host: "dex.auth.svc.cluster.local" } }] },
      { match: [{ uri: { prefix: "/oauth2/" } }], route: [{ destination: { host: "oauth2-proxy" } }] },
      { route: [{ destination: { host: "centraldashboard.kubeflow.svc.cluster.local" } }] },
    ],
  },
};

const httpRoute: Manifest = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "sign-in", namespace: "auth" },
  spec: {
    rules: [
      { matches: [{ path: { type: "PathPrefix", value: "/dex" } }], backendRefs: [{ name: "dex", port: 5556 }] },
      {
        matches: [{ path: { type: "PathPrefix", value: "/oauth2/" } }],
        backendRefs: [{ name: "oauth2-proxy", port: 80 }],
      },
    ],
  },
};

describe("require-sign-in-routes", () => {
  const unrouted = (prefix: string, name: string): [number, string] => [
    0,
    `spec.rules leaves out ${prefix}*, and no route here leads ${prefix} to ${name}: another route answers there, to ` +
      "everybody. Add one.",
  ];
  const misled = (field: string, prefix: string, service: string, name: string): [number, string] => [
    1,
    `${field} sends ${prefix} to "${service}", where nobody has to have signed in. Send it to ${name}.`,
  ];

  casesTogether(
    requireSignInRoutes,
    [requirePrincipal, routes],
    [
      [
        "rejects sign-in without a route to oauth2-proxy",
        { 1: { "spec.http[1]": {} } },
        [unrouted("/oauth2/", "oauth2-proxy")],
      ],
      ["rejects sign-in without a route to Dex", { 1: { "spec.http[0]": {} } }, [unrouted("/dex/", "Dex")]],
      [
        "rejects a route to something else",
        { 1: { "spec.http[1].route[0].destination.host": "centraldashboard" } },
        [misled("spec.http[1]", "/oauth2/", "centraldashboard", "oauth2-proxy"), unrouted("/oauth2/", "oauth2-proxy")],
      ],
      [
        "rejects a second destination",
        { 1: { "spec.http[0].route[1]": { destination: { host: "index" } } } },
        [misled("spec.http[0]", "/dex/", "index", "Dex"), unrouted("/dex/", "Dex")],
      ],
      ["lets a part of the paths be the route", { 1: { "spec.http[0].match[0].uri": { exact: "/dex/auth" } } }, []],
      [
        "asks for no route to Dex where no policy leaves it out",
        { 0: { "spec.rules[0].to[0].operation.notPaths": ["/oauth2/*"] }, 1: { "spec.http[0]": {} } },
        [],
      ],
      ["says nothing about policies by themselves", { 1: undefined }, []],
    ],
  );

  it("rejects no policy for a route that is unknown at preview", () => {
    const members = [
      requirePrincipal,
      changed(routes, { "spec.http[0]": {}, "spec.http[1]": {} }),
      changed(routes, { "spec.http": unknownStringValue }),
    ].map((manifest) => memberOf(unknownCheckingProxy(manifest), () => "default"));
    assert.deepEqual(
      runTogether(requireSignInRoutes, members, context).map(({ about, finding }) => [
        about === members[2],
        finding.kind,
        finding.field,
      ]),
      [[true, "unchecked", "spec.http"]],
    );
  });

  casesTogether(
    requireSignInRoutes,
    [requirePrincipal, httpRoute],
    [
      [
        "rejects an HTTPRoute to something else",
        { 1: { "spec.rules[0].backendRefs[0].name": "app" } },
        [misled("spec.rules[0]", "/dex/", "app", "Dex"), unrouted("/dex/", "Dex")],
      ],
    ],
  );
});
