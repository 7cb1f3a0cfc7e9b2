import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { complaintsAbout, root } from "./editor";
import { problemsOf, project, settingsOf, type Tree } from "./fixture";
import { repeatedIn } from "./repeated";

interface StackFile {
  config: Tree;
}

const files = readdirSync(root).filter((name) => /^Pulumi\..+\.yaml$/.test(name));

describe("the stacks' files", () => {
  it("are those of dev, staging and prod, in the project that the editors' schema names", () => {
    assert.deepEqual(files.sort(), ["Pulumi.dev.yaml", "Pulumi.prod.yaml", "Pulumi.staging.yaml"]);
    assert.equal((parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { name: string }).name, project);
  });

  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    const stack = file.split(".")[1] ?? "";
    const { config } = parse(text) as StackFile;
    const settings = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace(`${project}:`, ""), value]),
    );

    describe(file, () => {
      it("passes every check", () => {
        assert.deepEqual(problemsOf(settings, { stack }), []);
      });

      it("is the environment of its name", () => {
        assert.equal(settingsOf(settings, { stack }).environment, stack);
      });

      it("says nothing that its preset and the defaults say already", () => {
        assert.deepEqual(repeatedIn(settings, { stack }), []);
      });

      it("tells an editor where its schema is, and satisfies it", () => {
        assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=docs/reference/settings.schema.json");
        assert.deepEqual(complaintsAbout(parse(text)), []);
      });
    });
  }
});
