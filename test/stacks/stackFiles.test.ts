import { strict as assert } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { complaintsAbout, root } from "./editor";
import { errorOf, problemsOf, project, settingsOf, type Tree } from "./fixture";

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
        const whole = settingsOf(settings, { stack });
        const repeated = [...without(settings)].filter(([, less]) => {
          const passes = errorOf(less, { stack }) === undefined;
          return passes && JSON.stringify(settingsOf(less, { stack })) === JSON.stringify(whole);
        });
        assert.deepEqual(
          repeated.map(([path]) => path),
          [],
        );
      });

      it("tells an editor where its schema is, and satisfies it", () => {
        assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=docs/reference/settings.schema.json");
        assert.deepEqual(complaintsAbout(parse(text)), []);
      });
    });
  }
});

/** The same tree with one key less, for each key at any depth. */
function* without(tree: Tree, path = ""): Iterable<[path: string, less: Tree]> {
  for (const [key, value] of Object.entries(tree)) {
    yield [`${path}${key}`, Object.fromEntries(Object.entries(tree).filter(([other]) => other !== key))];
    if (typeof value === "object" && value !== null) {
      for (const [inner, smaller] of without(value as Tree, `${path}${key}.`)) {
        const same = Array.isArray(value) ? Object.values(smaller) : smaller;
        yield [inner, { ...tree, [key]: same }];
      }
    }
  }
}
