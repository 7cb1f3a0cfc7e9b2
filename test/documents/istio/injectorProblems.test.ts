import { strict as assert } from "node:assert";
import { stringify } from "yaml";
import { type FoundMesh, meshProblems } from "../../../documents/istio/meshProblems";
import { compliantMesh, meshFor } from "../../program/live";
import { changed, production, settingsOf, type Tree } from "../../stacks/fixture";

const required = meshFor(settingsOf(changed(production(), "istio", { type: "existing", namespace: "istio-system" })));
assert(required);
const secret = required.authoritySecret;
const compliant = () => compliantMesh(secret) as unknown as Tree;
const problems = (found: Tree) => meshProblems(found as unknown as FoundMesh, required);

describe("an injector of somebody else's Istio", () => {
  for (const [ports, value] of [
    ["includeInboundPorts", "80,8080"],
    ["excludeInboundPorts", "4180"],
  ] as const) {
    it(`is refused with an injector of ${ports} ${value}, which lead past every sidecar`, () => {
      const values = JSON.parse(compliantMesh(secret).injector.data.values) as Tree;
      const all = problems(
        changed(compliant(), "injector.data.values", JSON.stringify(changed(values, `global.proxy.${ports}`, value))),
      );
      assert.deepEqual(
        all.map(({ field, found }) => [field, found]),
        [[`ConfigMap istio-system/istio-sidecar-injector: global.proxy.${ports}`, JSON.stringify(value)]],
      );
      assert.match(all[0]?.mend ?? "", /past the sidecars/);
    });
  }

  it("is refused with an injector that leaves out pods of the platform by their labels", () => {
    const injector = "ConfigMap istio-system/istio-sidecar-injector";
    const fields = (selector: unknown) =>
      problems(
        changed(compliant(), "injector.data.config", stringify({ policy: "enabled", neverInjectSelector: selector })),
      ).map(({ field }) => field);
    // The gateway's pods ask for it by a label, which counts for more (pkg/kube/inject/inject.go).
    const parts = ["auth/oauth2-proxy", "auth/dex"].map((pod) => `${injector}: neverInjectSelector for ${pod}`);
    const byName = (name: string) => ({ matchLabels: { "app.kubernetes.io/name": name } });
    assert.deepEqual(fields([byName("other"), byName("dex")]), parts.slice(1));
    assert.deepEqual(fields([{ matchExpressions: [{ key: "app.kubernetes.io/name", operator: "Exists" }] }]), parts);
    assert.deepEqual(fields([{ matchExpressions: [{ key: "a", operator: "Like" }] }]), parts);
    assert.deepEqual(fields([byName("other"), {}]), []);
  });

  it("is refused with annotations for every pod that say what its sidecar takes", () => {
    const fields = (annotations: unknown) =>
      problems(
        changed(
          compliant(),
          "injector.data.config",
          stringify({ policy: "enabled", injectedAnnotations: annotations }),
        ),
      ).map(({ field }) => field.replace("ConfigMap istio-system/istio-sidecar-injector: ", ""));
    for (const name of [
      "traffic.sidecar.istio.io/excludeInboundPorts",
      "sidecar.istio.io/inject",
      "sidecar.istio.io/interceptionMode",
    ]) {
      assert.deepEqual(fields({ [name]: "4180" }), [`injectedAnnotations[${name}]`]);
    }
    assert.deepEqual(fields({ "example.com/team": "mesh" }), []);
  });
});
