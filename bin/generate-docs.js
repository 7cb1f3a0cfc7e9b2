#!/usr/bin/env node
"use strict";

// Writes the pages of docs/ that are made from the code. With --check it writes nothing, and exits with 1 when one of
// them is not what the code would make of it now.
require("./typescript");
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { parseArgs } = require("node:util");
const prettier = require("prettier");
const { flowsReference } = require("../components/flowsReference.ts");
const { policiesReference } = require("../policy/reference.ts");
const { editorSchema } = require("../stacks/editorSchema.ts");
const { everything } = require("../stacks/everything.ts");
const { settingsReference } = require("../stacks/reference.ts");

const project = join(__dirname, "..");

/** Every generated document; `render` returns its text, or a promise of it. */
const documents = [
  { path: "docs/reference/settings.md", render: settingsReference },
  { path: "docs/reference/settings.schema.json", render: () => JSON.stringify(editorSchema(), null, 2) },
  { path: "docs/reference/network-flows.md", render: () => flowsReference(everything()) },
  { path: "docs/reference/policies.md", render: policiesReference },
];

/** Writes what is stale into a folder, or only looks, and gives what there is to say of it. */
async function generate({ check, into }) {
  const stale = [];
  for (const { path, render } of documents) {
    const target = join(into, path);
    const text = await formatted(path, await render());
    if (read(target) === text) {
      continue;
    }
    stale.push(path);
    if (!check) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }
  return {
    code: check && stale.length > 0 ? 1 : 0,
    lines: stale.map((path) => (check ? `${path} is stale: npm run docs` : `wrote ${path}`)),
  };
}

async function main() {
  const { values: options } = parseArgs({
    options: { check: { type: "boolean", default: false }, into: { type: "string", default: project } },
  });
  const { code, lines } = await generate(options);
  lines.forEach((line) => console.log(line));
  return code;
}

/** The form that `npm run lint` asks for, so that a fresh page never fails there. */
async function formatted(path, text) {
  const file = join(project, path);
  const { ignored } = await prettier.getFileInfo(file, { ignorePath: join(project, ".prettierignore") });
  return ignored ? text : prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file });
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

module.exports = { generate };

if (require.main === module) {
  main().then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      console.error(error);
      process.exitCode = 3;
    },
  );
}
