import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { errorOf, preview, reportOf, temporaryFolder } from "./gatehouse";

describe("a preview with the policy pack's config", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const configured = (config: unknown) => {
    const file = folder.path("config.json");
    writeFileSync(file, JSON.stringify(config));
    return preview("violations", ["--json", "--policy-pack-config", file]);
  };

  it("takes a policy's level from it, and that of all", async () => {
    const run = await configured({ all: "advisory", "require-team": "mandatory", "read-token": "disabled" });
    assert.equal(run.code, 1, run.stderr);
    const { findings, policy } = reportOf(run);
    assert.deepEqual([...new Set(findings.map(({ rule, level }) => `${rule} ${level}`))].sort(), [
      "forbid-latest advisory",
      "limit-namespaces advisory",
      "require-team mandatory",
    ]);
    assert.equal(policy.policies, 3);
  });

  it("is clean where the config lets everything pass", async () => {
    assert.equal((await configured({ all: "advisory" })).code, 0);
  });

  it("is 2 where the config names a policy or a setting that there isn't", async () => {
    const run = await configured({ "forbid-lates": "advisory", "forbid-latest": { tags: [] } });
    assert.equal(run.code, 2);
    assert.deepEqual(
      errorOf(run).problems.map(({ key, value }) => [key.split(" ").at(-1), value]),
      [
        ["forbid-lates", "no rule of this pack"],
        ["forbid-latest.tags", "not a setting of this rule"],
      ],
    );
  });
});
