import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inputFiles } from "../../../cli/scan/files";
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
    const keys = Array.from({ length: 100_000 }, (_, index) => `  k${index}: x\n`).join("");
    const run = await beside("a.yaml", `${clean}data:\n${keys}`);
    assert.equal(run.stderr, "");
  });

  it("still finds the one key of 100,000 that stands twice", async () => {
    const keys = Array.from({ length: 100_000 }, (_, index) => `k${index}: x\n`).join("");
    assert.deepEqual(problems(await beside("a.yaml", `${keys}k7: y\n`)), [
      "in/a.yaml:100001: not readable as YAML: a key stands twice",
    ]);
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

  it("refuses 50 MB of YAML in one line", async () => {
    const run = await beside("a.yaml", `a: "${"x".repeat(50_000_000)}"\n`);
    assert.deepEqual(problems(run), [
      "in/a.yaml:1: more than 40 MB of YAML; take it apart, or take JSON (kubectl get -o json)",
    ]);
    assert.equal(run.code, 2);
  });

  for (const [what, text] of [
    ["maps in braces", `a: ${"{a: ".repeat(20_000)}${"}".repeat(20_000)}\n`],
    ["lists of dashes", `${"- ".repeat(50_000)}a\n`],
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

  it("passes over 20,000 documents with nothing in them", async () => {
    assert.equal((await beside("a.yaml", "---\n".repeat(20_000))).stderr, "");
  });

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
