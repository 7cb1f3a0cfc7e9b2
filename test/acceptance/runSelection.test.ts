import assert from "node:assert/strict";
import { type Check } from "../../acceptance/check";
import { select } from "../../acceptance/select";

const every = [
  ["tls", "chain"],
  ["tls", "ciphers"],
  ["paths", "case"],
  ["load", "steady"],
].map(([area, name]) => ({ area, name })) as unknown as Check[];
const chosen = (only: string[], skip: string[] = []) =>
  select(every, only, skip).checks.map(({ area, name }) => `${area}/${name}`);

describe("the choice of checks", () => {
  it("is everything without options", () => {
    assert.equal(chosen([]).length, 4);
  });

  it("takes areas and single checks, in the suite's order", () => {
    assert.deepEqual(chosen(["load", "tls/ciphers"]), ["tls/ciphers", "load/steady"]);
    assert.deepEqual(chosen(["tls"], ["tls/chain"]), ["tls/ciphers"]);
    assert.deepEqual(chosen([], ["tls", "load"]), ["paths/case"]);
  });

  it("names what is neither an area nor a check, and takes a check only with its area", () => {
    assert.deepEqual(select(every, ["chain", "TLS", "tls/"], ["nothing"]).unknown, ["chain", "TLS", "tls/", "nothing"]);
  });
});
