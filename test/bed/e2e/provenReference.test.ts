import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { everyCheck } from "../../../acceptance/everyCheck";
import { titleOf } from "../../../acceptance/verification";
import { everyMutation } from "../../../bed/mutations/everyMutation";

const table = readFileSync(join(__dirname, "..", "..", "..", "docs", "reference", "proven.md"), "utf8");

/** Rows of the table, by their first cell. */
function rows(pattern: RegExp): Map<string, string> {
  return new Map(Array.from(table.matchAll(pattern), ([row, name = ""]) => [name, row] as const));
}

/** Of checks and mutations that came after the run, or say more since than the rows of some modes; whoever runs `npm run e2e -- --table` again takes them off. */
const sinceThen: readonly string[] = [
  "login/cookies",
  "login/login-csrf",
  "notebooks/browser-connections",
  "notebooks/by-path",
  "origins/pipeline-artifacts",
  "origins/pipeline-proxies",
];

describe("docs/reference/proven.md, which a run of npm run e2e wrote", () => {
  const checks = rows(/^\| ([a-z-]+\/[a-z0-9-]+) \|.*$/gm);
  const mutations = rows(/^\| ([a-z]+(?:-[a-z]+)+) \| [A-Z`].*$/gm);

  it("has a row for every check of the suite, and none of a check that is gone", () => {
    const ofThen = (titles: readonly string[]) => titles.filter((title) => !sinceThen.includes(title)).sort();
    assert.deepEqual(ofThen([...checks.keys()]), ofThen(everyCheck.map((check) => titleOf(check))));
  });

  it("has a row for every mutation, and none of a mutation that is gone", () => {
    const wanted = everyMutation.map(({ name }) => name).filter((name) => !sinceThen.includes(name));
    assert.deepEqual([...mutations.keys()].sort(), wanted.sort());
  });

  it("says the same of each check as the suite does", () => {
    for (const check of everyCheck.filter((one) => !sinceThen.includes(titleOf(one)))) {
      const row = checks.get(titleOf(check)) ?? "";
      assert.ok(row.includes(check.proves.replaceAll("|", "\\|")), `${titleOf(check)} proves something else by now`);
    }
  });

  it("is of a run in which nothing failed, was missed or was left out without need", () => {
    assert.ok(!/\*\*/.test(table), "a failure stands in bold");
  });
});
