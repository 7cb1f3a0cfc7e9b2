import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { manyManifests } from "../../../cli/bench/manifests";
import { type ScanEntry } from "../../../cli/formats/scan";
import { gatehouse, type Run, temporaryFolder } from "../gatehouse";
import { inShort, scanned, skipping } from "./support";

const root = join(__dirname, "../../..");

/** A run with a standard input, in a process where Pulumi can't be loaded. */
function piped(input: string, args: readonly string[], preload: string): Promise<Run> {
  return new Promise((resolve, reject) => {
    const program = join(root, "bin", "gatehouse.js");
    const child = spawn(process.execPath, ["--require", preload, program, "scan", ...args], { cwd: root });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

describe("gatehouse scan", function () {
  this.timeout(180_000);
  const folder = temporaryFolder();
  after(folder.remove);

  it("reads the standard input, and needs no Pulumi", async () => {
    const preload = folder.path("noPulumi.js");
    writeFileSync(
      preload,
      `const Module = require("node:module");
       const load = Module._load;
       Module._load = function (request, ...rest) {
         if (/^@(pulumi|grpc)\\//.test(request)) throw new Error("loads " + request);
         return load.call(this, request, ...rest);
       };`,
    );
    const run = await piped(skipping("dex"), ["-", "--format", "json"], preload);
    assert.equal(run.code, 1, run.stderr);
    assert.deepEqual(
      (JSON.parse(run.stdout) as ScanEntry[]).map(({ policy, file, line }) => [policy, file, line]),
      [["forbid-skip-verify", "-", 10]],
    );
  });

  it("refuses options that there aren't, with 2 and nothing on the standard output", async () => {
    const file = folder.path("a.yaml");
    writeFileSync(file, skipping("a"));
    writeFileSync(folder.path("config.json"), '{ "nothing": "advisory" }');
    for (const [args, said] of [
      [[], /missing required argument 'inputs'/],
      [[file, "--format", "xml"], /Allowed choices are text, json, sarif/],
      [[file, "--level", "low"], /Allowed choices are mandatory, advisory/],
      [[file, "--environment", "test"], /Allowed choices are dev, staging, prod/],
      [[file, "--config", folder.path("config.json")], /config\.json:1 nothing: no rule of this pack/],
    ] as const) {
      const run = await gatehouse(root, ["scan", ...args]);
      assert.deepEqual([run.code, run.stdout], [2, ""], run.stderr);
      assert.match(run.stderr, said);
    }
  });

  it("is a script of the package", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    assert.equal(scripts.scan, "node bin/gatehouse.js scan");
  });

  it("is measured with as many objects as are asked for, in which nothing is wrong", async () => {
    const text = manyManifests(80);
    assert.equal(text.split(/^---$/m).length, 80);
    const run = await scanned({ "cluster.yaml": text }, { format: "text" });
    assert.equal(run.stdout, "1 file, 80 objects; 0 mandatory, 0 advisory");
    assert.deepEqual(inShort(await scanned({ "cluster.yaml": text })), []);
  });
});
