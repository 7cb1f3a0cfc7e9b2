import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

describe("X-Forwarded-For behind trusted proxies", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const after = (trustedHops: number, ...values: string[]): string[] => {
    const filter = luaFilter("forwarded-for.lua", { trustedHops: String(trustedHops) });
    const headers = values.map((value): Header => ["x-forwarded-for", value]);
    return envoy
      .filter(filter, headers)
      .headers.filter(([name]) => name === "x-forwarded-for")
      .map(([, value]) => value);
  };

  const cases: [hops: number, given: string[], left: string[]][] = [
    [1, ["203.0.113.7,10.0.0.2"], ["203.0.113.7,10.0.0.2"]],
    [1, ["192.0.2.66, 203.0.113.7,10.0.0.2"], ["203.0.113.7,10.0.0.2"]],
    [1, ["127.0.0.1", "127.0.0.1,203.0.113.7", "10.0.0.2"], ["203.0.113.7,10.0.0.2"]],
    [2, ["192.0.2.66,203.0.113.7, 198.51.100.1,10.0.0.2"], ["203.0.113.7,198.51.100.1,10.0.0.2"]],
    [1, ["10.0.0.2"], ["10.0.0.2"]],
    [3, ["203.0.113.7,10.0.0.2"], ["203.0.113.7,10.0.0.2"]],
    [1, ["2001:db8::66, 2001:db8::7,fd00::2"], ["2001:db8::7,fd00::2"]],
    [1, ['a,b", ,c'], [",c"]],
    [1, [], []],
    [1, [""], []],
  ];
  for (const [hops, given, left] of cases) {
    it(`keeps what ${hops} of them wrote in ${JSON.stringify(given)}`, () => {
      assert.deepEqual(after(hops, ...given), left);
    });
  }

  it("is the same whatever the client wrote before", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary-ascii", maxLength: 200 }),
        fc.integer({ min: 1, max: 4 }),
        (forged, hops) => {
          const trusted = ["203.0.113.7", "198.51.100.1", "198.51.100.2", "198.51.100.3"].slice(0, hops);
          const written = [...trusted, "10.0.0.2"].join(",");
          assert.deepEqual(after(hops, `${forged},${written}`), [written]);
        },
      ),
    );
  });
});
