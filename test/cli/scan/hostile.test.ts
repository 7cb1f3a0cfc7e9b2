import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inputFiles } from "../../../cli/scan/files";
import { readManifestYaml } from "../../../cli/scan/yamlText";
import { clean, inShort, type Scanned, scanned, skipping } from "./support";

const problems = ({ stderr }: Scanned): string[] =>
  stderr
    .split("\n")
    .filter((line) => /^ {2}\S/.test(line))
    .map((line) => line.trim());

/** Scanned beside a file that can be read; the time is a bound that a quadratic reader misses by far. */
async function beside(name: string, content: string, seconds = 20): Promise<Scanned> {
  const start = performance.now();
  const run = await scanned({ [name]: content, "z.yaml": skipping("z") });
  assert.ok(performance.now() - start < seconds * 1000, "took too long");
  assert.ok(inShort(run).includes("in/z.yaml:10 forbid-skip-verify z"), "the rest is scanned");
  return run;
}

describe("a scan of what somebody made to stop it", () => {
  it("takes a map of 100,000 keys in its stride", async () => {
    // As JSON, which takes the reader no time; YAML with as many is the next one's.
    const data = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`k${index}`, "x"]));
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data };
    const run = await beside("a.json", JSON.stringify(object), 10);
    assert.equal(run.stderr, "");
  });

  it("still finds the one key of 50,000 that stands twice", () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `k${index}: x\n`).join("");
    const start = performance.now();
    const { documents, unreadable } = readManifestYaml(`${keys}k7: y\n---\n${clean}`);
    assert.ok(performance.now() - start < 10_000, "took too long");
    assert.deepEqual(unreadable, [{ line: 50_001, reason: "not readable as YAML: a key stands twice" }]);
    assert.equal(documents.length, 1, "the rest is scanned");
  });

  it("refuses a number and a text that are one key", async () => {
    assert.deepEqual(problems(await beside("a.yaml", '1: a\n"1": b\n')), [
      "in/a.yaml:2: not readable as YAML: a key stands twice",
    ]);
  });

  it("refuses 10,000 uses of one anchor", async () => {
    const uses = Array.from({ length: 10_000 }, (_, index) => `k${index}: *a\n`).join("");
    assert.deepEqual(problems(await beside("a.yaml", `a: &a x\n${uses}`)), [
      "in/a.yaml:1: not readable as YAML: an alias that can't be resolved",
    ]);
  });

  for (const [what, text] of [
    ["more than 1.5 million lines", "\n".repeat(1_500_001)],
    ["more than 2.5 million items", ",".repeat(2_500_001)],
  ] as const) {
    it(`refuses ${what} of YAML, which take more memory than Node has`, () => {
      const reason = `${what} of YAML; take it apart, or take JSON (kubectl get -o json)`;
      assert.deepEqual(readManifestYaml(text), { documents: [], unreadable: [{ line: 1, reason }] });
    });
  }

  it("refuses a ConfigMap's text that is longer than any that Kubernetes takes", async () => {
    const data = { mesh: "- a\n".repeat(1_500_001) };
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio" }, data };
    const run = await beside("a.json", JSON.stringify(object));
    const entry = run
      .entries()
      .find(({ policy }) => policy === "require-path-normalization" || policy === "forbid-other-identities");
    assert.match(entry?.message ?? "", /longer than any object that Kubernetes takes/);
  });

  for (const [what, text] of [
    ["maps in braces", `a: ${"{a: ".repeat(3_000)}${"}".repeat(3_000)}\n`],
    ["lists of dashes", `${"- ".repeat(10_000)}a\n`],
  ] as const) {
    it(`refuses ${what} in each other`, async () => {
      assert.deepEqual(problems(await beside("a.yaml", text)), [
        "in/a.yaml:1: not readable as YAML: nested too deeply",
      ]);
    });
  }

  it("refuses lists in more lists than anybody writes", async () => {
    const list = `${'{"apiVersion":"v1","kind":"List","items":['.repeat(100)}${"]}".repeat(100)}`;
    const [problem] = problems(await beside("a.json", list));
    assert.match(problem ?? "", /^in\/a\.json:1: (lists in more lists than anybody writes|.*nested too deeply)$/);
  });

  it("changes no object of its own by a key called __proto__", async () => {
    await beside("a.yaml", `${clean}__proto__: { polluted: true }\n`);
    assert.equal("polluted" in {}, false);
  });

  it("passes over 5,000 documents with nothing in them", async () => {
    assert.equal((await beside("a.yaml", "---\n".repeat(5_000))).stderr, "");
  });

  for (const format of ["text", "json", "sarif"] as const) {
    it(`gives a workflow's runner no command by a name, as ${format}`, async () => {
      const name = "a\n::error::b\r ::set-env name=c::d ##[error]e\t";
      const object = skipping(JSON.stringify(name), JSON.stringify(`::error::${name}`));
      const { stdout, stderr } = await scanned(
        { "x\n::error::y ##[error].yaml": object, "::error::z.yaml": object, "::error::w.yaml": "a: [\n" },
        { format },
      );
      const lines = `${stdout}\n${stderr}`.split("\n");
      assert.ok(lines.some((line) => line.includes("forbid-skip-verify")));
      // What GitHub's runner looks for: https://github.com/actions/runner, ActionCommand.
      assert.deepEqual(
        lines.filter((line) => /^\s*::/.test(line) || (format === "text" && line.includes("##["))),
        [],
      );
    });
  }

  it("reads no pipe that lies in a folder, which could wait for ever", () => {
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-fifo-"));
    try {
      execFileSync("mkfifo", [join(folder, "a.yaml")]);
      writeFileSync(join(folder, "b.yaml"), clean);
      const { files, problems: refused } = inputFiles([folder]);
      assert.deepEqual(
        [files.map(({ name }) => name), refused.map(({ key, value }) => [key, value])],
        [[join(folder, "b.yaml")], [[join(folder, "a.yaml"), "no file"]]],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
