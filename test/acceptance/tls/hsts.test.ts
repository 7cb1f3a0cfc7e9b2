import assert from "node:assert/strict";
import { hsts, hstsSignedIn } from "../../../acceptance/checks/tls/hsts";
import { type Check } from "../../../acceptance/check";
import { contextFor, type FakeAnswer, type FakeRequest, type Handler } from "../fakeGate";
import { http2Gate } from "../http/http2Gate";

const person = { email: "user@example.com", password: "a password" };

/** The parts of a deployment, as far as these checks ask them. */
const deployment: Handler = ({ method, path, host, headers }): FakeAnswer => {
  const pathOnly = path.replace(/\?.*/, "");
  const gate = `https://${host.replace(/^echo\./, "")}`;
  if (host.startsWith("unknown")) {
    return { status: 404 };
  }
  if (pathOnly === "/oauth2/start") {
    return { status: 302, headers: { location: `${gate}/dex/auth/local/login?state=1` } };
  }
  if (pathOnly === "/dex/auth/local/login") {
    return method === "POST"
      ? { status: 303, headers: { location: `${gate}/oauth2/callback?code=1` } }
      : { headers: { "content-type": "text/html" }, body: '<form method="post"><input name="password"></form>' };
  }
  if (pathOnly === "/oauth2/callback") {
    return {
      status: 302,
      headers: { location: `https://echo.${host}/`, "set-cookie": "s=1; Domain=kubeflow.example.com" },
    };
  }
  if (pathOnly === "/dex/.well-known/openid-configuration") {
    return { body: {} };
  }
  if (pathOnly.startsWith("/dex/")) {
    return { status: pathOnly === "/dex/callback" ? 400 : 404 };
  }
  if (headers["cookie"] === "s=1") {
    return { body: { user: person.email, groups: [], headers } };
  }
  return {
    status: pathOnly.startsWith("/api/") || pathOnly === "/oauth2/auth" || headers["authorization"] ? 401 : 403,
  };
};

async function faultsOf(check: Check, header: (request: FakeRequest) => string | readonly string[] | undefined) {
  const gate = await http2Gate(async (request) => {
    const answer = await deployment(request);
    const value = header(request);
    return answer === "drop" || value === undefined
      ? answer
      : { ...answer, headers: { ...answer.headers, "strict-transport-security": value } };
  });
  try {
    const context = contextFor({ ...gate.target, people: [person] });
    await check.run(context);
    return context.probe.faults;
  } finally {
    await gate.close();
  }
}

describe("the check of HSTS", () => {
  for (const check of [hsts, hstsSignedIn]) {
    it(`${check.name}: passes with the header on every answer`, async () => {
      assert.deepEqual(await faultsOf(check, () => "max-age=31536000; includeSubDomains"), []);
    });
  }

  it("finds the kinds of answers without it", async () => {
    const faults = await faultsOf(hsts, ({ path, method, lines }) =>
      path.startsWith("/dex/") || method === "POST" || lines.some(([name]) => name === ":path")
        ? undefined
        : "max-age=300",
    );
    assert.deepEqual(
      faults.map((fault) => fault.replace(/:.*; came/, ":")),
      [
        "the answer to a form that was sent without identity (403): none",
        "Dex's discovery document (200): none",
        "a page of Dex about an error (400): none",
        "a page that Dex doesn't have (404): none",
        "the sign-in page over HTTP/2 (403): none",
      ],
    );
  });

  for (const [what, value] of [
    ["a lifetime of nothing", "max-age=0"],
    ["no lifetime", "includeSubDomains"],
    ["two of them", ["max-age=300", "max-age=600"]],
    ["two lifetimes", "max-age=300; max-age=0"],
  ] as const) {
    it(`finds ${what}`, async () => {
      const faults = await faultsOf(hstsSignedIn, () => value);
      assert.match(
        faults.join("\n"),
        /an application's answer \(200\): Strict-Transport-Security with a max-age above 0/,
      );
    });
  }

  it("doesn't take another answer for the kind that it wanted to see", async () => {
    const gate = await http2Gate(() => ({ status: 503, headers: { "strict-transport-security": "max-age=300" } }));
    try {
      const context = contextFor(gate.target);
      await hsts.run(context);
      assert.match(context.probe.faults.join("\n"), /^the sign-in page \(503\): status 403 was wanted/);
      assert.deepEqual(context.probe.right, []);
    } finally {
      await gate.close();
    }
  });
});
