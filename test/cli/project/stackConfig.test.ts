import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Redactor } from "../../../cli/engine/redactor";
import { BadInput } from "../../../cli/exit";
import { readProject, stackFile } from "../../../cli/project/project";
import { readStackConfig } from "../../../cli/project/stackConfig";
import { temporaryFolder } from "../gatehouse";

describe("the configuration of a stack", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  const read = (stack: string, project = "name: p\nruntime: nodejs\n") => {
    writeFileSync(folder.path("Pulumi.yaml"), project);
    writeFileSync(folder.path("Pulumi.dev.yaml"), stack);
    const opened = readProject(folder.path());
    const redactor = new Redactor();
    return { config: readStackConfig(opened, stackFile(opened, "dev"), redactor), redactor };
  };

  it("has full keys, and anything but a text as JSON", () => {
    const { config } = read(
      "config:\n  bare: a\n  p:full: b\n  other:config:old: c\n  p:n: 3\n  p:map: { a: [1, true] }\n",
    );
    assert.deepEqual(config, {
      values: { "p:bare": "a", "p:full": "b", "other:old": "c", "p:n": "3", "p:map": '{"a":[1,true]}' },
      secretKeys: [],
      missing: [],
    });
  });

  it("has a stand-in for what is encrypted, at any depth, and knows which keys are secret", () => {
    const { config, redactor } = read(
      "config:\n  p:top: { secure: AAA }\n  p:deep: { a: [{ b: { secure: BBB } }], c: open }\n  p:open: { secure: a, and: b }\n",
    );
    assert.deepEqual(config.secretKeys, ["p:top", "p:deep"]);
    assert.deepEqual(redactor.configKeysIn(config.values["p:top"] ?? ""), ["p:top"]);
    assert.deepEqual(redactor.configKeysIn(config.values["p:deep"] ?? ""), ["p:deep.a.0.b"]);
    assert.equal(config.values["p:open"], '{"secure":"a","and":"b"}');
    assert.doesNotMatch(JSON.stringify(config), /AAA|BBB/);
  });

  it("takes what the project says for all stacks, unless the stack says something else", () => {
    const project =
      "name: p\nruntime: nodejs\nconfig:\n  a: 1\n  b: { value: 2 }\n  c: { type: string, default: 3 }\n  d: { type: string }\n";
    assert.deepEqual(read("config:\n  p:a: 9\n", project).config.values, { "p:a": "9", "p:b": "2", "p:c": "3" });
  });

  it("says that the values of an environment are not known here", () => {
    assert.equal(read("environment: [dev]\n").config.missing.length, 1);
  });

  it("comes from the file that is given, for a stack that has none of its own, too", () => {
    read("config:\n  p:a: 1\n");
    const given = folder.path("given.yaml");
    writeFileSync(given, "config:\n  p:a: 2\n");
    const project = readProject(folder.path());
    for (const stack of ["dev", "other"]) {
      const file = stackFile(project, stack, given);
      assert.deepEqual(readStackConfig(project, file, new Redactor()).values, { "p:a": "2" });
    }
    assert.throws(() => stackFile(project, "dev", folder.path()), /settings file is not there/);
    assert.throws(() => stackFile(project, "other"), /no stack "other"/);
  });

  it("is empty for an empty file, and refused for what is no mapping", () => {
    assert.deepEqual(read("").config.values, {});
    assert.throws(() => read("config: [a]\n"), BadInput);
    assert.throws(
      () => read("config: {a: hunter2\n"),
      (error: Error) => !JSON.stringify(error).includes("hunter2"),
    );
    assert.throws(() => read("", "runtime: nodejs\n"), BadInput);
    assert.throws(() => read("", "name: p\nruntime: python\n"), /Node\.js/);
  });
});
