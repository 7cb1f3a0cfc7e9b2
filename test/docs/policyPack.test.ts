import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exemptionRules } from "../../policy/exemptionRules";
import { rules, stackRules } from "../../policy/pack";
import { scanned } from "../cli/scan/support";

const page = readFileSync(join(__dirname, "../../docs/17-policy-pack.md"), "utf8");
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);
const names = [...rules, ...stackRules, ...exemptionRules].map(({ name }) => name);
const sectionOf = (heading: string) => new RegExp(`^## ${heading}$([^]*?)(?=^## |$(?![^]))`, "m").exec(page)?.[1] ?? "";
const rowsOf = (section: string) =>
  section.split("\n").filter((line) => line.startsWith("| ") && !/^\| (weakness|you have) \|/.test(line));

describe("the table of weaknesses", () => {
  const rows = rowsOf(sectionOf("Weaknesses, and the rules that find them"));
  const rulesIn = (row: string) =>
    [...row.matchAll(/\[`([a-z0-9-]+)`\]\(reference\/policies\.md#([a-z0-9-]+)\)/g)].map(([, name, anchor]) => {
      assert.equal(name, anchor);
      return name ?? "";
    });

  it("has at least one rule for each weakness", () => {
    assert.ok(rows.length > 80);
    assert.deepEqual(
      rows.filter((row) => rulesIn(row).length === 0),
      [],
    );
  });

  it("names rules of the pack only", () => {
    const known = new Set(names);
    assert.deepEqual(
      rows.flatMap(rulesIn).filter((name) => !known.has(name)),
      [],
    );
  });

  it("has every rule of the pack", () => {
    const used = new Set(rows.flatMap(rulesIn));
    assert.deepEqual(
      names.filter((name) => !used.has(name)),
      [],
    );
  });

  it("has each weakness once", () => {
    const weaknesses = rows.map((row) => row.split(" | ")[0]);
    assert.equal(new Set(weaknesses).size, weaknesses.length);
  });
});

describe("the weaknesses without a rule", () => {
  const rows = rowsOf(sectionOf("What has no rule"));

  it("are named with the reason, and the rules that help are there", () => {
    assert.ok(rows.length > 0);
    for (const row of rows) assert.match(row, /^\| \S.{10,} \| \S.{20,} \|$/);
    for (const [, name = ""] of rows.join("\n").matchAll(/`((?:forbid|require|limit)-[a-z0-9-]+)`/g)) {
      assert.ok(names.includes(name), name);
    }
  });
});

describe("the exemption of docs/17-policy-pack.md", () => {
  const files = { "office.yaml": blocksOf("yaml")[0] ?? "", "policy.txt": blocksOf("json")[0] ?? "" };
  const shown = (stdout: string) => `${stdout.replaceAll("in/office.yaml", "office.yaml")}\n`;
  const [without = "", withIt = ""] = blocksOf("console");

  it("is needed: without it the page's object fails as shown", async () => {
    const { code, stdout } = await scanned(files, { format: "text", inputs: ["office.yaml"] });
    assert.equal(`$ npm run --silent scan -- office.yaml\n${shown(stdout)}`, without);
    assert.equal(code, 1);
  });

  it("holds: with it the same object passes as shown", async () => {
    const { code, stdout } = await scanned(files, { format: "text", inputs: ["office.yaml"], config: "policy.txt" });
    assert.equal(`$ npm run --silent scan -- office.yaml --config policy.json\n${shown(stdout)}`, withIt);
    assert.equal(code, 0);
  });
});
