#!/usr/bin/env node
"use strict";

// Makes dist/, the library that other programs import: JavaScript with declarations, and beside it the texts that are read
// when it runs. Pulumi compiles a program's own TypeScript and not that of its dependencies (docs/decisions/0016).
const { spawnSync } = require("node:child_process");
const { cpSync, readdirSync, rmSync } = require("node:fs");
const { join } = require("node:path");

const project = join(__dirname, "..");
const dist = join(project, "dist");

rmSync(dist, { recursive: true, force: true });
const compiler = require.resolve("typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [compiler, "-p", join(project, "tsconfig.build.json")], {
  stdio: "inherit",
});
if (status !== 0) {
  process.exit(1);
}
for (const file of readdirSync(join(project, "documents"), { recursive: true, encoding: "utf8" })) {
  if (/\.(lua|html)$/.test(file)) {
    cpSync(join(project, "documents", file), join(dist, "documents", file));
  }
}
