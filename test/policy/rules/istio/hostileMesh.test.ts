import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { type StackRule } from "../../../../policy/rule";
import { requireFailClosedAuthorization } from "../../../../policy/rules/istio/require-fail-closed-authorization";
import { requireIdentityMtls } from "../../../../policy/rules/istio/require-identity-mtls";
import { requireIstiodAuthentication } from "../../../../policy/rules/istio/require-istiod-authentication";
import { requireMeshWideMtls } from "../../../../policy/rules/istio/require-mesh-wide-mtls";
import { requirePrincipalDenial } from "../../../../policy/rules/istio/require-principal-denial";
import { changed, findings, messages, together } from "../../support";
import { meshConfigMap, requestAuthentication, requirePrincipal } from "./fixtures";

const open = { extensionProviders: [{ name: "a", envoyExtAuthzHttp: { failOpen: true } }] };
const at = (field: string) => [`${field}extensionProviders[0].envoyExtAuthzHttp.failOpen`];
const object = (apiVersion: string, kind: string, fields: Record<string, unknown>): Manifest => ({
  apiVersion,
  kind,
  metadata: { name: "istiod", namespace: "istio-system" },
  ...fields,
});

describe("the mesh's configuration", () => {
  for (const [sentence, manifest, fields] of [
    [
      "is read with what is merged into it",
      meshConfigMap(`x: &x ${JSON.stringify(open)}\n<<: *x\n`),
      at("data.mesh: "),
    ],
    [
      "is read with YAML 1.1's words, of which no is false",
      meshConfigMap("extensionProviders: [{ name: a, envoyExtAuthzHttp: { failOpen: no } }]"),
      [],
    ],
    [
      "is read in a chart inside another",
      object("helm.sh/v3", "Release", { chart: "platform", values: { base: { mesh: { meshConfig: open } } } }),
      at("values.base.mesh.meshConfig."),
    ],
    [
      "is read in the defaults of the chart",
      object("helm.sh/v3", "Release", {
        chart: "istiod",
        values: { _internal_defaults_do_not_set: { meshConfig: open } },
      }),
      at("values._internal_defaults_do_not_set.meshConfig."),
    ],
    [
      "is read where an operator doesn't look at it",
      object("install.istio.io/v1alpha1", "IstioOperator", { spec: { unvalidatedValues: { meshConfig: open } } }),
      at("spec.unvalidatedValues.meshConfig."),
    ],
    [
      "is read in the Sail operator's first group",
      object("operator.istio.io/v1alpha1", "Istio", { spec: { values: { meshConfig: open } } }),
      at("spec.values.meshConfig."),
    ],
    [
      "is read in Maistra's control plane",
      object("maistra.io/v2", "ServiceMeshControlPlane", { spec: { techPreview: { meshConfig: open } } }),
      at("spec.techPreview.meshConfig."),
    ],
    [
      "is read in k3s' text of values",
      object("helm.cattle.io/v1", "HelmChart", {
        spec: { chart: "istiod", valuesContent: JSON.stringify({ meshConfig: open }) },
      }),
      at("spec.valuesContent: meshConfig."),
    ],
  ] as const) {
    it(sentence, () => {
      const found = findings(requireFailClosedAuthorization, manifest);
      assert.deepEqual(
        found.map(({ field }) => field),
        fields,
      );
    });
  }
});

describe("require-istiod-authentication, of what istiod takes as well", () => {
  const istiod = (container: Record<string, unknown>): Manifest =>
    object("apps/v1", "Deployment", {
      spec: { template: { spec: { containers: [{ name: "discovery", ...container }] } } },
    });
  const env = (name: string, value: string) => istiod({ env: [{ name, value }] });

  it("lets ztunnel ask for the identities of its node", () => {
    assert.deepEqual(
      messages(requireIstiodAuthentication, env("CA_TRUSTED_NODE_ACCOUNTS", "istio-system/ztunnel")),
      [],
    );
  });

  for (const [name, value] of [
    ["CA_TRUSTED_NODE_ACCOUNTS", "istio-system/ztunnel,team/web"],
    ["JWT_RULE", "{}"],
    ["PILOT_INSECURE_MULTICLUSTER_KUBECONFIG_OPTIONS", "exec"],
    ["ISTIO_WORKLOAD_ENTRY_VALIDATE_IDENTITY", "false"],
  ] as const) {
    it(`rejects ${name}: ${value}`, () => {
      const [message, ...more] = messages(requireIstiodAuthentication, env(name, value));
      assert.match(message ?? "", new RegExp(`^${name} in .*env\\[0\\]\\.value is `));
      assert.deepEqual(more, []);
    });
  }

  it("rejects variables that come as a whole from a ConfigMap", () => {
    const manifest = istiod({ env: [{ name: "XDS_AUTH", value: "true" }], envFrom: [{ configMapRef: { name: "a" } }] });
    const [message, ...more] = messages(requireIstiodAuthentication, manifest);
    assert.match(message ?? "", /envFrom may set ENABLE_DEBUG_ENDPOINT_AUTH, PILOT_.*, and can't be seen here/);
    assert.doesNotMatch(message ?? "", / XDS_AUTH,/);
    assert.deepEqual(more, []);
  });

  it("rejects a chart's variable from elsewhere, and one of a chart inside another", () => {
    const from = object("helm.sh/v3", "Release", {
      chart: "istiod",
      values: { envVarFrom: [{ name: "XDS_AUTH", valueFrom: {} }] },
    });
    const inside = object("helm.sh/v3", "Release", { chart: "a", values: { istiod: { env: { XDS_AUTH: "false" } } } });
    assert.deepEqual(
      [from, inside].flatMap((manifest) => findings(requireIstiodAuthentication, manifest).map(({ field }) => field)),
      ["values.envVarFrom[0].value", "values.istiod.env.XDS_AUTH"],
    );
  });
});

function suite(rule: StackRule, passing: readonly Manifest[], cases: readonly (readonly [string, ...Manifest[]])[]) {
  describe(`${rule.name}, of what Istio takes as well`, () => {
    it("lets the objects pass as they should be", () => assert.deepEqual(together(rule, passing), []));
    for (const [sentence, ...manifests] of cases) {
      it(sentence, () => assert.equal(together(rule, manifests).length, 1));
    }
  });
}

const dryRun = (value: string) => changed(requirePrincipal, { "metadata.annotations": { "istio.io/dry-run": value } });
const revision = { "metadata.labels": { "istio.io/rev": "canary" } };

suite(
  requirePrincipalDenial,
  [
    ...[requestAuthentication, dryRun("false")],
    ...[changed(requestAuthentication, revision), changed(requirePrincipal, revision)],
  ],
  [
    ["rejects a denial that is only counted", requestAuthentication, dryRun("true")],
    ["rejects one in another spelling of yes", requestAuthentication, dryRun("T")],
    ["rejects a denial for another istiod", requestAuthentication, changed(requirePrincipal, revision)],
  ],
);

const strict: Manifest = {
  ...object("security.istio.io/v1", "PeerAuthentication", { spec: { mtls: { mode: "STRICT" } } }),
};

suite(
  requireMeshWideMtls,
  [strict, meshConfigMap("rootNamespace: istio-system\nenableAutoMtls: true\n")],
  [
    ["rejects another root than the one that was judged", strict, meshConfigMap("rootNamespace: elsewhere\n")],
    ["rejects sidecars that ask in plain text", strict, meshConfigMap("enable_auto_mtls: false\n")],
  ],
);

const rule = (host: string, trafficPolicy: unknown): Manifest => ({
  apiVersion: "networking.istio.io/v1",
  kind: "DestinationRule",
  metadata: { name: "mine", namespace: "auth" },
  spec: { host, trafficPolicy },
});
const dex: Manifest = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "dex", namespace: "sign-in", labels: { app: "dex" } },
  spec: { containers: [{ name: "dex", image: "example.com/dex:v2.45.1" }] },
};
const plain = { tls: { mode: "DISABLE" } };

suite(
  requireIdentityMtls,
  [
    rule("dex.auth.svc.cluster.local", { tls: { mode: "ISTIO_MUTUAL" } }),
    rule("dex.auth.svc.cluster.local", { tls: { mode: "SIMPLE", caCertificates: "/etc/ca.pem" } }),
    rule("dex.auth.svc.cluster.local", { connectionPool: {} }),
    rule("oauth2-proxy-redis.auth.svc.cluster.local", plain),
    rule("ml-pipeline-ui.kubeflow.svc.cluster.local", plain),
    rule("*.storage.svc.cluster.local", plain),
  ],
  [
    ["rejects DISABLE for Dex", rule("dex.auth.svc.cluster.local", plain)],
    ["rejects it for a short name", rule("oauth2-proxy", plain)],
    ["rejects it for the pipelines' API", rule("ml-pipeline.kubeflow", plain)],
    ["takes tls without a mode for DISABLE, which is the first", rule("dex.auth", { tls: {} })],
    ["rejects TLS without an authority", rule("dex.auth", { tls: { mode: "SIMPLE" } })],
    ["rejects it for one port", rule("dex.auth", { portLevelSettings: [{ port: { number: 5556 }, ...plain }] })],
    [
      "rejects it for a subset",
      changed(rule("dex.auth", {}), { "spec.subsets": [{ name: "a", trafficPolicy: plain }] }),
    ],
    ["rejects it for everything", rule("*", plain)],
    ["rejects it for all of the cluster", rule("*.local", plain)],
    ["rejects it for the namespace of such a service", dex, rule("*.sign-in.svc.cluster.local", plain)],
  ],
);
