import assert from "node:assert/strict";
import { readLock } from "../../../bed/programs/lock";
import { type Programs } from "../../../bed/programs/provide";
import { checkWithout, programNames, setAside } from "../../../bed/programs/setAside";
import { BadInput } from "../../../cli/exit";

describe("Programs that are set aside", () => {
  const lock = readLock();
  const here = new Set(["chromium", "pulumi"]);
  const programs: Programs = {
    path: (name) => `/bin/${name}`,
    file: (name) => name,
    version: () => "v1.0.0",
    has: (name) => here.has(name),
    missing: [{ name: "oauth2-proxy", neededFor: "sessions", mend: "put it on PATH" }],
  };

  it("count as missing, each once", () => {
    const left = setAside(programs, ["chromium", "oauth2-proxy"]);
    assert.equal(left.has("chromium"), false);
    assert.equal(left.has("pulumi"), true);
    assert.deepEqual(
      left.missing.map(({ name }) => name),
      ["oauth2-proxy", "chromium"],
    );
  });

  it("may be any that are built or found", () => {
    const names = programNames(lock);
    for (const name of ["istioctl", "oauth2-proxy", "cert-manager-webhook", "pulumi", "chromium"]) {
      assert.ok(names.includes(name), name);
    }
    assert.doesNotThrow(() => checkWithout(lock, names));
  });

  it("are refused by a name that no program has, with the names there are", () => {
    assert.throws(
      () => checkWithout(lock, ["pulumi", "chrommium"]),
      (error) =>
        error instanceof BadInput &&
        error.problems.length === 1 &&
        error.problems[0]?.value === "chrommium" &&
        error.problems[0].mend.includes("chromium"),
    );
  });
});
