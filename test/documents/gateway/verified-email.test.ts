import { strict as assert } from "node:assert";
import { luaFilter, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const issuer = "https://login.example.com";
const filter = luaFilter("verified-email.lua", { issuer: luaString(issuer) });
const path: Header = [":path", "/"];

describe("a token of a provider in place of Dex", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const answerTo = (claims: Record<string, unknown> | null | "broken") => envoy.filter(filter, [path], { claims });

  for (const verified of [true, "true", undefined]) {
    it(`passes with email_verified ${String(verified)}, as at oauth2-proxy`, () => {
      const { headers, answer } = answerTo({ iss: issuer, email: "user@example.com", email_verified: verified });
      assert.deepEqual(headers, [path]);
      assert.equal(answer, undefined);
    });
  }

  for (const verified of [false, "false", "", "no", 0, 1, [true], {}]) {
    it(`is refused with email_verified ${JSON.stringify(verified)}`, () => {
      const { answer } = answerTo({ iss: issuer, email: "admin@example.com", email_verified: verified });
      assert.equal(answer?.headers[":status"], "403");
    });
  }

  for (const claims of [null, {}, { iss: "https://oidc.cluster.example.com", email_verified: false }]) {
    it(`is not what ${JSON.stringify(claims)} is, which passes`, () => {
      assert.equal(answerTo(claims).answer, undefined);
    });
  }

  it("is refused with 500 when the filter fails, which logs why", () => {
    const { answer, logged } = answerTo("broken");
    assert.equal(answer?.headers[":status"], "500");
    assert.match(logged.join(), /verified email/);
  });
});
