import assert from "node:assert/strict";
import { requireDenialBesideOpenPolicies } from "../../../../policy/rules/istio/require-denial-beside-open-policies";
import { requirePrincipalDenial } from "../../../../policy/rules/istio/require-principal-denial";
import { memberOf } from "../../../../policy/rule";
import { runTogether } from "../../../../policy/run";
import { changed, context, together, unknownCheckingProxy, unknownStringValue } from "../../support";
import { casesTogether, type TogetherCase } from "../cases";
import { requestAuthentication, requirePrincipal } from "./fixtures";

const operation = "spec.rules[0].to[0].operation";

describe("require-principal-denial", () => {
  const open: [number, string] = [
    0,
    "No AuthorizationPolicy here denies requests without a principal on the workloads of this RequestAuthentication, " +
      'so whoever sends no token gets in. Add one with its selector, action DENY and notRequestPrincipals: ["*"].',
  ];
  const labels = "spec.selector.matchLabels";

  casesTogether(
    requirePrincipalDenial,
    [requestAuthentication, requirePrincipal],
    [
      ["rejects a RequestAuthentication by itself", { 1: undefined }, [open]],
      ["rejects a policy that allows", { 1: { "spec.action": "ALLOW" } }, [open]],
      ["rejects a policy without an action, which allows", { 1: { "spec.action": undefined } }, [open]],
      ["rejects a policy that is only told about", { 1: { "spec.action": "AUDIT" } }, [open]],
      ["rejects a policy in another namespace", { 1: { "metadata.namespace": "auth" } }, [open]],
      ["lets a policy in the root namespace pass", { 1: { "metadata.namespace": "istio-system" } }, []],
      ["rejects a policy for other pods", { 1: { [`${labels}.istio`]: "egressgateway" } }, [open]],
      ["rejects a policy for some of the pods", { 1: { [`${labels}.app`]: "gateway" } }, [open]],
      ["lets a policy for more pods pass", { 0: { [`${labels}.app`]: "gateway" } }, []],
      ["lets a policy for all pods pass", { 1: { "spec.selector": undefined } }, []],
      ["rejects a policy for some pods beside one for all", { 0: { "spec.selector": undefined } }, [open]],
      [
        "rejects a policy for some principals",
        { 1: { "spec.rules[0].from[0].source.notRequestPrincipals": ["a/*"] } },
        [open],
      ],
      ["rejects a policy for some callers", { 1: { "spec.rules[0].from[0].source.namespaces": ["team"] } }, [open]],
      ["rejects a policy for some paths", { 1: { [operation]: { paths: ["/api/*"] } } }, [open]],
      ["rejects a policy for some methods", { 1: { [`${operation}.methods`]: ["GET"] } }, [open]],
      ["rejects a policy that leaves a host out", { 1: { [operation]: { notHosts: ["open.example.com"] } } }, [open]],
      [
        "rejects a policy under a condition",
        { 1: { "spec.rules[0].when": [{ key: "request.headers[x]", values: ["*"] }] } },
        [open],
      ],
      [
        "rejects a policy for a port, where nothing tells at which ports requests come",
        { 1: { [`${operation}.ports`]: ["8443"] } },
        [
          [
            0,
            `${open[1]} The denial for ports ["8443"] doesn't name all at which requests of Gateways come, as far as the ` +
              "Gateways, Services and NetworkPolicies here tell. Remove its to.operation.ports, or name each.",
          ],
        ],
      ],
      ...["gate.svc.example.com", "gate.svc.attacker.com", "gate.svc.cluster.local.example.com"].map(
        (name): TogetherCase => [
          `rejects ${name} that is left out, which only looks like a Service`,
          { 1: { "spec.rules[0].when": [{ key: "connection.sni", notValues: [name] }] } },
          [open],
        ],
      ),
      [
        "lets the internal gate's name in TLS be left out",
        { 1: { "spec.rules[0].when": [{ key: "connection.sni", notValues: ["gate.ingress.svc.cluster.local"] }] } },
        [],
      ],
      [
        "rejects a public name in TLS that is left out",
        { 1: { "spec.rules[0].when": [{ key: "connection.sni", notValues: ["gate.example.com"] }] } },
        [open],
      ],
      ["lets a rule without operations pass", { 1: { "spec.rules[0].to": undefined } }, []],
      [
        "lets the second rule be the one",
        {
          1: {
            "spec.rules[1]": { from: [{ source: { notRequestPrincipals: ["*"] } }] },
            "spec.rules[0]": { to: [{ operation: { paths: ["/x"] } }] },
          },
        },
        [],
      ],
    ],
  );

  it("follows targets", () => {
    const gateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "gate" };
    const attached = (name: string) => ({ "spec.selector": undefined, "spec.targetRefs": [{ ...gateway, name }] });
    const authentication = changed(requestAuthentication, attached("gate"));
    assert.deepEqual(
      together(requirePrincipalDenial, [authentication, changed(requirePrincipal, attached("gate"))]),
      [],
    );
    assert.deepEqual(together(requirePrincipalDenial, [authentication, changed(requirePrincipal, attached("other"))]), [
      open,
    ]);
    assert.deepEqual(together(requirePrincipalDenial, [authentication, requirePrincipal]), [open]);
  });

  it("reports as not checked what a policy may say that is unknown at preview", () => {
    const policy = changed(requirePrincipal, { "spec.rules": unknownStringValue });
    const members = [requestAuthentication, policy];
    const proxied = members.map((manifest) => memberOf(unknownCheckingProxy(manifest), () => "default"));
    const found = runTogether(requirePrincipalDenial, proxied, context);
    assert.deepEqual(
      found.map(({ about, finding }) => [about === proxied[0], finding.kind, finding.field]),
      [[true, "unchecked", "spec.rules"]],
    );
  });
});

describe("require-denial-beside-open-policies", () => {
  const allowed = changed(requirePrincipal, { "spec.action": "ALLOW", "spec.rules": [{}] });
  const open: [number, string] = [
    0,
    "spec.rules[0] is empty and allows everything, and no policy here denies requests without a principal on these " +
      'workloads. Add one (action DENY, notRequestPrincipals: ["*"]), or say in the rule whom it allows.',
  ];

  casesTogether(
    requireDenialBesideOpenPolicies,
    [allowed, requirePrincipal],
    [
      ["rejects it by itself", { 1: undefined }, [open]],
      ["rejects it without an action", { 0: { "spec.action": undefined }, 1: undefined }, [open]],
      [
        "rejects empty lists",
        { 0: { "spec.rules": [{ from: [], to: [{ operation: {} }], when: [] }] }, 1: undefined },
        [open],
      ],
      ["rejects it beside a denial for other pods", { 1: { "spec.selector.matchLabels.app": "x" } }, [open]],
      [
        "lets a rule pass that says whom it allows",
        { 0: { "spec.rules": [{ to: [{ operation: { ports: ["9443"] } }] }] }, 1: undefined },
        [],
      ],
      ["lets a policy without rules pass, which allows nobody", { 0: { "spec.rules": undefined }, 1: undefined }, []],
      ["lets a denial of everything pass", { 0: { "spec.action": "DENY" }, 1: undefined }, []],
    ],
  );
});

describe("require-denial-beside-open-policies, of an authorization service that is asked about some requests", () => {
  const custom = changed(requirePrincipal, {
    "metadata.name": "session",
    "spec.action": "CUSTOM",
    "spec.provider": { name: "oauth2-proxy" },
    "spec.rules": [{ to: [{ operation: { notPaths: ["/dex/*", "/oauth2/*"] } }] }],
  });
  const gap = (field: string): [number, string] => [
    0,
    `${field} lets requests pass that spec.rules[0] doesn't match, and no policy here denies requests without a principal on ` +
      'these workloads. Add one (action DENY, notRequestPrincipals: ["*"]), or remove it.',
  ];
  const when = [{ key: "request.headers[authorization]", notValues: ["*"] }];

  it("lets one pass that is asked about all, without a denial", () => {
    assert.deepEqual(together(requireDenialBesideOpenPolicies, [custom]), []);
  });

  for (const [what, change, field] of [
    ["a condition", { "spec.rules[0].when": when }, "spec.rules[0].when[0]"],
    ["methods", { [`${operation}.methods`]: ["GET", "POST"] }, `${operation}.methods`],
    ["methods that are left out", { [`${operation}.notMethods`]: ["PUT"] }, `${operation}.notMethods`],
    [
      "callers",
      { "spec.rules[0].from": [{ source: { notIpBlocks: ["10.0.0.0/8"] } }] },
      "spec.rules[0].from[0].source",
    ],
    [
      "a condition beside a rule for some paths",
      { "spec.rules[0].when": when, "spec.rules[1]": { to: [{ operation: { paths: ["/x"] } }] } },
      "spec.rules[0].when[0]",
    ],
  ] as const) {
    const manifest = changed(custom, change);

    it(`rejects ${what} without a denial`, () => {
      assert.deepEqual(together(requireDenialBesideOpenPolicies, [manifest]), [gap(field)]);
    });

    it(`lets ${what} pass beside a denial`, () => {
      assert.deepEqual(together(requireDenialBesideOpenPolicies, [manifest, requirePrincipal]), []);
    });
  }

  it("rejects a condition beside a denial for other pods", () => {
    const denial = changed(requirePrincipal, { "spec.selector.matchLabels.app": "x" });
    const manifest = changed(custom, { "spec.rules[0].when": when });
    assert.deepEqual(together(requireDenialBesideOpenPolicies, [manifest, denial]), [gap("spec.rules[0].when[0]")]);
  });

  it("lets a condition pass beside a rule for everything", () => {
    const manifest = changed(custom, { "spec.rules[0].when": when, "spec.rules[1]": {} });
    assert.deepEqual(together(requireDenialBesideOpenPolicies, [manifest]), []);
  });
});
