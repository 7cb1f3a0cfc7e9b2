import assert from "node:assert/strict";
import { judgeAgreement } from "../../../../bed/e2e/lifecycle";
import { agreement, type EngineResource } from "../../../../bed/platform/pulumi/agreement";
import { type ReportedResource } from "../../../../cli/preview/report";

const urn = (type: string, name: string) => `urn:pulumi:test::p::${type}::${name}`;
const provider = urn("pulumi:providers:kubernetes", "k8s");

const ours: ReportedResource = {
  urn: urn("kubernetes:core/v1:Secret", "a"),
  type: "kubernetes:core/v1:Secret",
  name: "a",
  custom: true,
  parent: urn("pulumi:pulumi:Stack", "p-test"),
  provider,
  dependencies: [urn("t", "x"), urn("t", "y")],
  propertyDependencies: { metadata: [urn("t", "x")] },
  protect: false,
  ignoreChanges: [],
};
const engine: EngineResource = {
  urn: ours.urn,
  type: ours.type,
  custom: true,
  parent: ours.parent,
  provider: `${provider}::0e4a`,
  dependencies: [urn("t", "y"), urn("t", "x")],
  propertyDependencies: { metadata: [urn("t", "x")], spec: [], status: null },
};
const compare = (change: Partial<EngineResource>, op = "same") =>
  agreement([ours], {
    steps: [{ op, urn: change.urn ?? ours.urn, newState: { ...engine, ...change } }],
  });

describe("the offline preview and the engine's, compared", () => {
  it("agree whatever the order is, and however the engine writes that there is nothing", () => {
    assert.deepEqual(compare({}), { same: 1, differences: [], operations: { same: 1 } });
  });

  const changes: [what: keyof EngineResource, change: Partial<EngineResource>][] = [
    ["parent", { parent: urn("t", "other") }],
    ["dependencies", { dependencies: [urn("t", "x")] }],
    ["propertyDependencies", { propertyDependencies: { metadata: [urn("t", "y")] } }],
    ["provider", { provider: `${urn("pulumi:providers:kubernetes", "default_4_34_2")}::0e4a` }],
    ["protect", { protect: true }],
    ["ignoreChanges", { ignoreChanges: ["spec"] }],
    ["custom", { custom: false }],
    ["type", { type: "kubernetes:core/v1:ConfigMap" }],
  ];
  for (const [what, change] of changes) {
    it(`differ by ${what}`, () => {
      const { same, differences } = compare(change);
      assert.equal(same, 0);
      assert.equal(differences.length, 1);
      assert.ok(differences[0]?.startsWith(`${ours.urn}: ${what}: offline `), differences[0]);
    });
  }

  it("differ by what only one of them has", () => {
    const other = urn("kubernetes:core/v1:Secret", "b");
    assert.deepEqual(compare({ urn: other }).differences, [
      `${ours.urn}: only the offline preview has it`,
      `${other}: only the real engine has it`,
    ]);
  });

  it("leave out the engine's own providers", () => {
    const own = urn("pulumi:providers:random", "default_4_21_2");
    const steps = [
      { op: "same", urn: ours.urn, newState: engine },
      { op: "same", urn: own, newState: { urn: own, type: "pulumi:providers:random", custom: true } },
    ];
    assert.deepEqual(agreement([ours], { steps }).operations, { same: 1 });
  });

  it("count what the engine would delete, although it has no new state", () => {
    const gone = urn("kubernetes:core/v1:Secret", "gone");
    const steps = [
      { op: "same", urn: ours.urn, newState: engine },
      { op: "delete", urn: gone },
      { op: "delete", urn: urn("pulumi:providers:random", "default_4_21_2") },
    ];
    const compared = agreement([ours], { steps });
    assert.deepEqual(compared, { same: 1, differences: [], operations: { same: 1, delete: 1 } });
    assert.throws(() => judgeAgreement(compared), /the engine would delete 1/);
  });

  it("pass only with resources, no difference, and nothing to change", () => {
    assert.equal(judgeAgreement(compare({})), "1 resources, no difference, nothing to change");
    assert.throws(() => judgeAgreement(compare({ protect: true })), /protect: offline false, engine true/);
    assert.equal(judgeAgreement(compare({}, "read")), "1 resources, no difference, nothing to change");
    assert.throws(() => judgeAgreement(compare({}, "update")), /the engine would update 1/);
    assert.throws(() => judgeAgreement(agreement([], { steps: [] })), /neither preview has a resource/);
  });
});
