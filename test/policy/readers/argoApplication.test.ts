import assert from "node:assert/strict";
import { chartValuesOf } from "../../../policy/readers/chartValues";
import { requireDexStorage } from "../../../policy/rules/dex/require-dex-storage";
import { requireSecureCookies } from "../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { messages, together } from "../support";

const application = (chart: string, helm: Record<string, unknown>) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "identity", namespace: "argocd" },
  spec: { source: { chart, helm, targetRevision: "1.0.0" }, destination: { namespace: "auth" } },
});

describe("a chart's values in an Application of Argo CD", () => {
  const found = (helm: Record<string, unknown>) =>
    chartValuesOf(application("dex", helm), /^dex$/).map(({ field, values, namespace }) => [field, values, namespace]);

  it("are the text in values, with the namespace that it goes to", () => {
    assert.deepEqual(found({ values: "a: 1\n" }), [["spec.source.helm.values: ", { a: 1 }, "auth"]]);
  });

  it("are the map in valuesObject", () => {
    assert.deepEqual(found({ valuesObject: { a: 1 } }), [["spec.source.helm.valuesObject", { a: 1 }, "auth"]]);
  });

  it("are the parameters, with dots for maps, backslashes for dots, brackets for lists, and truth as truth", () => {
    const parameters = [
      { name: "a.b", value: "true" },
      { name: "a.c\\.d", value: "x" },
      { name: "e[0]", value: "y" },
      { name: "f", value: "true", forceString: true },
    ];
    const values = { a: { b: true, "c.d": "x" }, e: ["y"], f: "true" };
    assert.deepEqual(found({ parameters }), [["spec.source.helm.parameters", values, "auth"]]);
  });

  it("are of all three, and the parameters win", () => {
    const parameters = [{ name: "a.b", value: "three" }];
    const helm = { values: "a: { b: one, c: one }", valuesObject: { a: { c: "two" } }, parameters };
    assert.deepEqual(found(helm), [["spec.source.helm", { a: { b: "three", c: "two" } }, "auth"]]);
  });

  it("change nothing but themselves, whatever a parameter is called", () => {
    found({ parameters: [{ name: "__proto__.polluted", value: "true" }] });
    assert.equal("polluted" in {}, false);
  });

  it("are those of each source, and of an ApplicationSet's template", () => {
    const source = { chart: "dex", helm: { valuesObject: { a: 1 } } };
    const sources = { ...application("x", {}), spec: { sources: [{ chart: "other" }, source] } };
    const set = { ...application("x", {}), kind: "ApplicationSet", spec: { template: { spec: { source } } } };
    assert.deepEqual(
      [sources, set].map((manifest) => chartValuesOf(manifest, /^dex$/).map(({ field }) => field)),
      [["spec.sources[1].helm.valuesObject"], ["spec.template.spec.source.helm.valuesObject"]],
    );
  });

  it("say that files of values aren't seen", () => {
    const [values] = chartValuesOf(application("dex", { valueFiles: ["prod.yaml"] }), /^dex$/);
    assert.equal(values?.filesField, "spec.source.helm.valueFiles");
  });

  it("are refused where they can't be read, and only by rules about their chart", () => {
    const helm = { values: "a: [" };
    assert.throws(() => chartValuesOf(application("dex", helm), /^dex$/), /not readable as YAML/);
    assert.deepEqual(chartValuesOf(application("grafana", helm), /^dex$/), []);
  });

  it("reach the rules about Dex", () => {
    assert.deepEqual(
      messages(requireDexStorage, application("dex", { values: "config: { storage: { type: memory } }" })),
      [
        'spec.source.helm.values: config.storage.type = "memory" is gone with the pod. Write kubernetes, postgres, mysql or etcd.',
      ],
    );
  });

  it("reach the rules about oauth2-proxy", () => {
    const parameters = [{ name: "extraArgs.cookie-secure", value: "false" }];
    assert.deepEqual(together(requireSecureCookies, [application("oauth2-proxy", { parameters })]), [
      [
        0,
        'spec.source.helm.parameters.extraArgs.cookie-secure (--cookie-secure) = "false" sends the session over plain ' +
          "HTTP. Write --cookie-secure=true, or remove it.",
      ],
    ]);
  });
});
