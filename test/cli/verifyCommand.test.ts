import assert from "node:assert/strict";
import { errorOf, gatehouse, temporaryFolder } from "./gatehouse";

describe("gatehouse verify as a program", function () {
  // It loads the whole suite, with the clients of the browser and of the cluster.
  this.timeout(60_000);
  const folder = temporaryFolder();
  after(folder.remove);

  it("ends with 2 and one JSON document for a gate that can't be reached", async () => {
    const run = await gatehouse(folder.path(), ["verify", "https://127.0.0.1:1", "--json", "--echo", "none"]);
    assert.equal(run.code, 2, run.stderr);
    const { format, problems } = errorOf(run);
    assert.equal(format, "gatehouse.error/v1");
    assert.deepEqual(
      problems.map(({ key }) => key),
      ["<url>"],
    );
    assert.match(problems[0]?.value ?? "", /^127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("shows its options and its exit codes", async () => {
    const { code, stdout } = await gatehouse(folder.path(), ["verify", "--help"]);
    assert.equal(code, 0);
    for (const option of ["--ca", "--user", "--passwords", "--disturb", "--only", "--junit", "--list"]) {
      assert.ok(stdout.includes(option), option);
    }
    assert.match(stdout, /Exit codes: 0 every check that ran passed/);
  });
});
