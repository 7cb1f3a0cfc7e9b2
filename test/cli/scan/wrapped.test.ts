/** Whole objects in an object that something in a cluster applies: each is looked at as if it stood by itself. */
import assert from "node:assert/strict";
import { clean, inShort, scanned, skipping } from "./support";

/** The lines of an object, that far to the right. */
const indented = (text: string, by: number, first = ""): string =>
  `${" ".repeat(by - first.length)}${first}${text.trimEnd().replaceAll("\n", `\n${" ".repeat(by)}`)}\n`;

const head = (apiVersion: string, kind: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: outer }\n`;

/** Each wrapper, what stands above its object, and how far to the right the object stands as a part of a list or of a map. */
const wrappers = [
  ["template.openshift.io/v1", "Template", "objects:\n", "- "],
  ["v1", "Template", "objects:\n", "- "],
  ["kubernetes.crossplane.io/v1alpha2", "Object", "spec:\n  forProvider:\n    manifest:\n", ""],
  ["kubernetes.m.crossplane.io/v1alpha1", "Object", "spec:\n  forProvider:\n    manifest:\n", ""],
  ["apiextensions.crossplane.io/v1", "Composition", "spec:\n  resources:\n  - name: a\n    base:\n", ""],
  [
    "apiextensions.crossplane.io/v1",
    "Composition",
    "spec:\n  pipeline:\n  - input:\n      resources:\n      - base:\n",
    "",
  ],
  ["work.open-cluster-management.io/v1", "ManifestWork", "spec:\n  workload:\n    manifests:\n", "- "],
  [
    "work.open-cluster-management.io/v1alpha1",
    "ManifestWorkReplicaSet",
    "spec:\n  manifestWorkTemplate:\n    workload:\n      manifests:\n",
    "- ",
  ],
  ["work.karmada.io/v1alpha1", "Work", "spec:\n  workload:\n    manifests:\n", "- "],
  ["hive.openshift.io/v1", "SyncSet", "spec:\n  resources:\n", "- "],
  ["hive.openshift.io/v1", "SelectorSyncSet", "spec:\n  resources:\n", "- "],
  ["fluxcd.controlplane.io/v1", "ResourceSet", "spec:\n  resources:\n", "- "],
  ["kro.run/v1alpha1", "ResourceGraphDefinition", "spec:\n  resources:\n  - id: a\n    template:\n", ""],
] as const;

describe("an object in another one", () => {
  for (const [apiVersion, kind, above, dash] of wrappers) {
    it(`is found in ${apiVersion} ${kind}${above.includes("pipeline") ? " with a pipeline" : ""}, at its line`, async () => {
      const before = `${head(apiVersion, kind)}${above}`;
      const run = await scanned({ "a.yaml": before + indented(skipping("inner"), 12, dash) });
      const line = before.trimEnd().split("\n").length + 10;
      assert.deepEqual(inShort(run), [`in/a.yaml:${line} forbid-skip-verify inner`]);
      assert.equal(run.stderr, "");
    });
  }

  it("is found where a List or another wrapper stands between, and each is counted", async () => {
    const inner = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "inner" }, data: { skipVerify: "true" } };
    const object = {
      apiVersion: "kubernetes.crossplane.io/v1alpha2",
      kind: "Object",
      spec: { forProvider: { manifest: { apiVersion: "v1", kind: "List", items: [inner] } } },
    };
    const outer = { apiVersion: "template.openshift.io/v1", kind: "Template", metadata: {}, objects: [object, inner] };
    const run = await scanned({ "a.json": JSON.stringify(outer, null, 1) });
    assert.deepEqual(inShort(run), ["in/a.json:22 forbid-skip-verify inner", "in/a.json:37 forbid-skip-verify inner"]);
    const { stdout } = await scanned({ "a.json": JSON.stringify(outer) }, { format: "text" });
    assert.match(stdout, /1 file, 4 objects; 2 mandatory/);
  });

  it("leaves the rest of its wrapper to be looked at, and is not said a second time of it", async () => {
    const text = `${head("template.openshift.io/v1", "Template")}parameters:\n- { name: SKIP_VERIFY, value: "true" }\nobjects:\n${indented(skipping("inner"), 2, "- ")}`;
    assert.deepEqual(inShort(await scanned({ "a.yaml": text })), [
      "in/a.yaml:16 forbid-skip-verify inner",
      "in/a.yaml:5 forbid-skip-verify outer",
    ]);
  });

  it("is none in a kind of another group, nor where a wrapper holds nothing", async () => {
    const other = `${head("example.com/v1", "Template")}objects:\n${indented(clean, 2, "- ")}`;
    const empty = head("work.karmada.io/v1alpha1", "Work");
    const { stdout } = await scanned({ "a.yaml": `${other}---\n${empty}` }, { format: "text" });
    assert.equal(stdout, "1 file, 2 objects; 0 mandatory, 0 advisory");
  });

  for (const [what, spec] of [
    ["a word where the object belongs", { workload: { manifests: ["word"] } }],
    ["a map where a list belongs", { workload: { manifests: {} } }],
    ["a map without a kind", { workload: { manifests: [{ apiVersion: "v1" }] } }],
  ] as const) {
    it(`is named as not readable where a wrapper has ${what}`, async () => {
      const work = { apiVersion: "work.karmada.io/v1alpha1", kind: "Work", metadata: { name: "outer" }, spec };
      const run = await scanned({ "a.json": JSON.stringify(work) });
      assert.match(run.stderr, /in\/a\.json:1: something else in a Work than the object that belongs there/);
      assert.equal(run.code, 2);
    });
  }

  it("is not looked for without end", async () => {
    const open = '{"apiVersion":"v1","kind":"Template","metadata":{},"objects":[';
    const run = await scanned({ "a.json": open.repeat(60) + "]}".repeat(60) });
    assert.match(run.stderr, /objects in more objects than anybody writes/);
    assert.equal(run.code, 2);
  });
});
