import assert from "node:assert/strict";
import { BadInput } from "../../../cli/exit";
import { inShort, meshWide, type Scanned, scanned, skipping } from "./support";

const files = { "a.yaml": skipping("a"), "b.yaml": meshWide("auth") };
const withConfig = (config: unknown, options: Parameters<typeof scanned>[1] = {}): Promise<Scanned> =>
  scanned(
    { ...files, "policy.config": typeof config === "string" ? config : JSON.stringify(config, null, 2) },
    { config: "policy.config", ...options },
  );
const levels = ({ entries }: Scanned): string[] =>
  entries().map(({ policy, enforcement }) => `${policy} ${enforcement}`);
const exempt = (entry: Record<string, unknown>) => ({
  "forbid-skip-verify": {
    exemptions: [
      {
        kind: "DestinationRule",
        namespace: "auth",
        name: "a",
        reason: "the old provider, ticket 12",
        expires: "2999-12-31",
        ...entry,
      },
    ],
  },
});

describe("a scan's levels", () => {
  it("fail it at a mandatory violation, and with --level advisory at an advisory one too", async () => {
    const advisory = { all: "advisory" };
    assert.equal((await scanned(files)).code, 1);
    assert.equal((await withConfig(advisory)).code, 0);
    assert.equal((await withConfig(advisory, { level: "advisory" })).code, 1);
    assert.equal((await withConfig({ all: "disabled" }, { level: "advisory" })).code, 0);
  });

  it("are those of the config for a rule, and those of all under them", async () => {
    const run = await withConfig({ all: { enforcementLevel: "advisory" }, "forbid-skip-verify": "mandatory" });
    assert.deepEqual(levels(run), [
      "forbid-skip-verify mandatory",
      "forbid-cluster-wide-request-authentication advisory",
    ]);
    assert.equal(run.code, 1);
  });

  it("are mandatory for remediate, because a scan changes nothing", async () => {
    const run = await withConfig({ all: "advisory", "forbid-skip-verify": { enforcementLevel: "remediate" } });
    assert.deepEqual(levels(run)[0], "forbid-skip-verify mandatory");
  });

  it("leave out a rule that is disabled", async () => {
    const run = await withConfig({ "forbid-skip-verify": "disabled" });
    assert.deepEqual(levels(run), ["forbid-cluster-wide-request-authentication mandatory"]);
  });

  it("are as they were with an empty config", async () => {
    for (const empty of ["", "{}", { "forbid-skip-verify": {} }]) assert.equal((await withConfig(empty)).code, 1);
  });
});

describe("a scan's config", () => {
  it("gives a rule its settings", async () => {
    const run = await withConfig({ "forbid-cluster-wide-request-authentication": { rootNamespace: "auth" } });
    assert.match(run.entries()[1]?.message ?? "", /every workload of the mesh/);
  });

  const problemsOf = async (config: unknown): Promise<string[]> => {
    const error = await withConfig(config).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof BadInput, String(error));
    return error.problems.map(({ key, value }) => `${key.replace(/^.*policy\.config/, "")} ${value}`);
  };
  const ok = exempt({})["forbid-skip-verify"].exemptions[0];
  for (const [what, config, said] of [
    [
      "a rule that there isn't",
      { "forbid-skip-verification": "advisory" },
      ":2 forbid-skip-verification no rule of this pack",
    ],
    ["a level that there isn't", { all: "warn" }, ":2 all no level"],
    ["a level in an entry that there isn't", { all: { enforcementLevel: "off" } }, ":3 all.enforcementLevel no level"],
    ["settings of all rules", { all: { rootNamespace: "a" } }, ":3 all.rootNamespace not a setting of this rule"],
    [
      "a setting of another rule",
      { "forbid-skip-verify": { rootNamespace: "a" } },
      ":3 forbid-skip-verify.rootNamespace not a setting of this rule",
    ],
    [
      "a setting of another type",
      { "forbid-cluster-wide-request-authentication": { rootNamespace: 1 } },
      ":3 forbid-cluster-wide-request-authentication.rootNamespace is an integer; write a string",
    ],
    [
      "an exemption without a reason",
      { "forbid-skip-verify": { exemptions: [{ ...ok, reason: undefined }] } },
      ":4 forbid-skip-verify.exemptions[0] has no reason",
    ],
    [
      "an exemption with a day that there isn't",
      exempt({ expires: "2027-02-30" }),
      ":9 forbid-skip-verify.exemptions[0].expires exemptions[0].expires is 2027-02-30, a day that no calendar has.",
    ],
    [
      "an exemption of an exemption's rule",
      { "require-current-exemptions": { exemptions: [] } },
      ":3 require-current-exemptions.exemptions not a setting of this rule",
    ],
    ["a list", [], " not one object"],
    ["half a text", '{\n"all": ', ":2 not readable as JSON: a value is missing"],
    ["a rule twice", '{ "all": "advisory",\n"all": "mandatory" }', ":2 not readable as JSON: a key stands twice"],
  ] as const) {
    it(`is refused with ${what}, by its line`, async () => {
      assert.deepEqual(await problemsOf(config), [said]);
    });
  }

  it("is refused with every problem at once", async () => {
    assert.equal((await problemsOf({ all: 1, nothing: "advisory", "forbid-skip-verify": { a: 1, b: 2 } })).length, 4);
  });

  it("is refused where it isn't there", async () => {
    await assert.rejects(scanned(files, { config: "nowhere.json" }), BadInput);
  });
});

describe("a scan's exemptions", () => {
  it("take a violation out, and say how many", async () => {
    const run = await withConfig(exempt({}), { format: "text" });
    assert.match(run.stdout, /\n2 files, 3 objects; 1 mandatory, 0 advisory; 1 exempted$/);
    assert.deepEqual(inShort(await withConfig(exempt({}))), [
      "in/b.yaml:4 forbid-cluster-wide-request-authentication all",
    ]);
  });

  it("that are over are a violation themselves, at their line, and the other one counts again", async () => {
    const run = await withConfig(exempt({ expires: "2020-01-31" }));
    assert.deepEqual(inShort(run), [
      "in/a.yaml:10 forbid-skip-verify a",
      "in/b.yaml:4 forbid-cluster-wide-request-authentication all",
      "in/policy.config:4 require-current-exemptions a",
    ]);
    const [first, , last] = run.entries();
    assert.match(first?.message ?? "", /naming it\. Its exemption ended on 2020-01-31\.$/);
    assert.deepEqual(last, {
      policy: "require-current-exemptions",
      severity: "medium",
      enforcement: "mandatory",
      resource: { apiVersion: null, kind: "DestinationRule", namespace: "auth", name: "a" },
      file: "in/policy.config",
      line: 4,
      message:
        "The exemption of DestinationRule auth/a from forbid-skip-verify ended on 2020-01-31 (the old provider, " +
        "ticket 12). Mend the object and remove the exemption, or give it a new last day with the reason of today.",
    });
  });

  it("that match nothing are reported, and fail a scan for advisory violations only", async () => {
    const config = { ...exempt({ name: "other" }), "forbid-cluster-wide-request-authentication": "disabled" };
    const run = await scanned(
      { "z.yaml": meshWide("auth"), "c.json.config": JSON.stringify(config) },
      { config: "c.json.config" },
    );
    assert.deepEqual(
      run.entries().map(({ policy, enforcement, message }) => [policy, enforcement, message]),
      [
        [
          "forbid-unused-exemptions",
          "advisory",
          "The exemption of DestinationRule auth/other from forbid-skip-verify matches no violation. Remove it.",
        ],
      ],
    );
    assert.equal(run.code, 0);
  });
});
