import assert from "node:assert/strict";
import { leakIn } from "../../../acceptance/http/leaks";
import { statusOnError, turnsAway } from "../../../acceptance/http/turnsAway";
import { isRefused } from "../../../acceptance/tokens/refusal";
import { meshConfig } from "../../../documents/istio/meshConfig";

const answer = (status: number, headers: [string, string][] = []) => ({
  status,
  headers,
  body: "",
  certificate: undefined,
});
const without = { absent: new Set(["oauth2-proxy"] as const) };
const target = { gate: new URL("https://kubeflow.example.com/") } as Parameters<typeof leakIn>[0];

describe("a gate that turns people away", () => {
  it("is broken when it does so with 503, as long as oauth2-proxy is there", () => {
    assert.equal(turnsAway({}, 503, [401, 403]), false);
    assert.equal(turnsAway({ absent: new Set(["cert-manager"]) }, 503, [401]), false);
    assert.equal(isRefused(answer(503)), false);
    assert.equal(leakIn(target, { answers: [answer(503)] }, []), "status 503");
  });

  it("has nothing but 503 to say without oauth2-proxy", () => {
    assert.equal(turnsAway(without, 503, [401, 403]), true);
    assert.equal(turnsAway(without, 403, [401, 403]), true);
    assert.equal(isRefused(answer(503), without), true);
    assert.equal(leakIn({ ...target, ...without }, { answers: [answer(503)] }, []), undefined);
  });

  it("never does so with a pass, another error, or a backend's own 503", () => {
    for (const status of [200, 302, 404, 500, 502, 504]) {
      assert.equal(turnsAway(without, status, [401, 403]), false);
    }
    const fromBackend = answer(503, [["x-envoy-upstream-service-time", "1"]]);
    assert.match(leakIn({ ...target, ...without }, { answers: [fromBackend] }, []) ?? "", /from a backend/);
  });

  it("says what the mesh is told to say", () => {
    const { extensionProviders } = meshConfig({
      trustDomain: "cluster.local",
      providers: [
        { name: "oauth2-proxy", service: "oauth2-proxy.auth.svc.cluster.local", port: 4180, checkPrefix: "/check" },
      ],
    });
    const said = extensionProviders.map(({ envoyExtAuthzHttp }) => envoyExtAuthzHttp.statusOnError);
    assert.deepEqual(said, [String(statusOnError)]);
  });
});
