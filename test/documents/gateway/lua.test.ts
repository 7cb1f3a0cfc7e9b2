import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaBeginsWithOneOf, luaFilter, luaMap, luaSet, luaString } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const bytesOf = (text: string) => Buffer.from(text, "utf8").toString("latin1");

describe("a text in a Lua filter", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  it("is what it was, whatever it holds", () => {
    const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
    fc.assert(fc.property(anyText, (text) => assert.equal(envoy.evaluate(luaString(text)), bytesOf(text))));
  });

  for (const text of ['"', "\\", "]]", "\n", "\0", "\\0", "123", '" .. os.exit() .. "', "--", "{{hosts}}", "ü", "€"]) {
    it(`is what it was when it is ${JSON.stringify(text)}`, () => {
      assert.equal(envoy.evaluate(luaString(text)), bytesOf(text));
    });
  }

  it("keeps a digit after an escaped byte apart from it", () => {
    assert.equal(envoy.evaluate(luaString("\n1")), "\n1");
  });

  it("is a member of a set, and nothing else is", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), (members, other) => {
        const set = `{ ${luaSet(members)} }`;
        const holds = (text: string) => envoy.execute(`return (${set})[${luaString(text)}] == true`);
        assert(members.every((member) => holds(member) === true));
        assert.equal(holds(other), members.includes(other));
      }),
      { numRuns: 50 },
    );
  });

  it("is a key or a value of a map", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (map) => {
        const table = `({ ${luaMap(map)} })`;
        for (const [key, value] of Object.entries(map)) {
          assert.equal(envoy.evaluate(`${table}[${luaString(key)}]`), bytesOf(value));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("a Lua question about a text's beginning", () => {
  it("is answered by the text's bytes, for whatever it begins with", async () => {
    const envoy = await LuaEnvoy.start();
    const answer = (text: string, beginnings: string[]) =>
      envoy.evaluate(
        `(function(path) return tostring(${luaBeginsWithOneOf("path", beginnings)}) end)(${luaString(text)})`,
      );
    for (const text of ["/oauth2/start", "/dex/", "/größe/a"]) {
      assert.equal(answer(text, ["/oauth2/", "/dex/", "/größe/"]), "true", text);
    }
    for (const text of ["", "/oauth2", "/Dex/", "/a/dex/"]) {
      assert.equal(answer(text, ["/oauth2/", "/dex/", "/größe/"]), "false", text);
    }
  });
});

describe("a Lua filter", () => {
  it("is refused when a place in it has no value", () => {
    assert.throws(() => luaFilter("https-redirect.lua", {}), /https-redirect.lua has a place named hosts/);
  });

  it("is refused when a value has no place in it", () => {
    assert.throws(() => luaFilter("https-redirect.lua", { hosts: "", below: "", host: "" }), /has no place for host$/);
  });

  it("keeps a value that looks like a place or like a replacement pattern", () => {
    const filled = luaFilter("https-redirect.lua", { hosts: luaSet(["{{hosts}}", "$&", "$1"]), below: luaString("") });
    assert(filled.includes(`local hosts = { ["{{hosts}}"] = true, ["$&"] = true, ["$1"] = true }`), filled);
  });
});
