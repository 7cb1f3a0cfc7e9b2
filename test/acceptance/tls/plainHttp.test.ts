import assert from "node:assert/strict";
import { plainHttp } from "../../../acceptance/checks/tls/plainHttp";
import { contextFor, echoName, fakeGate, type FakeAnswer, type FakeRequest, gateName, type Handler } from "../fakeGate";

/** As the gateway's filter does it. */
const redirect = ({ host, path }: FakeRequest): Exclude<FakeAnswer, "drop"> => {
  const name = /^([a-z.]+)(?::\d+)?$/i.exec(host.toLowerCase())?.[1];
  return (name === gateName || name === echoName) && path.startsWith("/")
    ? { status: 301, headers: { location: `https://${name}${gatePort}${path}` } }
    : { status: 404 };
};

const withHeader = (answer: Exclude<FakeAnswer, "drop">, name: string, value: string): FakeAnswer => ({
  ...answer,
  headers: { ...answer.headers, [name]: value },
});

/** The port of the fake gate, for requests that name another one. */
let gatePort = "";

async function faultsOf(plain: Handler): Promise<string[]> {
  const gate = await fakeGate(() => ({ status: 403 }), { plain });
  gatePort = `:${gate.port}`;
  try {
    const context = contextFor(gate.target);
    await plainHttp.run(context);
    assert.ok(context.probe.tried > 90);
    return context.probe.faults;
  } finally {
    await gate.close();
  }
}

describe("the check of plain HTTP", () => {
  it("passes where everything is redirected to the same place, and unknown hosts are refused", async () => {
    assert.deepEqual(await faultsOf(redirect), []);
  });

  it("finds every request that is spared the redirect or led elsewhere", async () => {
    const wrong: [what: string, when: (request: FakeRequest) => boolean, answer: Handler, fault: RegExp][] = [
      [
        "a refused token",
        ({ headers }) => headers["authorization"] === "Bearer not-a-token",
        () => ({ status: 401 }),
        /with a token that is none: .*; came status 401$/,
      ],
      [
        "a served page",
        ({ path }) => path.startsWith("/api/"),
        () => ({ body: "page" }),
        /GET \/api\/probe: .*; came status 200$/,
      ],
      [
        "a temporary redirect",
        ({ method }) => method === "POST",
        (request) => ({ ...redirect(request), status: 302 }),
        /POST \/: .*; came status 302$/,
      ],
      [
        "a believed header",
        ({ headers }) => headers["x-forwarded-proto"] === "https",
        () => ({ status: 403 }),
        /with X-Forwarded-Proto: https: .*; came status 403$/,
      ],
      [
        "another path",
        ({ path }) => path.startsWith("/oauth2/"),
        ({ host }) => ({ status: 301, headers: { location: `https://${host}/` } }),
        /GET \/oauth2\/start.*; came a redirect to another path$/,
      ],
      [
        "another host",
        ({ path }) => path.startsWith("/@"),
        () => ({ status: 301, headers: { location: "https://unknown.example/" } }),
        /GET \/@unknown.example: .*; came a redirect to https:\/\/unknown.example$/,
      ],
      [
        "no TLS",
        ({ method }) => method === "PUT",
        ({ host }) => ({ status: 301, headers: { location: `http://${host}/` } }),
        /PUT \/: .*; came a redirect to http:/,
      ],
      [
        "a host with a user",
        ({ path }) => path.startsWith("/.unknown"),
        ({ host }) => ({ status: 301, headers: { location: `https://a@${host}/` } }),
        /came a redirect to https:\/\/kubeflow/,
      ],
      [
        "a cookie",
        ({ method }) => method === "DELETE",
        (request) => withHeader(redirect(request), "set-cookie", "a=1"),
        /DELETE \/: .*; came a cookie without TLS$/,
      ],
      [
        "HSTS",
        ({ method }) => method === "PATCH",
        (request) => withHeader(redirect(request), "strict-transport-security", "max-age=1"),
        /PATCH \/: .*; came Strict-Transport-Security without TLS/,
      ],
      ["silence", ({ path }) => path.startsWith("/dex/"), () => "drop", /GET \/dex\/auth: .*; came no answer$/],
      [
        "an open redirect",
        ({ host }) => host === "unknown.example",
        ({ host }) => ({ status: 301, headers: { location: `https://${host}/` } }),
        /GET \/ of the host "unknown.example": .*; came a redirect to https:\/\/unknown.example$/,
      ],
      [
        "a suffix",
        ({ host }) => host.endsWith(".unknown.example"),
        ({ host }) => ({ status: 301, headers: { location: `https://${host}/` } }),
        /GET \/ of the host "kubeflow.*unknown.example": .*; came a redirect to/,
      ],
      [
        "a page of an unknown host",
        ({ host }) => host === "127.0.0.1",
        () => ({ body: "page" }),
        /GET \/ of the host "127.0.0.1": .*; came status 200$/,
      ],
    ];
    const faults = await faultsOf((request) => {
      const [, , answer] = wrong.find(([, when]) => when(request)) ?? ["", () => true, redirect];
      return answer(request);
    });
    for (const [what, , , fault] of wrong) {
      assert.ok(
        faults.some((each) => fault.test(each)),
        `${what} was not found in\n${faults.join("\n")}`,
      );
    }
  });
});
