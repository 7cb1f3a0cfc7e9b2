import assert from "node:assert/strict";
import { type Check } from "../../acceptance/check";
import { misdirected } from "../../acceptance/checks/apps/misdirected";
import { appRedirect } from "../../acceptance/checks/apps/redirect";
import { readTarget, type TargetOptions } from "../../acceptance/target";
import { BadInput } from "../../cli/exit";
import { contextFor, fakeGate, type FakeAnswer, type FakeRequest } from "./fakeGate";
import { http2Gate } from "./http/http2Gate";

const appAt = (gate: URL) => new URL(`https://grafana.${gate.host}`);
const hostOf = ({ host }: FakeRequest) => host.replace(/:\d+$/, "");

async function said(check: Check, gate: Awaited<ReturnType<typeof fakeGate | typeof http2Gate>>) {
  try {
    const context = contextFor({ ...gate.target, app: appAt(gate.target.gate) });
    await check.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

describe("apps/misdirected", () => {
  const right = (request: FakeRequest): FakeAnswer => ({ status: hostOf(request) === request.serverName ? 403 : 421 });

  it("passes where 421 tells a wrong connection from a right one", async () => {
    const { faults, right: seen } = await said(misdirected, await http2Gate(right));
    assert.deepEqual(faults, []);
    assert.equal(seen.length, 5);
  });

  const wrong: [what: string, handler: (request: FakeRequest) => FakeAnswer, expected: RegExp[]][] = [
    [
      "a wrong connection gets 404",
      (request) => ({ status: hostOf(request) === request.serverName ? 403 : 404 }),
      [/^the application on the gate's connection: 421 was wanted; came 404/, /^the gate on the application's/],
    ],
    [
      "a host without an application gets 403",
      (request) => (hostOf(request).startsWith("not-") ? { status: 403 } : right(request)),
      [/^a host without an application/],
    ],
    ["every request gets 421", () => ({ status: 421 }), [/on its own connection: an answer was wanted; came 421/]],
  ];
  for (const [what, handler, expected] of wrong) {
    it(`fails where ${what}`, async () => {
      const { faults } = await said(misdirected, await http2Gate(handler));
      expected.forEach((each) =>
        assert.ok(
          faults.some((fault) => each.test(fault)),
          `${String(each)} in ${faults.join("\n")}`,
        ),
      );
    });
  }
});

describe("apps/redirect", () => {
  const ours = /^[a-z.]+\.?kubeflow\.example\.com$/;
  const redirecting =
    (accepts: (host: string) => boolean, to = (host: string) => host) =>
    (request: FakeRequest): FakeAnswer => {
      const { host } = request;
      return accepts(hostOf(request))
        ? { status: 301, headers: { location: `https://${to(host)}${request.path}` } }
        : { status: 404 };
    };
  const gate = (plain: (request: FakeRequest) => FakeAnswer) => fakeGate(() => ({ status: 403 }), { plain });

  it("passes where each host is redirected to itself, and foreign ones are not", async () => {
    const { faults, right } = await said(appRedirect, await gate(redirecting((host) => ours.test(host))));
    assert.deepEqual(faults, []);
    assert.equal(right.length, 7);
  });

  it("fails where only the gate is redirected", async () => {
    const { faults } = await said(appRedirect, await gate(redirecting((host) => host === "kubeflow.example.com")));
    assert.match(faults.join("\n"), /a page: 301 to .* was wanted; came 404 to nowhere/);
  });

  it("fails where every host is redirected to the gate", async () => {
    const { faults } = await said(
      appRedirect,
      await gate(
        redirecting(
          () => true,
          () => "kubeflow.example.com",
        ),
      ),
    );
    assert.match(faults.join("\n"), /a page: 301 to https:\/\/grafana.* was wanted; came 301 to https:\/\/kubeflow/);
    assert.match(faults.join("\n"), /the host grafana.kubeflow.example.com.evil.example: should not be redirected/);
  });
});

describe("the options for applications", () => {
  const url = "https://kubeflow.example.com";
  const keys = (options: TargetOptions) => {
    try {
      readTarget(url, options, {});
      return [];
    } catch (error) {
      assert(error instanceof BadInput);
      return error.problems.map(({ key }) => key);
    }
  };

  it("name hosts, and a Service with its port", () => {
    const { target } = readTarget(
      url,
      { app: "https://a.example.com", closedApp: "https://b.example.com", inClusterApp: "a.b.svc.cluster.local:80" },
      {},
    );
    assert.deepEqual(
      [target.app?.href, target.closedApp?.href, target.inClusterApp],
      ["https://a.example.com/", "https://b.example.com/", "a.b.svc.cluster.local:80"],
    );
  });

  it("are refused where they name something else", () => {
    assert.deepEqual(keys({ app: "http://a.example.com" }), ["--app"]);
    assert.deepEqual(keys({ closedApp: "https://a.example.com/path" }), ["--closed-app"]);
    for (const inClusterApp of ["a.b", "a.b:0", ":80", "http://a.b:80", "A:80"]) {
      assert.deepEqual(keys({ inClusterApp }), ["--in-cluster-app"], inClusterApp);
    }
  });
});
