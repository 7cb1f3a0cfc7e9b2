import {
  type ResourceValidation,
  type ResourceValidationArgs,
  type StackValidation,
  type StackValidationArgs,
} from "@pulumi/policy";
import assert from "node:assert/strict";
import { crossguardPolicy, crossguardStackPolicy } from "../../../policy/crossguard";
import { requireDexStorage } from "../../../policy/rules/dex/require-dex-storage";
import { requireSecureCookies } from "../../../policy/rules/oauth2-proxy/require-secure-cookies";
import { chartValuesOf } from "../../../policy/readers/chartValues";
import { unknownCheckingProxy } from "../support";

const release = (chart: string, values: Record<string, unknown>) => ({
  urn: `urn:${chart}`,
  type: "kubernetes:helm.sh/v3:Release",
  props: unknownCheckingProxy({ chart, values, namespace: "auth" }),
});

describe("a chart's values in a Release of Pulumi", () => {
  it("reach the rules about Dex as the engine hands them over", () => {
    const reported: string[] = [];
    const args = { ...release("dex", { config: { storage: { type: "memory" } } }), getConfig: () => ({}) };
    const { validateResource } = crossguardPolicy(requireDexStorage) as { validateResource: ResourceValidation };
    void validateResource(args as unknown as ResourceValidationArgs, (message) => reported.push(message));
    assert.deepEqual(reported, [
      'values.config.storage.type = "memory" is gone with the pod. Write kubernetes, postgres, mysql or etcd.',
    ]);
  });

  it("reach the rules about oauth2-proxy as the engine hands them over", () => {
    const reported: [string, string | undefined][] = [];
    const values = { config: { existingSecret: "keys" }, extraArgs: { "cookie-secure": "false" } };
    const args = { resources: [release("oauth2-proxy", values)], getConfig: () => ({}) };
    const { validateStack } = crossguardStackPolicy(requireSecureCookies) as { validateStack: StackValidation };
    void validateStack(args as unknown as StackValidationArgs, (message, urn) => reported.push([message, urn]));
    assert.deepEqual(reported, [
      [
        'values.extraArgs.cookie-secure (--cookie-secure) = "false" sends the session over plain HTTP. ' +
          "Write --cookie-secure=true, or remove it.",
        "urn:oauth2-proxy",
      ],
    ]);
  });
});

describe("the reader of charts' values", () => {
  const found = (manifest: Record<string, unknown>) =>
    chartValuesOf({ apiVersion: "helm.sh/v3", kind: "Release", ...manifest }, /^dex$/).map(({ field, values }) => [
      field,
      values,
    ]);

  it("knows a chart by the end of its path or address", () => {
    for (const chart of ["dex", "./charts/dex", "./charts/dex/", "oci://registry.example.com/charts/dex"]) {
      assert.deepEqual(found({ chart, values: { a: 1 } }), [["values", { a: 1 }]], chart);
    }
  });

  it("reads the HelmChart of k3s, its text and what is set above it", () => {
    const spec = { chart: "dex", valuesContent: "a: { b: 1, c: 2 }\n", set: { "a.c": "false" } };
    const chart = { apiVersion: "helm.cattle.io/v1", kind: "HelmChart", spec };
    assert.deepEqual(found(chart), [["spec.set", { a: { b: 1, c: false } }]]);
    assert.deepEqual(found({ ...chart, spec: { ...spec, set: undefined } }), [
      ["spec.valuesContent: ", { a: { b: 1, c: 2 } }],
    ]);
    assert.throws(() => found({ ...chart, spec: { ...spec, valuesContent: "a: [" } }), /not readable as YAML/);
  });

  it("reads the Release of Crossplane", () => {
    const spec = { forProvider: { chart: { name: "dex" }, values: { a: 1 } } };
    assert.deepEqual(found({ apiVersion: "helm.crossplane.io/v1beta1", kind: "Release", spec }), [
      ["spec.forProvider.values", { a: 1 }],
    ]);
  });

  it("knows a chart of a registry that Argo CD takes whole", () => {
    const source = { repoURL: "oci://registry.example.com/charts/dex", path: ".", helm: { valuesObject: { a: 1 } } };
    const application = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", spec: { source } };
    assert.deepEqual(found(application), [["spec.source.helm.valuesObject", { a: 1 }]]);
    const ofGit = { ...source, repoURL: "https://git.example.com/dex" };
    assert.deepEqual(found({ ...application, spec: { source: ofGit } }), []);
  });

  it("finds a chart in a chart in a chart, and not a word of another chart about it", () => {
    assert.deepEqual(found({ chart: "a", values: { b: { dex: { config: {} }, enabled: true } } }), [
      ["values.b.dex", { config: {} }],
    ]);
    assert.deepEqual(found({ chart: "a", values: { b: { dex: { config: {}, enabled: false } } } }), []);
    assert.deepEqual(found({ chart: "a", values: { b: { dex: { host: "dex.example.com" } } } }), []);
  });

  it("takes a release without values for one with none", () => {
    assert.deepEqual(found({ chart: "dex" }), [["values", {}]]);
  });

  it("leaves other charts alone, and parts that are switched off", () => {
    assert.deepEqual(found({ chart: "indexer", values: { a: 1 } }), []);
    assert.deepEqual(found({ chart: "platform", values: { dex: { enabled: false } } }), []);
  });

  it("leaves a Release of another group alone", () => {
    assert.deepEqual(found({ apiVersion: "example.com/v1", chart: "dex", values: {} }), []);
  });
});
