import assert from "node:assert/strict";
import { exemptionRules } from "../../policy/exemptionRules";
import { type Exemption, Exemptions } from "../../policy/exemptions";
import { type Manifest } from "../../policy/manifest";
import { type Finding, inspect, memberOf, violation } from "../../policy/rule";
import { unknownCheckingProxy, unknownStringValue } from "./support";

const exemption: Exemption = {
  kind: "Deployment",
  namespace: "auth",
  name: "dex",
  reason: "the old provider, ticket 12",
  expires: "2026-06-30",
};
const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "dex", namespace: "auth" },
};
const found: Finding[] = [violation("a", "a is wrong."), violation("b", "b is wrong.")];

const given = (entries: unknown, today = "2026-06-30") => new Exemptions(() => today).of("forbid-nothing", entries);
/** What is left of two violations. */
const left = (entry: Partial<Exemption>, manifest: Manifest, defaultNamespace = "default"): number =>
  given([{ ...exemption, ...entry }]).apply(
    memberOf(manifest, () => defaultNamespace),
    found,
  ).length;
const { kind, name, reason, expires } = exemption;
const withoutNamespace: Exemption = { kind, name, reason, expires };
const role: Manifest = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: "dex" } };

describe("an exemption", () => {
  it("takes every violation of its object out", () => assert.equal(left({}, deployment), 0));

  for (const [what, entry] of [
    ["name", { name: "de" }],
    ["namespace", { namespace: "aut" }],
    ["kind", { kind: "StatefulSet" }],
    ["group", { kind: "Deployment.extensions" }],
  ] as const) {
    it(`takes nothing out where the ${what} is another`, () => assert.equal(left(entry, deployment), 2));
  }

  it("may name the kind with its group", () => assert.equal(left({ kind: "Deployment.apps" }, deployment), 0));

  it("holds in every namespace with a star", () => assert.equal(left({ namespace: "*" }, deployment), 0));

  it("holds in the namespace that an object gets which names none", () => {
    const bare = { ...deployment, metadata: { name: "dex" } };
    assert.equal(left({}, bare, "auth"), 0);
    assert.equal(left({}, bare), 2);
  });

  it("without a namespace is for an object that names none", () => {
    const own = given([{ ...withoutNamespace, kind: "ClusterRole" }]);
    assert.deepEqual(
      own.apply(
        memberOf(role, () => "default"),
        found,
      ),
      [],
    );
    const others = given([withoutNamespace]);
    assert.equal(
      others.apply(
        memberOf(deployment, () => "default"),
        found,
      ).length,
      2,
    );
  });

  it("is never for an object without a name", () => {
    assert.equal(left({ name: "x" }, { ...deployment, metadata: { generateName: "x" } }), 2);
  });

  it("holds on its last day, and not on the day after", () => {
    const on = (today: string) =>
      given([exemption], today)
        .apply(
          memberOf(deployment, () => "default"),
          found,
        )
        .map((finding) => "message" in finding && finding.message);
    assert.deepEqual(on("2026-06-30"), []);
    assert.deepEqual(on("2026-07-01"), [
      "a is wrong. Its exemption ended on 2026-06-30.",
      "b is wrong. Its exemption ended on 2026-06-30.",
    ]);
  });

  it("that is over doesn't undo another one that holds", () => {
    const own = given([{ ...exemption, expires: "2026-01-01" }, exemption]);
    assert.deepEqual(
      own.apply(
        memberOf(deployment, () => "default"),
        found,
      ),
      [],
    );
    assert.deepEqual(
      own.remarks().map(({ kind, index }) => [kind, index]),
      [["expired", 0]],
    );
  });

  it("doesn't hide that something can't be checked, and is in use by that", () => {
    const own = given([exemption]);
    const unknown = unknownCheckingProxy({ ...deployment, spec: unknownStringValue });
    const findings = inspect(() => [violation("spec", String(unknown["spec"]))]);
    assert.deepEqual(
      own.apply(
        memberOf(deployment, () => "default"),
        findings,
      ),
      findings,
    );
    assert.equal(findings[0]?.kind, "unchecked");
    assert.deepEqual(own.remarks(), []);
  });

  it("exempts nothing whose name isn't known yet, or is no text", () => {
    for (const name of [unknownStringValue, 1]) {
      const manifest = unknownCheckingProxy({ ...deployment, metadata: { name, namespace: "auth" } });
      assert.equal(left({}, manifest), 2);
    }
    assert.equal(left({}, { ...deployment, metadata: "dex" }), 2);
  });
});

describe("what is said about exemptions", () => {
  const said = (entries: unknown, today?: string) => given(entries, today).remarks();

  it("is nothing about one that is in use", () => {
    const own = given([exemption]);
    own.apply(
      memberOf(deployment, () => "default"),
      found,
    );
    assert.deepEqual(own.remarks(), []);
    assert.equal(own.exempted, 2);
  });

  it("is that it matches nothing, also where its object has no violation", () => {
    const own = given([exemption]);
    own.apply(
      memberOf(deployment, () => "default"),
      [],
    );
    assert.deepEqual(own.remarks(), [
      {
        kind: "unused",
        rule: "forbid-nothing",
        index: 0,
        about: { kind: "Deployment", namespace: "auth", name: "dex" },
        message: "The exemption of Deployment auth/dex from forbid-nothing matches no violation. Remove it.",
      },
    ]);
  });

  it("is that it is over, whether it matches or not", () => {
    assert.deepEqual(
      said([exemption], "2026-07-01").map(({ kind, message }) => [kind, message]),
      [
        [
          "expired",
          "The exemption of Deployment auth/dex from forbid-nothing ended on 2026-06-30 (the old provider, ticket 12). " +
            "Mend the object and remove the exemption, or give it a new last day with the reason of today.",
        ],
      ],
    );
  });

  for (const [what, entry, message] of [
    ["without a kind", { kind: undefined }, "exemptions[0] has no kind."],
    ["without a name", { name: undefined }, "exemptions[0] has no name."],
    ["without a reason", { reason: undefined }, "exemptions[0] has no reason."],
    ["without a last day", { expires: undefined }, "exemptions[0] has no expires."],
    ["with an empty reason", { reason: "" }, "exemptions[0].reason doesn't match ^\\S.{8,}."],
    ["with a word for a reason", { reason: "later" }, "exemptions[0].reason doesn't match ^\\S.{8,}."],
    ["with a pattern for a name", { name: "dex*" }, "exemptions[0].name doesn't match ^[^*\\s]{1,253}$."],
    [
      "with a pattern for a kind",
      { kind: "*" },
      "exemptions[0].kind doesn't match ^[A-Z][A-Za-z0-9]{0,62}([.][a-z0-9][-a-z0-9.]{0,252})?$.",
    ],
    [
      "with a pattern for a namespace",
      { namespace: "auth-*" },
      "exemptions[0].namespace doesn't match ^([*]|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$.",
    ],
    [
      "with a day of another form",
      { expires: "1.7.2026" },
      "exemptions[0].expires doesn't match ^[0-9]{4}-[0-9]{2}-[0-9]{2}$.",
    ],
    [
      "with a day that there isn't",
      { expires: "2026-02-29" },
      "exemptions[0].expires is 2026-02-29, a day that no calendar has.",
    ],
    [
      "with a field that there isn't",
      { until: "2026-01-01" },
      "exemptions[0].until is unknown; there are kind, namespace, name, reason, expires.",
    ],
  ] as const) {
    it(`is that one ${what} exempts nothing`, () => {
      const entries = JSON.parse(JSON.stringify([{ ...exemption, ...entry }])) as unknown;
      const own = given(entries);
      assert.equal(
        own.apply(
          memberOf(deployment, () => "default"),
          found,
        ).length,
        2,
      );
      assert.deepEqual(
        own.remarks().map(({ kind, message }) => [kind, message]),
        [["malformed", `forbid-nothing: ${message} It exempts nothing.`]],
      );
    });
  }

  it("is that what is no list exempts nothing", () => {
    assert.deepEqual(
      said("all").map(({ kind, message }) => [kind, message]),
      [["malformed", "forbid-nothing: exemptions is a string; write an array."]],
    );
  });

  it("comes from two rules that have no exemptions of their own", () => {
    assert.deepEqual(
      exemptionRules.map(({ name, enforcementLevel, severity, framework, remarks }) => [
        name,
        enforcementLevel,
        severity,
        framework.reference,
        remarks,
      ]),
      [
        ["require-current-exemptions", "mandatory", "medium", "CM-6", ["malformed", "expired"]],
        ["forbid-unused-exemptions", "advisory", "low", "CM-6", ["unused"]],
      ],
    );
  });
});
