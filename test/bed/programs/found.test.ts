import assert from "node:assert/strict";
import { findPrograms, foreignPrograms, variableOf } from "../../../bed/programs/found";
import { BadInput } from "../../../cli/exit";
import { Folder, withEnvironment } from "./folder";

describe("programs that the bed never builds", () => {
  let folder: Folder;
  let restore: () => void;
  const gate = { name: "gatehouse-gate", neededFor: "sign-in", from: "its own project", version: ["--version"] };

  beforeEach(() => {
    folder = new Folder();
    restore = withEnvironment({ PATH: folder.path, GATEHOUSE_GATEHOUSE_GATE: undefined });
  });
  afterEach(() => {
    restore();
    folder.remove();
  });

  it("are found on PATH, and tell their version", async () => {
    const path = folder.script("gatehouse-gate", 'echo "gate v7.15.5 (built with go1.26)"');
    assert.deepEqual(await findPrograms([gate]), {
      found: [{ name: "gatehouse-gate", path, version: "v7.15.5" }],
      missing: [],
    });
  });

  it("are what a variable names before they are what PATH has", async () => {
    folder.script("gatehouse-gate", "echo v1.0.0");
    const other = folder.script("other/gate", "echo v2.0.0");
    process.env.GATEHOUSE_GATEHOUSE_GATE = other;
    assert.equal((await findPrograms([gate])).found[0]?.path, other);
  });

  it("are missing by name, with what is left out and how to give them", async () => {
    const { found, missing } = await findPrograms([gate]);
    assert.deepEqual(found, []);
    assert.equal(missing[0]?.neededFor, "sign-in");
    assert.match(missing[0]?.mend ?? "", /PATH.*GATEHOUSE_GATEHOUSE_GATE.*its own project/);
  });

  it("are a mistake, and not missing, where the variable names no program", async () => {
    process.env.GATEHOUSE_GATEHOUSE_GATE = folder.file("gatehouse-gate", "not executable");
    await assert.rejects(findPrograms([gate]), BadInput);
  });

  it("have an unknown version when they do not tell it", async () => {
    folder.script("gatehouse-gate", "echo v1.0.0; exit 1");
    assert.equal((await findPrograms([gate])).found[0]?.version, undefined);
  });

  it("include all that the issue names, each under a variable of its own", () => {
    const names = foreignPrograms.map(({ name }) => name);
    assert.ok(["oauth2-proxy", "cert-manager-webhook", "pulumi", "chromium"].every((name) => names.includes(name)));
    assert.equal(new Set(names.map(variableOf)).size, names.length);
    assert.equal(variableOf("oauth2-proxy"), "GATEHOUSE_OAUTH2_PROXY");
  });
});
