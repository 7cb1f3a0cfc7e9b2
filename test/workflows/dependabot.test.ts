/** What changes the pins: a pinned action or package that nobody looks after stays as old as it is. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { actions, root } from "./workflow";

interface Update {
  "package-ecosystem": string;
  directory?: string;
  directories?: string[];
  schedule: { interval: string };
}

const { version, updates } = parse(readFileSync(join(root, ".github", "dependabot.yml"), "utf8")) as {
  version: number;
  updates: Update[];
};
const foldersOf = ({ directory, directories = [] }: Update) => [...(directory ? [directory] : []), ...directories];
const updateOf = (ecosystem: string): Update => {
  const found = updates.find((update) => update["package-ecosystem"] === ecosystem);
  assert.ok(found, `.github/dependabot.yml has no ${ecosystem}`);
  return found;
};

describe("Dependabot", () => {
  it("looks after packages and actions, once a week", () => {
    assert.equal(version, 2);
    assert.deepEqual(
      updates.map((update) => [update["package-ecosystem"], update.schedule.interval]),
      [
        ["npm", "weekly"],
        ["github-actions", "weekly"],
      ],
    );
    assert.deepEqual(foldersOf(updateOf("npm")), ["/"]);
  });

  it("sees the workflows and every action of this repository", () => {
    const folders = foldersOf(updateOf("github-actions"));
    // "/" means .github/workflows there.
    assert.ok(folders.includes("/"));
    assert.ok(actions.length > 0 && folders.includes("/.github/actions/*"));
  });

  it("is on the page about delivery, which promises no owners of code that aren't there", () => {
    const page = readFileSync(join(root, "docs", "18-delivery.md"), "utf8");
    assert.ok(page.includes("../.github/dependabot.yml"));
    const there = existsSync(join(root, ".github", "CODEOWNERS"));
    assert.equal(page.includes("add `.github/CODEOWNERS`"), !there);
  });
});
