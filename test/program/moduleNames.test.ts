import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";

describe("the program's modules", () => {
  it("have names of their own: Pulumi's language host would load x.json or x.js in place of x.ts", () => {
    const stem = (file: string) => file.replace(/\.[^.]+$/, "");
    const files = ["stacks", "components", "documents", "policy", "cli"].flatMap((room) =>
      readdirSync(join(__dirname, "../..", room), { recursive: true, encoding: "utf8" }).map((file) =>
        join(room, file),
      ),
    );
    const typescript = new Set(files.filter((file) => file.endsWith(".ts")).map(stem));
    assert.ok(typescript.size > 50, "the rooms are where this test looks for them");
    assert.deepEqual(
      files.filter((file) => /\.(json|js)$/.test(file) && typescript.has(stem(file))),
      [],
    );
  });
});
