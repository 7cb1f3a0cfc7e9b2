import assert from "node:assert/strict";
import { parallelSignInsOf } from "../../../acceptance/checks/login/parallelSignIns";
import { answeredSince } from "../../../acceptance/checks/login/podsThatAnswered";
import { contextFor, type FakeRequest } from "../fakeGate";
import { FakeCluster } from "./fakeCluster";
import { fakeSignIn } from "./fakeSignIn";

/** Runs the check on two replicas of each, with the lines that `pod` says for each sign-in. */
async function run(pod: (signIn: number) => { proxy: string; dex: string }) {
  const cluster = new FakeCluster(["oauth2-proxy-1", "oauth2-proxy-2", "dex-1", "dex-2"]);
  const gate = await fakeSignIn({ target: { kubeconfig: await cluster.start() } });
  let count = 0;
  const write = gate.deployment.answer.bind(gate.deployment);
  gate.deployment.answer = (request: FakeRequest) => {
    if (request.path.startsWith("/oauth2/callback")) {
      const { proxy, dex } = pod(count);
      cluster.logs.get(proxy)?.push("[AuthSuccess] Authenticated via OAuth2: Session{…}");
      cluster.logs.get(dex)?.push('{"msg":"login successful"}');
      count += 1;
    }
    return write(request);
  };
  const context = contextFor(gate.target);
  try {
    await parallelSignInsOf(2).run(context);
    return { ...context.probe, faults: context.probe.faults, right: context.probe.right, count };
  } finally {
    await gate.close();
    await cluster.stop();
  }
}

describe("login: sign-ins over replicas", () => {
  it("shows which pods took part", async () => {
    const { faults, right, count } = await run((signIn) => ({
      proxy: `oauth2-proxy-${1 + (signIn % 2)}`,
      dex: `dex-${1 + (signIn % 2)}`,
    }));
    assert.deepEqual(faults, []);
    assert.equal(count, 2);
    assert.ok(right.includes("2 sign-ins at oauth2-proxy's 2 replicas: oauth2-proxy-1 1, oauth2-proxy-2 1"));
  });

  it("finds out that one of two replicas never answers, and tries often enough to be sure", async () => {
    const { faults, count } = await run((signIn) => ({ proxy: `oauth2-proxy-${1 + (signIn % 2)}`, dex: "dex-2" }));
    assert.deepEqual(faults, ["6 sign-ins should meet more than one of Dex's 2 replicas; they met dex-2 6"]);
    assert.equal(count, 6);
  });

  it("counts only what came after the first look, and pods that are new", () => {
    const pod = (name: string, lines: number) => ({ name, ready: true, lines });
    assert.deepEqual(answeredSince([pod("a", 5), pod("b", 2)], [pod("a", 5), pod("b", 6), pod("c", 1)]), {
      ready: 3,
      pods: [
        { name: "b", lines: 4 },
        { name: "c", lines: 1 },
      ],
    });
  });
});
