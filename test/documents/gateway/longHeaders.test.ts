import { strict as assert } from "node:assert";
import { luaBeginsWithOneOf, luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const session = "__Secure-gatehouse";
const gate = "kubeflow.example.com";
const names = luaFilter("session-names.lua", {
  sessionCookie: luaString(session),
  signInHosts: luaSet([gate]),
  pathSignsIn: luaBeginsWithOneOf("path", ["/oauth2/", "/dex/"]),
});
const filters = {
  "two-sessions.lua": names + luaFilter("two-sessions.lua", {}),
  "signed-in-here.lua": names + luaFilter("signed-in-here.lua", { gateHost: luaString(gate) }),
  "begun-sign-ins.lua": names + luaFilter("begun-sign-ins.lua", {}),
  "application-cookies.lua": names + luaFilter("application-cookies.lua", {}),
  "identity-headers.lua": names + luaFilter("identity-headers.lua", { signedOut: "", groupsClaims: "" }),
  "forwarded-for.lua": luaFilter("forwarded-for.lua", { trustedHops: "1" }),
};
/** These touch no answer. */
const requestsOnly = ["identity-headers.lua", "forwarded-for.lua"];

/** Envoy takes 60 KB. A filter that takes the square of it keeps one of the gateway's threads from everybody for half a minute. */
const long = 20_000;
/** Linear is a few milliseconds. */
const mostMilliseconds = 2000;

describe("a header of 20 KB", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const blanks = " ".repeat(long);
  const texts: Record<string, string> = {
    "blanks in a value": `a=b${blanks}c`,
    "blanks in a name": `a${blanks}b`,
    "blanks before a name": `${blanks}a`,
    "blanks before the equals sign": `a${blanks}b=c`,
    "tabs and letters": `a${"\tb".repeat(long / 2)}`,
    "equals signs": "=".repeat(long),
    semicolons: ";".repeat(long / 10),
    "blanks and semicolons": " ;".repeat(long / 10),
    "blanks and equals signs": " =".repeat(long / 2),
  };
  for (const [file, filter] of Object.entries(filters)) {
    it(`takes ${file} no time, whatever is in it`, () => {
      for (const [what, text] of Object.entries(texts)) {
        const start = performance.now();
        envoy.filter(
          filter,
          [
            [":authority", gate],
            // Where begun-sign-ins.lua looks, and only there.
            [":path", file === "begun-sign-ins.lua" ? "/oauth2/callback" : "/"],
            ["cookie", `${session}=a; ${text}`],
            ["x-forwarded-for", text],
          ],
          {
            ...(requestsOnly.includes(file)
              ? {}
              : {
                  response: [
                    ["set-cookie", text],
                    ["set-cookie", `a=b; ${text}`],
                  ],
                }),
          },
        );
        const took = Math.round(performance.now() - start);
        assert.ok(took < mostMilliseconds, `${what}: ${took} ms`);
      }
    });
  }
});
