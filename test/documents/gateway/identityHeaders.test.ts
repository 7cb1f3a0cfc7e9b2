import { strict as assert } from "node:assert";
import { identityHeaders, identityPrefixes, proxyIdentity } from "../../../documents/gateway/identityHeaders";

describe("the names of headers that say who somebody is", () => {
  for (const prefix of identityPrefixes.filter((each) => each !== "x-envoy-")) {
    it(`have one at least that begins with ${prefix}`, () => {
      assert(identityHeaders.some((header) => header.startsWith(prefix)));
    });
  }

  it("are in lower case, each there once, and none that the gateway would let pass", () => {
    assert.deepEqual([...new Set(identityHeaders)], identityHeaders);
    for (const header of identityHeaders) {
      const plain = header.replaceAll("_", "-");
      assert.equal(header, header.toLowerCase());
      assert(proxyIdentity.includes(plain) || identityPrefixes.some((prefix) => plain.startsWith(prefix)), header);
    }
  });
});
