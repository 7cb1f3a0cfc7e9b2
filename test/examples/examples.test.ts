import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { gatehouse, reportOf } from "../cli/gatehouse";
import { defectsOf } from "../program/defects";
import { complaintsAbout } from "../stacks/editor";
import { project, settingsOf, type Tree } from "../stacks/fixture";
import { repeatedIn } from "../stacks/repeated";
import { configOf, examples, fileOf, recordingOf, root, textOf } from "./example";

const settingsIn = (name: string): Tree =>
  Object.fromEntries(
    Object.entries((parse(textOf(name)) as { config: Tree }).config).map(([key, value]) => [
      key.replace(`${project}:`, ""),
      value,
    ]),
  );

const commands = (name: string) => ({
  preview: `npm run preview -- ${name} --config-file ${relative(root, fileOf(name))}`,
  copy: `cp ${relative(root, fileOf(name))} . && pulumi stack init ${name}`,
});

describe("the examples", () => {
  it("are these, and the README lists each with what it is", () => {
    assert.deepEqual(examples, ["aks", "eks", "gke", "kind", "on-premises"]);
    const listed = [
      ...readFileSync(join(root, "README.md"), "utf8").matchAll(/^\| \[`(\S+)`\]\((examples\/\S+)\) \|/gm),
    ];
    assert.deepEqual(
      listed.map(([, name = "", path]) => [name, path]).sort(),
      examples.map((name) => [name, relative(root, fileOf(name))]),
    );
  });

  it("are previewed where they are, by the command that each begins with", async () => {
    const [, , , , ...args] = commands("kind").preview.split(" ");
    const run = await gatehouse(root, ["preview", ...args, "--json"]);
    assert.equal(run.code, 0, run.stdout + run.stderr);
    const { stack, totals } = reportOf(run);
    assert.equal(stack, "kind");
    assert.equal(totals.findings.mandatory, 0);
  });

  for (const name of examples) {
    describe(name, () => {
      it("begins with the commands that preview it and make it a stack", () => {
        const comments = textOf(name)
          .split("\n")
          .filter((line) => line.startsWith("#"));
        const { preview, copy } = commands(name);
        assert.deepEqual(
          comments.filter((line) => /^# {3}(npm|cp) /.test(line)),
          [`#   ${preview}`, `#   ${copy}`],
        );
        assert(comments.some((line) => line.startsWith("# What must be there before:")));
      });

      it("is production, or says that it is not", () => {
        assert.equal(settingsOf(settingsIn(name), { stack: name }).environment, name === "kind" ? "dev" : "prod");
      });

      it("says nothing that its preset and the defaults say already", () => {
        assert.deepEqual(repeatedIn(settingsIn(name), { stack: name }), []);
      });

      it("tells an editor where its schema is once it is copied, and satisfies it", () => {
        assert.equal(
          textOf(name).split("\n")[0],
          "# yaml-language-server: $schema=docs/reference/settings.schema.json",
        );
        assert.deepEqual(complaintsAbout(parse(textOf(name))), []);
      });

      it("holds no secret, and names how to set each", () => {
        assert.deepEqual(configOf(name).secretKeys, []);
        const text = textOf(name);
        for (const [, key] of text.matchAll(/^ *(\w+): \{ secretName: /gm)) {
          const paths = [...text.matchAll(/pulumi config set --path --secret '(identity\.connectors\[0\]\.(\w+))'/g)];
          assert(
            paths.some(([, , last]) => last === key),
            `no command sets ${key}`,
          );
        }
      });

      it("records without a defect: schemas, policies, names, secrets", async () => {
        const { environment } = settingsOf(settingsIn(name), { stack: name });
        assert.deepEqual(await defectsOf(await recordingOf(name), [], environment), []);
      });
    });
  }
});
