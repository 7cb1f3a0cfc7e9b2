import assert from "node:assert/strict";
import { type Manifest } from "../../policy/manifest";
import { rules, stackRules } from "../../policy/pack";
import { remedied } from "../../policy/remedy";
import { type Rule } from "../../policy/rule";
import { requireModernGatewayTls } from "../../policy/rules/gateway/require-modern-gateway-tls";
import { requireFailClosedAuthorization } from "../../policy/rules/istio/require-fail-closed-authorization";
import { forbidPrivilegeEscalation } from "../../policy/rules/pods/forbid-privilege-escalation";
import { limitCapabilities } from "../../policy/rules/pods/limit-capabilities";
import { requireRootless } from "../../policy/rules/pods/require-rootless";
import { requireSeccomp } from "../../policy/rules/pods/require-seccomp";
import { deployed } from "./everyRule/deployed";
import { everyEvidence } from "./everyRule/all";
import { envoyFilter, meshConfigMap, patchValue, typed } from "./rules/istio/fixtures";
import { gateway } from "./rules/gateway/fixtures";
import { container, deployment, pod } from "./rules/pods/fixtures";
import { changed, context, messages } from "./support";

const own = `${container}.securityContext`;
const wide = `${pod}.securityContext`;
const config = `${patchValue}.typed_config`;
const filter = envoyFilter({ typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", {}) });
const plugin: Manifest = {
  apiVersion: "extensions.istio.io/v1alpha1",
  kind: "WasmPlugin",
  metadata: { name: "sso", namespace: "ingress" },
  spec: { phase: "AUTHN", failStrategy: "FAIL_CLOSE" },
};
const release: Manifest = {
  apiVersion: "helm.sh/v3",
  kind: "Release",
  chart: "istio/istiod",
  values: { meshConfig: { extensionProviders: [{ envoyExtAuthzHttp: { service: "gate" } }] } },
};
const [minimum, maximum] = ["minProtocolVersion", "maxProtocolVersion"].map((key) => `spec.servers[1].tls.${key}`);

type Changes = Readonly<Record<string, unknown>>;

/** A rule, an object with what is wrong in it, and the only fields that its remedy writes. */
const mended: readonly (readonly [what: string, rule: Rule, fixture: Manifest, wrong: Changes, written: Changes])[] = [
  [
    "a container that says nothing about privileges",
    forbidPrivilegeEscalation,
    deployment,
    { [own]: undefined },
    { [`${own}.allowPrivilegeEscalation`]: false },
  ],
  [
    "a container that may gain them",
    forbidPrivilegeEscalation,
    deployment,
    { [`${own}.allowPrivilegeEscalation`]: true, [`${own}.readOnlyRootFilesystem`]: true },
    { [`${own}.allowPrivilegeEscalation`]: false },
  ],
  [
    "an init container beside one that is right",
    forbidPrivilegeEscalation,
    deployment,
    { [`${pod}.initContainers`]: [{ name: "init", image: "init:v1.0.0", securityContext: null }] },
    { [`${pod}.initContainers[0].securityContext`]: { allowPrivilegeEscalation: false } },
  ],
  [
    "a container with every capability of the runtime's",
    limitCapabilities,
    deployment,
    { [`${own}.capabilities`]: undefined },
    { [`${own}.capabilities`]: { drop: ["ALL"] } },
  ],
  [
    "a container that drops one capability and adds one that it may",
    limitCapabilities,
    deployment,
    { [`${own}.capabilities`]: { drop: ["NET_RAW"], add: ["NET_BIND_SERVICE"] } },
    { [`${own}.capabilities.drop`]: ["ALL"] },
  ],
  [
    "a pod without a seccomp profile, container by container",
    requireSeccomp,
    deployment,
    { [`${wide}.seccompProfile`]: undefined },
    { [`${own}.seccompProfile`]: { type: "RuntimeDefault" } },
  ],
  [
    "a pod that filters nothing",
    requireSeccomp,
    deployment,
    { [`${wide}.seccompProfile.type`]: "Unconfined" },
    { [`${wide}.seccompProfile.type`]: "RuntimeDefault" },
  ],
  [
    "a pod that may run as root",
    requireRootless,
    deployment,
    { [`${wide}.runAsNonRoot`]: false },
    { [`${wide}.runAsNonRoot`]: true },
  ],
  [
    "a container that takes the pod's word back",
    requireRootless,
    deployment,
    { [`${own}.runAsNonRoot`]: false },
    { [`${own}.runAsNonRoot`]: true },
  ],
  ["TLS 1.0", requireModernGatewayTls, gateway, { [minimum ?? ""]: "TLSV1_0" }, { [minimum ?? ""]: "TLSV1_2" }],
  [
    "TLS 1.1 at most",
    requireModernGatewayTls,
    gateway,
    { [minimum ?? ""]: "TLSV1_0", [maximum ?? ""]: "TLSV1_1" },
    { [minimum ?? ""]: "TLSV1_2", [maximum ?? ""]: "TLSV1_3" },
  ],
  [
    "an EnvoyFilter that fails open",
    requireFailClosedAuthorization,
    filter,
    { [`${config}.failure_mode_allow`]: true },
    { [`${config}.failure_mode_allow`]: undefined },
  ],
  [
    "a chart's value that fails open",
    requireFailClosedAuthorization,
    release,
    { "values.meshConfig.extensionProviders[0].envoyExtAuthzHttp.failOpen": true },
    { "values.meshConfig.extensionProviders[0].envoyExtAuthzHttp.failOpen": undefined },
  ],
  [
    "a plugin that fails open",
    requireFailClosedAuthorization,
    plugin,
    { "spec.failStrategy": "FAIL_OPEN" },
    { "spec.failStrategy": "FAIL_CLOSE" },
  ],
];

/** What only a person can mend, and so stays as it is. */
const left: readonly (readonly [what: string, rule: Rule, fixture: Manifest, wrong: Changes])[] = [
  [
    "the privileges of a privileged container, which the API server would refuse",
    forbidPrivilegeEscalation,
    deployment,
    { [own]: { privileged: true } },
  ],
  [
    "those of one with SYS_ADMIN, for the same reason",
    forbidPrivilegeEscalation,
    deployment,
    { [own]: { capabilities: { add: ["SYS_ADMIN"] } } },
  ],
  ["a capability that is asked for by name", limitCapabilities, deployment, { [`${own}.capabilities.add`]: ["CHOWN"] }],
  [
    "a profile of the node's without its type",
    requireSeccomp,
    deployment,
    { [`${wide}.seccompProfile`]: { localhostProfile: "web.json" } },
  ],
  [
    "user 0, in whose place nobody knows another",
    requireRootless,
    deployment,
    { [wide]: { runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } } },
  ],
  ...[forbidPrivilegeEscalation, limitCapabilities, requireSeccomp, requireRootless].map(
    (rule) =>
      [
        `a pod for Windows (${rule.name})`,
        rule,
        deployment,
        { [`${pod}.os`]: { name: "windows" }, [own]: undefined, [wide]: undefined },
      ] as const,
  ),
  ["a version of TLS that nobody knows", requireModernGatewayTls, gateway, { [minimum ?? ""]: "TLSV9" }],
  ["ciphers", requireModernGatewayTls, gateway, { "spec.servers[1].tls.cipherSuites": ["AES128-SHA"] }],
  [
    "a text, which has comments and an order",
    requireFailClosedAuthorization,
    meshConfigMap("extensionProviders: [{ envoyExtAuthzHttp: { failOpen: false } }]\n"),
    { "data.mesh": "extensionProviders: [{ envoyExtAuthzHttp: { failOpen: true } }]\n" },
  ],
];

const withRemedy = rules.filter(({ remedy }) => remedy !== undefined);

describe("remedies", () => {
  it("are these rules', and each says in a sentence what it writes", () => {
    assert.deepEqual(
      withRemedy.map(({ name }) => name),
      [
        "require-modern-gateway-tls",
        "require-fail-closed-authorization",
        "require-rootless",
        "forbid-privilege-escalation",
        "limit-capabilities",
        "require-seccomp",
      ],
    );
    for (const { remedy } of withRemedy) assert.match(remedy ?? "", /^(Writes|Takes) .{20,}[^.]\.$/);
  });

  it("are no stack rule's, which the SDK can't remediate", () => {
    assert.deepEqual(
      stackRules.filter(({ remedy }) => remedy !== undefined),
      [],
    );
  });

  it("are only what the rule says that it has", () => {
    for (const rule of rules.filter(({ remedy }) => remedy === undefined)) {
      for (const manifest of everyEvidence[rule.name]?.fails ?? []) {
        assert.deepEqual(remedied(rule, manifest, context), manifest, rule.name);
      }
    }
  });

  for (const [what, rule, fixture, wrong, written] of mended) {
    describe(`of ${rule.name} for ${what}`, () => {
      const violating = changed(fixture, wrong);

      it("mend it, with the fields that they name and no other", () => {
        assert.notDeepEqual(messages(rule, violating), []);
        assert.deepEqual(plain(remedied(rule, violating, context)), changed(violating, written));
        assert.deepEqual(violating, changed(fixture, wrong));
      });

      it("leave nothing to reject", () => assert.deepEqual(messages(rule, remedied(rule, violating, context)), []));

      it("change nothing the second time", () => {
        const once = remedied(rule, violating, context);
        assert.deepEqual(remedied(rule, once, context), once);
      });

      it("change nothing in what is right", () => {
        assert.deepEqual(remedied(rule, fixture, context), fixture);
      });
    });
  }

  for (const [what, rule, fixture, wrong] of left) {
    it(`leave ${what}, which is still rejected`, () => {
      const violating = changed(fixture, wrong);
      assert.deepEqual(remedied(rule, violating, context), violating);
      assert.notDeepEqual(deployed(rule, [violating]), []);
    });
  }

  for (const rule of withRemedy) {
    it(`of ${rule.name} are for what the rule rejects first`, () => {
      for (const manifest of everyEvidence[rule.name]?.fails ?? []) {
        assert.deepEqual(messages(rule, remedied(rule, manifest, context)), []);
      }
    });
  }
});

/** A field that a remedy takes away is undefined, and so is left out. */
function plain(manifest: unknown): unknown {
  return JSON.parse(JSON.stringify(manifest));
}
