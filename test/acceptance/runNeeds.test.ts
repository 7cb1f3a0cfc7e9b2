import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Need, type Target } from "../../acceptance/check";
import { knownNeeds, unmetNeeds } from "../../acceptance/needs";
import { BadInput } from "../../cli/exit";
import { type FakeAnswer, type FakeGate, fakeGate, type FakeRequest, gateName } from "./fakeGate";

describe("what a run finds of what checks need", () => {
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-needs-"));
  let answer: (request: FakeRequest) => FakeAnswer;
  let gate: FakeGate;
  before(async () => (gate = await fakeGate((request) => answer(request))));
  after(async () => {
    await gate.close();
    rmSync(directory, { recursive: true });
  });

  const unmet = async (
    wanted: readonly Need[],
    target: Partial<Target> = {},
    { disturb = false, echoGiven = false } = {},
  ): Promise<Record<string, string>> => {
    const found = await unmetNeeds({
      target: { ...gate.target, ...target },
      wanted: new Set(wanted),
      disturb,
      echoGiven,
      signal: new AbortController().signal,
      busy: () => undefined,
    });
    return Object.fromEntries(found);
  };
  const signInPage = { status: 403, body: '<a href="https://kubeflow.example.com/oauth2/start?rd=x">Sign in</a>' };
  const toDex = () => ({ status: 302, headers: { location: `${gate.target.gate.origin}/dex/auth?client_id=a` } });
  const withSessions = ({ path }: FakeRequest): FakeAnswer => (path.startsWith("/oauth2/start") ? toDex() : signInPage);

  it("names the option for everything that wasn't given", async () => {
    answer = withSessions;
    const all = await unmet(knownNeeds, { echo: undefined });
    const met = ["sessions", "sessions-in-cookies"];
    assert.deepEqual(Object.keys(all).sort(), knownNeeds.filter((need) => !met.includes(need)).sort());
    for (const [need, reason] of Object.entries(all)) {
      assert.match(reason, /--[a-z]+/, need);
    }
    assert.deepEqual(await unmet(["notebook-paths"], { notebookNamespace: "a" }), {});
  });

  it("looks for nothing that no check needs", async () => {
    const asked = gate.requests.length;
    assert.deepEqual(await unmet(["user"], { people: [{ email: "a@example.com", password: "a" }] }), {});
    assert.equal(gate.requests.length, asked);
  });

  it("finds oauth2-proxy by its page or by the way to Dex, so that half a sign-in isn't left out", async () => {
    for (const right of [
      withSessions,
      () => signInPage,
      ({ path }: FakeRequest) => (path === "/" ? ("drop" as const) : toDex()),
    ]) {
      answer = right;
      assert.deepEqual(await unmet(["sessions"]), {});
    }
    for (const [wrong, said] of [
      [() => ({ status: 503 }), /with 503 and no sign-in page, \/oauth2\/start with 503/],
      [() => ({ status: 403, body: "RBAC: access denied" }), /with 403 and no/],
      [() => ({ status: 302, headers: { location: "https://dex.example.org/dex/auth" } }), /with 302 and didn't lead/],
      [() => "drop" as const, /came back with .+ and no sign-in page/],
    ] as const) {
      answer = wrong;
      assert.match((await unmet(["sessions"])).sessions ?? "", said);
    }
  });

  it("believes a given echo, and a guessed one unless it surely isn't there", async () => {
    const host = gate.target.echo?.host;
    answer = (request) => (request.host === host ? { status: 404 } : withSessions(request));
    assert.deepEqual(await unmet(["echo"], {}, { echoGiven: true }), {});
    assert.match((await unmet(["echo"])).echo ?? "", /answers 404 \(--echo URL\)/);
    answer = () => "drop";
    assert.match((await unmet(["echo"])).echo ?? "", /nothing answers/);
    answer = () => ({ status: 403 });
    assert.deepEqual(await unmet(["echo"]), {});
  });

  describe("in the cluster", () => {
    const kubeconfig = join(directory, "kubeconfig");
    before(() => {
      const authority = Buffer.from(gate.authority.cert).toString("base64");
      const config = {
        apiVersion: "v1",
        kind: "Config",
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "here", user: "me" } }],
        clusters: [
          {
            name: "here",
            cluster: {
              server: `https://127.0.0.1:${gate.port}`,
              "tls-server-name": gateName,
              "certificate-authority-data": authority,
            },
          },
        ],
        users: [{ name: "me", user: { token: "t" } }],
      };
      writeFileSync(kubeconfig, JSON.stringify(config));
    });
    const cluster =
      ({ refused = "none", certificates = true, available = 1 } = {}) =>
      ({ path, body }: FakeRequest): FakeAnswer => {
        if (path.includes("selfsubjectaccessreviews")) {
          const { spec } = JSON.parse(body) as { spec: { resourceAttributes: Record<string, string> } };
          const { verb, resource } = spec.resourceAttributes;
          return { status: 201, body: { status: { allowed: `${verb} ${resource}` !== refused } } };
        }
        if (path === "/apis/cert-manager.io/v1") {
          return certificates ? { body: { resources: [{ name: "certificates" }] } } : { status: 404, body: {} };
        }
        return path.startsWith("/apis/apps/v1/deployments")
          ? { body: { items: [{ status: { availableReplicas: available } }] } }
          : { body: { gitVersion: "v1.36.0" } };
      };
    const needs = ["cluster", "disturb", "cert-manager"] as const;

    it("is content with a kubeconfig that may do what is needed", async () => {
      answer = cluster();
      assert.deepEqual(await unmet(needs, { kubeconfig }, { disturb: true }), {});
      assert.deepEqual(Object.keys(await unmet(needs, { kubeconfig })), ["disturb"]);
    });

    it("says which rights are missing", async () => {
      answer = cluster({ refused: "create pods" });
      assert.deepEqual(await unmet(needs, { kubeconfig }, { disturb: true }), {
        cluster: "the kubeconfig's user may not create pods, create pods/portforward",
      });
      answer = cluster({ refused: "create oauth2clients" });
      assert.deepEqual(await unmet(needs, { kubeconfig }, { disturb: true }), {
        disturb: "the kubeconfig's user may not create oauth2clients.dex.coreos.com",
      });
      answer = cluster({ refused: "patch deployments" });
      assert.deepEqual(await unmet(needs, { kubeconfig }, { disturb: true }), {
        disturb: "the kubeconfig's user may not patch deployments.apps",
      });
    });

    it("wants cert-manager's kind and its controller", async () => {
      answer = cluster({ certificates: false });
      assert.match((await unmet(needs, { kubeconfig }))["cert-manager"] ?? "", /no Certificates/);
      answer = cluster({ available: 0 });
      assert.match((await unmet(needs, { kubeconfig }))["cert-manager"] ?? "", /controller doesn't run/);
    });

    it("takes a kubeconfig that doesn't work as a wrong option, not as something that happens to be missing", async () => {
      for (const status of [401, 500]) {
        answer = () => ({ status, body: { message: "no" } });
        await assert.rejects(
          unmet(["cluster"], { kubeconfig }),
          (error) => error instanceof BadInput && error.problems[0]?.key === "--kubeconfig",
        );
      }
      const broken = join(directory, "broken");
      writeFileSync(broken, "no kubeconfig");
      await assert.rejects(unmet(["cluster"], { kubeconfig: broken }), BadInput);
    });
  });
});
