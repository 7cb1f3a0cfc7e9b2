import { strict as assert } from "node:assert";
import { luaFilter, luaString } from "../../../documents/gateway/lua";
import { type Header, LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const filterFor = (viewersClosed: boolean, underEveryName = false, ownHost?: string) =>
  luaFilter("pipeline-proxies.lua", {
    uiHost: luaString(ownHost ?? gate),
    wholeHost: String(ownHost !== undefined),
    underEveryName: String(underEveryName),
    viewersClosed: String(viewersClosed),
  });

describe("a proxy in the UI of Kubeflow Pipelines", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const ask = (path: string, { authority = gate, more = [] as Header[], filter = filterFor(true) } = {}) =>
    envoy.filter(filter, [[":authority", authority], [":path", path], [":method", "GET"], ...more]);
  const statusOf = (...args: Parameters<typeof ask>) => ask(...args).answer?.headers[":status"];

  for (const path of [
    "/pipeline/apis/v1beta1/_proxy/http%3A%2F%2Fevil.example.org%2F",
    "/pipeline/apis/v2beta1/_proxy/evil.example.org",
    "/pipeline/apis/v1beta1/_PROXY/evil.example.org",
    "/pipeline/apis/v1beta1/%5fproxy/evil.example.org",
    "/pipeline/apis/v1beta1/%255Fproxy/evil.example.org",
    "/PIPELINE/apis/v1beta1/_proxy/evil.example.org",
    "/pipeline/x/_proxy/",
    "/pipelineX/_proxy/a",
    "/pipeline/apps/tensorboard/proxy/team-a/viewer/",
    "/pipeline/apps/Tensorboard/%70roxy/a",
  ]) {
    it(`is closed: ${path}`, () => {
      assert.equal(statusOf(path), "403");
      assert.equal(statusOf(path, { authority: `${gate}:443` }), "403");
      assert.equal(statusOf(path, { authority: `${gate}.` }), "403");
      assert.equal(statusOf(path, { authority: "192.0.2.1", filter: filterFor(true, true) }), "403");
    });
  }

  for (const path of [
    "/pipeline/",
    "/pipeline/apis/v2beta1/runs?filter=/_proxy/",
    "/pipeline/apis/v2beta1/runs/my_proxy/",
    "/pipeline/apps/tensorboard?logdir=a",
    "/x/_proxy/",
    "/apis/v1beta1/_proxy/a",
  ]) {
    it(`is nothing else: ${path}`, () => {
      assert.equal(statusOf(path), undefined);
    });
  }

  it("of TensorBoards is open where notebooks are on the gate's paths, as ever", () => {
    const filter = filterFor(false);
    assert.equal(statusOf("/pipeline/apps/tensorboard/proxy/team-a/viewer/", { filter }), undefined);
    assert.equal(statusOf("/pipeline/apis/v1beta1/_proxy/a", { filter }), "403");
  });

  it("is no other host's", () => {
    assert.equal(statusOf("/pipeline/apis/v1beta1/_proxy/a", { authority: "mlflow.kubeflow.example.com" }), undefined);
  });

  it("is closed with its folder and without at a host that is the UI's alone", () => {
    const authority = "pipelines.kubeflow.example.com";
    const filter = filterFor(true, false, authority);
    for (const path of [
      "/apis/v1beta1/_proxy/evil.example.org",
      "/pipeline/apis/v1beta1/%5Fproxy/evil.example.org",
      "/apps/tensorboard/proxy/team-a/viewer/",
      "/pipeline/apps/tensorboard/proxy/team-a/viewer/",
    ]) {
      assert.equal(statusOf(path, { authority, filter }), "403", path);
      assert.equal(statusOf(path.replace("/pipeline", ""), { filter }), undefined, path);
    }
    assert.equal(statusOf("/apis/v2beta1/runs", { authority, filter }), undefined);
  });

  const referers: [referer: string, path: string, kept: boolean][] = [
    [`https://${gate}/pipeline/apis/v1beta1/_proxy/evil.example.org`, "/pipeline/", false],
    [`https://evil.example.org/apis/v1beta1/_PROXY/evil.example.org`, "/pipeline/static/x.js", false],
    [`https://${gate}/pipeline/`, "/pipeline/", true],
    [`https://${gate}/pipeline/apis/v1beta1/_proxy/evil.example.org`, "/pipeline", false],
    [`https://evil.example.org/pipeline/apis/v1beta1/_proxy/x`, "/pipeline?a=b", false],
    [`https://evil.example.org/pipeline/apis/v1beta1/_proxy/x`, "/pipelineX/a", false],
    [`https://evil.example.org/pipeline/apis/v1beta1/_proxy/x`, "/pipeline;a/b", false],
    [`https://evil.example.org/pipeline/apis/v1beta1/_proxy/x`, "/jupyter/", false],
    [`https://${gate}/jupyter/my_proxy?a`, "/jupyter/", true],
  ];
  for (const [referer, path, kept] of referers) {
    it(`${kept ? "keeps" : "loses"} the Referer ${referer} for ${path}`, () => {
      const { headers } = ask(path, { more: [["referer", referer]] });
      assert.equal(
        headers.some(([name]) => name === "referer"),
        kept,
      );
    });
  }

  it("takes no time for a long path or Referer", () => {
    const begun = performance.now();
    for (const text of ["%".repeat(50_000), "%25".repeat(16_000), "/_proxy".repeat(7000), "/".repeat(50_000)]) {
      ask(`/pipeline/${text}`, { more: [["referer", text]] });
    }
    assert(performance.now() - begun < 2000);
  });
});
