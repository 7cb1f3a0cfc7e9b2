#!/usr/bin/env node
"use strict";

// `npm test`: the checks of the source, one after the other, beside mocha, whose two workers alone would leave a core idle
// at the end. mocha's output appears as it comes, a check's when it has failed; mocha's closing line is the last of all.
const { spawn } = require("node:child_process");
const { join } = require("node:path");

const project = join(__dirname, "..");

// The longest first: what is left when mocha ends is short.
const checks = [
  ["eslint", "eslint/bin/eslint.js", "."],
  ["tsc", "typescript/bin/tsc", "--noEmit"],
  ["prettier", "prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."],
];

/** Where an installed program is, by its package: not all of them export the file. */
function programOf(path) {
  const [name, ...rest] = path.split("/");
  return join(require.resolve(`${name}/package.json`), "..", ...rest);
}

/** Runs a program of Node's; `onText` gets its output as it comes. */
function run(program, args, onText) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [programOf(program), ...args], {
      cwd: project,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", onText);
    }
    child.once("error", reject);
    // Killed by a signal it has no code, and that is a failure.
    child.once("close", (code, signal) => resolve({ code: code ?? 1, signal }));
  });
}

async function check([name, program, ...args]) {
  let output = "";
  const { code, signal } = await run(program, args, (text) => (output += text));
  return code === 0 ? [] : [`${name} failed${signal ? ` (${signal})` : ""}:\n${output.trimEnd()}`];
}

async function checkAll() {
  const failures = [];
  for (const each of checks) {
    failures.push(...(await check(each)));
  }
  return failures;
}

async function mocha(args) {
  let held = "";
  const { code, signal } = await run("mocha/bin/mocha.js", args, (text) => {
    // The last line stays back, whether it has ended or not, until something comes after it.
    held += text;
    const end = held.lastIndexOf("\n", held.length - 2) + 1;
    process.stdout.write(held.slice(0, end));
    held = held.slice(end);
  });
  return { failed: code !== 0, last: signal ? `${held}mocha was ended by ${signal}` : held };
}

async function main() {
  const color = process.stdout.isTTY ? ["--color"] : [];
  const [failures, { failed, last }] = await Promise.all([checkAll(), mocha([...color, ...process.argv.slice(2)])]);
  for (const failure of failures) {
    console.log(`${failure}\n`);
  }
  console.log(last.trimEnd());
  return failed || failures.length > 0 ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
