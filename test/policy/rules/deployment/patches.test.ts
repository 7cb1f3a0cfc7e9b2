import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { requireVisiblePatches } from "../../../../policy/rules/deployment/require-visible-patches";
import { run } from "../../../../policy/run";
import { changed, context, unknownCheckingProxy, unknownStringValue } from "../../support";
import { cases } from "../cases";

const said = (field: string): string =>
  `${field} changes objects that the rules see without it. Scan what is rendered with it, or remove it.`;
const patches = [
  { target: { kind: "Gateway" }, patch: "[{ op: replace, path: /spec/servers/0/hosts/0, value: '*' }]" },
];

const kustomization: Manifest = {
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name: "gate", namespace: "flux-system" },
  spec: { path: "./gate", sourceRef: { kind: "GitRepository", name: "gate" }, patches: [] },
};
const application: Manifest = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "gate", namespace: "argocd" },
  spec: { source: { repoURL: "https://git.example.com/gate", path: "gate", kustomize: { namePrefix: "a-" } } },
};
const release: Manifest = {
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  metadata: { name: "istiod", namespace: "istio-system" },
  spec: { chart: { spec: { chart: "istiod" } }, values: {} },
};

describe("require-visible-patches", () => {
  cases(requireVisiblePatches, kustomization, [
    ["rejects patches", { "spec.patches": patches }, [said("spec.patches")]],
    ["rejects those of older versions", { "spec.patchesJson6902": patches }, [said("spec.patchesJson6902")]],
    ["takes what is no list for patches", { "spec.patches": "all" }, [said("spec.patches")]],
    [
      "leaves kustomize's own file alone",
      { apiVersion: "kustomize.config.k8s.io/v1beta1", "spec.patches": patches },
      [],
    ],
  ]);
  cases(requireVisiblePatches, application, [
    [
      "rejects patches of a source",
      { "spec.source.kustomize.patches": patches },
      [said("spec.source.kustomize.patches")],
    ],
    [
      "rejects patches of one of several sources",
      { "spec.sources": [{ path: "a" }, { path: "b", kustomize: { patches } }] },
      [said("spec.sources[1].kustomize.patches")],
    ],
    [
      "rejects them in a template of Applications",
      {
        kind: "ApplicationSet",
        spec: { template: { spec: { source: { path: "gate", kustomize: { patches } } } } },
      },
      [said("spec.template.spec.source.kustomize.patches")],
    ],
  ]);
  cases(requireVisiblePatches, release, [
    [
      "rejects what changes a chart",
      { "spec.postRenderers": [{ kustomize: { patches } }] },
      [said("spec.postRenderers")],
    ],
  ]);

  it("reports patches that are unknown at preview as not checked", () => {
    const manifest = unknownCheckingProxy(changed(kustomization, { "spec.patches": unknownStringValue }));
    assert.deepEqual(
      run(requireVisiblePatches, manifest, context).map(({ kind, field }) => [kind, field]),
      [["unchecked", "spec.patches"]],
    );
  });
});
