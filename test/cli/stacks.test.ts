import assert from "node:assert/strict";
import { join } from "node:path";
import { gatehouse, reportOf } from "./gatehouse";

const root = join(__dirname, "..", "..");

describe("a preview of this project", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`passes for ${stack}, with every chart named that it could not render`, async () => {
      const run = await gatehouse(root, ["preview", stack, "--json"]);
      assert.equal(run.code, 0, run.stdout + run.stderr);
      const { totals, unrendered, resources } = reportOf(run);
      assert.equal(totals.charts.rendered, 0);
      assert.equal(
        unrendered.filter(({ reason }) => reason === "helm is not on PATH").length,
        resources.filter(({ type }) => type === "kubernetes:helm.sh/v4:Chart").length,
      );
    });
  }
});
