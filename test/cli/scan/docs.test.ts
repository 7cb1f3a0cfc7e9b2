import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scanned, skipping } from "./support";

const page = readFileSync(join(__dirname, "../../../docs/16-scan.md"), "utf8");
const block = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";

describe("docs/16-scan.md", () => {
  it("shows what a scan prints", async () => {
    const { stdout } = await scanned({ "dex.yaml": skipping("dex") }, { format: "text", inputs: ["dex.yaml"] });
    assert.equal(
      block("console"),
      `$ npm run --silent scan -- dex.yaml\n${stdout.replace("in/dex.yaml", "dex.yaml")}\n`,
    );
  });

  it("shows a config that is taken", async () => {
    const files = { "dex.yaml": skipping("dex"), "policy.txt": block("json") };
    const { code, stdout } = await scanned(files, { format: "text", config: "policy.txt" });
    assert.equal(stdout, "1 file, 1 object; 0 mandatory, 0 advisory; 1 exempted");
    assert.equal(code, 0);
  });
});
