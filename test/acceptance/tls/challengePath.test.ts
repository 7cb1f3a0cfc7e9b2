import assert from "node:assert/strict";
import { challengePath } from "../../../acceptance/checks/tls/challengePath";
import { contextFor, echoName, type FakeAnswer, fakeGate, type FakeRequest, gateName, type Handler } from "../fakeGate";

/** The port of the fake gate, which has one for both. */
let port = "";

const known = ({ host }: FakeRequest) => [gateName, echoName].some((name) => host === `${name}${port}`);
const isChallenge = ({ method, path }: FakeRequest) =>
  method === "GET" && /^\/\.well-known\/acme-challenge\/[A-Za-z0-9_-]+$/.test(path);
const noSolver: FakeAnswer = { status: 503, body: "no healthy upstream" };

/** As the gateway does it while no challenge runs. */
const open: Handler = (request) => {
  if (!known(request)) {
    return { status: 404 };
  }
  return isChallenge(request)
    ? noSolver
    : { status: 301, headers: { location: `https://${request.host}${request.path}` } };
};

async function faultsOf(plain: Handler, secure: Handler = () => ({ status: 403 })): Promise<string[]> {
  const gate = await fakeGate(secure, { plain, target: { acmeHttp01: true } });
  port = `:${gate.port}`;
  try {
    const context = contextFor(gate.target);
    await challengePath.run(context);
    assert.ok(context.probe.tried > 80);
    return context.probe.faults;
  } finally {
    await gate.close();
  }
}

describe("the check of ACME's challenge path", () => {
  it("passes where a challenge finds nobody and everything else is redirected", async () => {
    assert.deepEqual(await faultsOf(open), []);
  });

  it("passes where a solver runs and knows no such token", async () => {
    const solver = { status: 404, headers: { "x-envoy-upstream-service-time": "1" }, body: "404 page not found" };
    assert.deepEqual(
      await faultsOf((request) => (known(request) && isChallenge(request) ? solver : open(request))),
      [],
    );
  });

  it("finds a challenge that leads elsewhere, and whatever passes beside it", async () => {
    const ofHost =
      (name: string, shortest: boolean) =>
      (request: FakeRequest): boolean =>
        isChallenge(request) && request.host.startsWith(`${name}:`) && request.path.endsWith("/x") === shortest;
    const wrong: [what: string, when: (request: FakeRequest) => boolean, answer: FakeAnswer, fault: RegExp][] = [
      [
        "a redirect",
        ofHost(gateName, false),
        { status: 301, headers: { location: "https://kubeflow.example.com/" } },
        /GET of a token: the solver's 404, .* was wanted; came status 301$/,
      ],
      [
        "an application",
        ofHost(gateName, true),
        { body: { user: null, groups: [], headers: {} } },
        /GET of the shortest token: .*came status 200 and an application's answer$/,
      ],
      [
        "a refusal of a backend",
        ofHost(echoName, false),
        { status: 503, headers: { "x-envoy-upstream-service-time": "1" } },
        /GET of a token: .*; came status 503 from a backend$/,
      ],
      [
        "a cookie",
        ofHost(echoName, true),
        { ...noSolver, headers: { "set-cookie": "a=1" } },
        /GET of the shortest token: .*came a cookie without TLS$/,
      ],
      ["every method", ({ method }) => method === "POST", noSolver, /POST of a token: .*wanted; came status 503$/],
      ["longer paths", ({ path }) => path.endsWith("/probe"), noSolver, /GET of a longer path: .*; came status 503$/],
      ["a query", ({ path }) => path.endsWith("?a=b"), noSolver, /GET of a token with a query: .*; came status 503$/],
      [
        "a way out of it",
        ({ path }) => path.includes("/%2e%2e/%2e"),
        { status: 302, headers: { location: "https://kubeflow.example.com/dex/auth" } },
        /GET and out of it, escaped: .*; came status 302$/,
      ],
      [
        "another spelling",
        ({ path }) => path.startsWith("/oauth2/%2e"),
        { body: "page" },
        /GET over another folder, escaped: .*; came status 200$/,
      ],
      [
        "a backend for everything",
        ({ path }) => path.endsWith("/healthz"),
        { status: 404, headers: { "x-envoy-upstream-service-time": "1" } },
        /health check: .*; came an answer of a backend$/,
      ],
      ["every host", ({ host }) => host === "unknown.example", noSolver, /^unknown\.example: GET of a token: .* 503$/],
    ];
    const faults = await faultsOf((request) => {
      const [, , answer] = wrong.find(([, when]) => when(request)) ?? [];
      return answer ?? open(request);
    });
    for (const [what, , , fault] of wrong) {
      assert.ok(
        faults.some((each) => fault.test(each)),
        `${what} was not found in\n${faults.join("\n")}`,
      );
    }
  });

  it("finds a challenge that nobody answers, and the path open at port 443 without an identity", async () => {
    const silent = (request: FakeRequest) => (isChallenge(request) ? "drop" : open(request));
    const faults = await faultsOf(silent, ({ headers, path }) => {
      const answered = headers.authorization === undefined ? path.endsWith("/x") : !path.endsWith("/x");
      return { status: answered ? 404 : 403 };
    });
    for (const fault of [
      /GET of a token: .*; came no answer$/,
      /over TLS: GET of the shortest token: a refusal was wanted, .*; came status 404$/,
      /over TLS: GET of a token with a header that holds no token: .*; came status 404$/,
    ]) {
      assert.ok(
        faults.some((each) => fault.test(each)),
        `${String(fault)} in\n${faults.join("\n")}`,
      );
    }
    assert.equal(faults.filter((each) => each.includes("over TLS")).length, 4);
  });
});
