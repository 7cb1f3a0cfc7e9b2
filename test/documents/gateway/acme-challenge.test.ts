import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaSet } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const filter =
  luaFilter("https-redirect.lua", {
    hosts: luaSet(["kubeflow.example.com"]),
    below: luaSet([".kubeflow.example.com"]),
  }) + luaFilter("acme-challenge.lua", {});
const token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
const challenge = `/.well-known/acme-challenge/${token}`;

describe("plain HTTP with ACME's HTTP-01", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  /** What the filter answers, or nothing where the request goes on. */
  const ask = (authority: string, path: string, method = "GET") =>
    envoy.filter(filter, [
      [":authority", authority],
      [":path", path],
      [":method", method],
    ]).answer?.headers[":status"];

  for (const authority of ["kubeflow.example.com", "kubeflow.example.com:80", "KubeFlow.Example.COM"]) {
    it(`lets a challenge of ${authority} through, as it came`, () => {
      assert.equal(ask(authority, challenge), undefined);
    });
  }

  const redirected = [
    "/",
    "/.well-known/acme-challenge",
    "/.well-known/acme-challenge/",
    `/.well-known/acme-challenge//${token}`,
    `/.well-known/acme-challenge/${token}/`,
    `/.well-known/acme-challenge/${token}/more`,
    `/.well-known/acme-challenge/../${token}`,
    `/.well-known/acme-challenge/..%2f${token}`,
    `/.well-known/acme-challenge/${token}?a=b`,
    `/.well-known/acme-challenge/${token}#a`,
    `/.well-known/acme-challenge/${token};a`,
    `/.well-known/acme-challenge/${token}=`,
    `/.well-known/acme-challenge/${token}\0`,
    `/.well-known/acme-challenge/${token}\n`,
    `/.Well-Known/acme-challenge/${token}`,
    `/%2ewell-known/acme-challenge/${token}`,
    `/xwell-known/acme-challenge/${token}`,
    `//.well-known/acme-challenge/${token}`,
    `/a/.well-known/acme-challenge/${token}`,
    `.well-known/acme-challenge/${token}`,
    `http://kubeflow.example.com${challenge}`,
  ];
  for (const path of redirected) {
    it(`redirects ${JSON.stringify(path)}`, () => {
      assert.equal(ask("kubeflow.example.com", path), "301");
    });
  }

  for (const method of ["POST", "HEAD", "OPTIONS", "PUT", "get", ""]) {
    it(`redirects a challenge by ${JSON.stringify(method)}`, () => {
      assert.equal(ask("kubeflow.example.com", challenge, method), "301");
    });
  }

  for (const authority of ["other.example.com", "kubeflow.example.com.", "192.0.2.1", ""]) {
    it(`has no challenge for ${JSON.stringify(authority)}`, () => {
      assert.equal(ask(authority, challenge), "404");
    });
  }

  it("lets nothing else through, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), fc.string({ unit: "binary-ascii" }), (before, after) => {
        for (const path of [before + challenge, challenge + after, `/.well-known/acme-challenge/${after}`]) {
          const passes = ask("kubeflow.example.com", path) === undefined;
          assert.equal(passes, /^\/\.well-known\/acme-challenge\/[A-Za-z0-9_-]+$(?!\n)/.test(path), path);
        }
      }),
    );
  });
});
