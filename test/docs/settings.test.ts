import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { production, settingsOf } from "../stacks/fixture";
import { blocksOf, documentsIn, settingsIn } from "./settings";

/** docs/10-identity-providers.md has a test of its own. */
const pages = readdirSync(join(__dirname, "../../docs"))
  .filter((name) => /^\d+-.*\.md$/.test(name) && !name.startsWith("10-"))
  .map((name) => `docs/${name}`);

/** What pages show that is no settings, by the keys that it begins with. */
const others: Record<string, string[]> = {};

describe("the settings that the pages show", () => {
  for (const page of pages) {
    for (const block of blocksOf(page, "yaml")) {
      const settings = settingsIn(block);
      if (settings === undefined) {
        (others[page] ??= []).push(...documentsIn(block).map((document) => Object.keys(document).join(" ")));
        continue;
      }
      it(`are accepted as they stand: ${page}, ${block.heading}`, () => {
        settingsOf({ ...production(), ...settings });
      });
    }
  }

  it("are all that the pages show in YAML, but for these", () => {
    assert.deepEqual(others, {
      "docs/12-load-balancer.md": Array.from({ length: 4 }, () => "apiVersion kind metadata spec"),
      "docs/14-bring-your-own.md": [
        "cni env gateways global keepaliveMaxServerConnectionAge meshConfig volumeMounts volumes",
      ],
      "docs/15-applications.md": ["apiVersion kind metadata spec"],
      "docs/16-scan.md": ["permissions steps"],
      "docs/17-policy-pack.md": ["apiVersion kind metadata spec"],
      "docs/18-delivery.md": ["environment", "values", "0 1"],
      "docs/2-machines.md": ["permissions jobs", "list-runs"],
      "docs/3-identity-headers.md": ["apiVersion kind metadata spec"],
      "docs/7-gitops.md": ["apiVersion kind metadata spec", "apiVersion kind metadata spec"],
    });
  });
});
