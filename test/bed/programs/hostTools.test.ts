import assert from "node:assert/strict";
import { buildTools, checkHostTools, goTool, isOlder, machineRights, runTools } from "../../../bed/programs/hostTools";
import { readLock } from "../../../bed/programs/lock";
import { BadInput } from "../../../cli/exit";
import { Folder, withEnvironment } from "./folder";

describe("what the bed needs of the machine", () => {
  let folder: Folder;
  let restore: () => void;

  before(() => {
    folder = new Folder();
    restore = withEnvironment({ PATH: folder.path });
  });
  after(() => {
    restore();
    folder.remove();
  });

  it("is asked for all at once, each with the package that has it", async () => {
    const own = { ...runTools[0]!, name: "own", complaint: () => Promise.resolve("not found") };
    await assert.rejects(checkHostTools([goTool, ...buildTools, own], readLock()), (error) => {
      assert.ok(error instanceof BadInput);
      assert.deepEqual(
        error.problems.map(({ key }) => key),
        ["go", "gcc with libseccomp, static", "python3 with venv", "own"],
      );
      assert.ok(error.problems.every(({ mend }) => /^needed for .*package/.test(mend)));
      return true;
    });
  });

  it("may be the right to make namespaces, which is tried and not assumed", async () => {
    const rights = machineRights.slice(1);
    for (const name of ["true", "iptables"]) {
      folder.script(name, "exit 0");
    }
    folder.script("unshare", "exit 0");
    await checkHostTools(rights, readLock());
    folder.script("unshare", "echo 'unshare failed: Operation not permitted' >&2; exit 1");
    await assert.rejects(checkHostTools(rights, readLock()), (error) => {
      assert.ok(error instanceof BadInput);
      assert.deepEqual(
        error.problems.map(({ key, value }) => `${key}: ${value}`),
        [
          "namespaces: unshare failed: Operation not permitted",
          "address translation in a namespace: unshare failed: Operation not permitted",
        ],
      );
      return true;
    });
  });

  it("includes a Go that is new enough", async () => {
    folder.script("go", "echo go1.25.9");
    await assert.rejects(checkHostTools([goTool], readLock()), /lacks what the bed needs/);
    folder.script("go", "echo go1.26.8");
    await checkHostTools([goTool], readLock());
  });

  it("compares versions number by number", () => {
    assert.ok(isOlder("go1.9.7", "1.26.0"));
    assert.ok(isOlder("go1.26", "1.26.1"));
    assert.ok(isOlder("", "1.26.0"));
    assert.ok(!isOlder("go1.26rc1", "1.26.0"));
    assert.ok(!isOlder("go1.30.0", "1.26.4"));
    assert.ok(!isOlder("go2.0.0", "1.26.0"));
  });
});
