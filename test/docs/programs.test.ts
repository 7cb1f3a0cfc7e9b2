/** What the pages call by name: scripts and options of `gatehouse`, outputs of the stack, settings. */
import { strict as assert } from "node:assert";
import { Command } from "commander";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addE2e } from "../../bed/commands/e2e";
import { addBench } from "../../cli/bench";
import { type CommandContext } from "../../cli/context";
import { addMesh } from "../../cli/mesh";
import { addMirror } from "../../cli/mirror";
import { addPreview } from "../../cli/preview";
import { addScan } from "../../cli/scan";
import { addVerify } from "../../cli/verify";
import { type Described, describedSettings } from "../../stacks/described";
import { textOf } from "./settings";

const root = join(__dirname, "../..");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

const program = new Command();
for (const add of [addPreview, addVerify, addBench, addMirror, addMesh, addScan]) {
  add(program, {} as CommandContext);
}
addE2e(program);
const optionsOf = (name: string): string[] =>
  program.commands.find((command) => command.name() === name)?.options.flatMap(({ long }) => long ?? []) ?? [];

interface Call {
  page: string;
  script: string;
  options: string[];
}

/** Calls of `npm run`, `npm start` and `npx gatehouse`, in blocks and in sentences, without what is quoted or piped on. */
const calls = pages.flatMap((page): Call[] =>
  [
    ...textOf(page)
      .replaceAll("\\\n", " ")
      .replace(/^(.*--rotate) '[^']*'/gm, "$1 X")
      .matchAll(/\b(?:npm run|npx gatehouse)(?: --silent)? ([\w:-]+)([^`\n|>#;&]*)/g),
  ].map(([, script = "", rest = ""]) => ({ page, script, options: rest.match(/(?<= )--[a-z][a-z0-9-]*/g) ?? [] })),
);

describe("the commands of this repository on the pages", () => {
  it("are scripts that package.json has", () => {
    assert.equal(calls.length, 74);
    assert.deepEqual(
      calls.filter(({ script }) => scripts[script] === undefined),
      [],
    );
  });

  it("have options that the program has", () => {
    const unknown = calls.flatMap(({ page, script, options }) =>
      options.filter((option) => !optionsOf(script).includes(option)).map((option) => `${page}: ${script} ${option}`),
    );
    assert.deepEqual(unknown, []);
    assert.equal(calls.flatMap(({ options }) => options).length, 57);
  });

  it("are options of verify on its page, and all of them", () => {
    const page = textOf("docs/8-verify.md");
    const named = new Set([...page.matchAll(/`[^`\n]*`/g)].flatMap(([code]) => code.match(/--[a-z][a-z0-9-]*/g) ?? []));
    const options = optionsOf("verify");
    assert.deepEqual(
      [...named].filter((option) => !options.includes(option)),
      [],
    );
    assert.deepEqual(
      options.filter((option) => !page.includes(option)),
      [],
    );
  });
});

describe("the outputs on the pages", () => {
  it("are those that the stack has", () => {
    const program = textOf("index.ts");
    const outputs = new Set(program.slice(program.indexOf("export = {")).match(/(?<=^ {2}|\{ )\w+(?=:| \})/gm));
    const read = pages.flatMap((page) =>
      [...textOf(page).matchAll(/pulumi stack output(?: --[\w-]+)* (\w+)/g)].map(
        ([, name = ""]) => [page, name] as const,
      ),
    );
    assert.deepEqual([...new Set(read.map(([, name]) => name))].sort(), [
      "apps",
      "caCertificate",
      "dns",
      "kubeflow",
      "machineClientSecrets",
      "next",
      "staticPasswords",
    ]);
    assert.deepEqual(
      read.filter(([, name]) => !outputs.has(name)),
      [],
    );
  });
});

describe("the settings that the pages name", () => {
  /** Every path of a setting, with `[]` for an entry of a list. */
  function* pathsOf(setting: Described, path: string): Iterable<string> {
    yield path;
    const { properties = {}, items, anyOf = [], oneOf = [] } = setting;
    for (const [key, inner] of Object.entries(properties)) {
      yield* pathsOf(inner, path === "" ? key : `${path}.${key}`);
    }
    for (const branch of [...anyOf, ...oneOf]) {
      yield* pathsOf(branch, path);
    }
    if (items !== undefined) {
      yield* pathsOf(items, `${path}[]`);
    }
  }
  const paths = new Set(pathsOf(describedSettings(), ""));
  const tops = Object.keys(describedSettings().properties ?? {});

  it("are settings", () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`([A-Za-z]+(?:\[\d*\])?(?:\.[A-Za-z]+(?:\[\d*\])?)+)(?:: [^`]*)?`/g)]
        .map(([, path = ""]) => [page, path.replace(/\[\d*\]/g, "[]")] as const)
        .filter(([, path]) => tops.includes(path.split(/[.[]/)[0] ?? "") && !path.endsWith(".sh")),
    );
    assert.deepEqual(
      named.filter(([, path]) => !paths.has(path)),
      [],
    );
    assert(named.some(([page, path]) => page === "docs/4-certificates.md" && path === "certificates.edge.type"));
  });
});
