import { strict as assert } from "node:assert";
import { preview, reportOf } from "./gatehouse";

describe("a policy pack in TypeScript", () => {
  it("is compiled as the engine does it, though the compiler is loaded only for it", async () => {
    const run = await preview("typed-pack", ["--json"]);
    assert.equal(run.code, 0, run.stderr);
    assert.equal(reportOf(run).policy.pack, "fixtures");
  });
});
