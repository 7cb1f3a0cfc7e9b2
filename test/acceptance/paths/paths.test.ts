import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { paths } from "../../../acceptance/checks/paths";
import { detours } from "../../../acceptance/checks/paths/detours";
import { hostTricks } from "../../../acceptance/checks/paths/hosts";
import { lookAlikes } from "../../../acceptance/checks/paths/lookAlikes";
import { methodTricks } from "../../../acceptance/checks/paths/methods";
import { oldProtocols } from "../../../acceptance/checks/paths/oldProtocols";
import { requestTargets } from "../../../acceptance/checks/paths/requestTargets";
import { rewriteHeaders } from "../../../acceptance/checks/paths/rewriteHeaders";
import { isSignIn, type Pick } from "../../../acceptance/checks/paths/tries";
import { contextFor, echoName, gateName } from "../fakeGate";
import { fakeDoor, type Mistake, page, reply } from "./fakeDoor";
import { only } from "./only";

async function resultOf(check: Check, mistake?: Mistake) {
  const gate = await fakeDoor(mistake);
  try {
    const context = contextFor(gate.target);
    await check.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

/** Shows the application's page to whoever asks in a certain way. */
const shows =
  (when: (text: string, path: string) => boolean): Mistake =>
  ({ text, path }) =>
    when(text, path) ? page(text, null) : undefined;

describe("the checks of paths", () => {
  const tried: [make: (pick: Pick) => Check, few: RegExp, least: number, mistake: Mistake, fault: RegExp][] = [
    [
      detours,
      /\/dex\/\.\.%2fprobe|\/dex;x=y|\\\\\.\.\\\\probe|\/probe\/\.\.;\/dex/,
      400,
      shows((_, path) => path.startsWith("/dex/..%2f")),
      /^kubeflow.example.com: encoded slashes: \/dex\/..%2fprobe: .*; came status 200 and the application's answer$/m,
    ],
    [
      lookAlikes,
      /^\/(dexter|ping|dex\/keys|oauth2\/auth|healthz for GoogleHC)/,
      200,
      shows((text) => /GoogleHC/.test(text) || /\/dex\/keys.*\r\nHost: echo/i.test(text)),
      /^echo.kubeflow.example.com: \/dex\/keys: .*came status 200[^]*healthz for GoogleHC.*came status 200/m,
    ],
    [
      requestTargets,
      /^GET (https?:\/\/(echo|kubeflow)[^/]*\/(probe|dex\/\.\.)|probe |dex\/probe)/,
      150,
      shows((text) => text.startsWith("GET https://echo")),
      /^kubeflow.example.com: GET https:\/\/echo.*\/probe HTTP\/1.1 of kubeflow.*came status 200/m,
    ],
    [
      hostTricks,
      /^\/(dex\/)?probe with Host: (kubeflow.example.com:443|ECHO|.*@)/,
      600,
      shows((text) => /Host: \S+@echo/.test(text)),
      /: \/probe with Host: kubeflow.example.com@echo.kubeflow.example.com: .*came status 200/,
    ],
    [
      methodTricks,
      /^(get|GET\\t|CONNECT \*) |^POST |^a preflight for GET from (own|null) at/,
      150,
      ({ text, method }) =>
        method === "get"
          ? page(text, null)
          : /Origin: null/.test(text)
            ? reply(403, "", { "Access-Control-Allow-Origin": "null" })
            : undefined,
      /get \/probe: .*came status 200[^]*a preflight for GET from null at \/probe: .*came Access-Control-Allow-Origin: null/,
    ],
    [
      rewriteHeaders,
      /X-Original-URL|Authorization: B|X-Forwarded-For: 127.0.0.1$/,
      350,
      shows((text) => /x-original-url: \/ping|authorization: basic/i.test(text)),
      /with X-Original-URL: \/ping: .*came status 200[^]*with Authorization: Basic Og==: .*came status 200/,
    ],
    [
      oldProtocols,
      /^GET \/probe (HTTP\/(1\.0|0\.9)|ICY)|^\/probe/,
      200,
      ({ text }) =>
        /HTTP\/1\.0/.test(text) ? page(text, null) : text.startsWith("/probe") ? "a page without a header" : undefined,
      /GET \/probe HTTP\/1.0: .*came status 200[^]*\/probe\\r\\n\\r\\n: .*bytes that are no refusal/,
    ],
  ];

  for (const [make, few, least, mistake, fault] of tried) {
    const { name } = make((all) => all);
    it(`${name}: passes where everything is refused, and has much to try`, async () => {
      const { pick, all } = only(few);
      const { faults, tried } = await resultOf(make(pick));
      assert.deepEqual(faults, []);
      assert.ok(tried > 8, `${tried} tried`);
      assert.ok(all() > least, `${all()} in all`);
    });
    it(`${name}: finds what gets through`, async () => {
      assert.match((await resultOf(make(only(few).pick), mistake)).faults.join("\n"), fault);
    });
  }

  for (const [make, few] of tried.filter(([one]) => [lookAlikes, requestTargets, hostTricks].includes(one as never))) {
    const { name } = make((all) => all);
    for (const [where, shared] of [
      ["is at the gate's own host", true],
      ["is not there", false],
    ] as const) {
      it(`${name}: lets sign-in answer at its own paths where the application ${where}`, async () => {
        const ofSignIn: Mistake = ({ path, host }) =>
          /^(https?:\/\/[^/]*)?\/(dex|oauth2)\/(?!\.\.)/i.test(path) && !/echo|unknown|@/i.test(`${host} ${path}`)
            ? reply(404, "", { "X-Envoy-Upstream-Service-Time": "1" })
            : undefined;
        const gate = await fakeDoor(ofSignIn);
        try {
          const context = contextFor({ ...gate.target, echo: shared ? gate.target.gate : undefined });
          await make(only(few).pick).run(context);
          assert.deepEqual(context.probe.faults, []);
        } finally {
          await gate.close();
        }
      });
    }
  }

  it("prove nothing with nothing to try, and fail where the gate has gone", async () => {
    await assert.rejects(resultOf(detours(only(/nothing of this kind/).pick)), /nothing was to be tried/);
    const { faults } = await resultOf(detours(only(/%2e%2e\/probe/).pick), () => reply(502));
    assert.match(faults[0] ?? "", /^before: .* should be refused with 401 or 403; came 502$/);
  });

  it("have names of their own", () => {
    const all = paths.map(({ name }) => name);
    assert.equal(new Set(all).size, all.length);
    assert.ok(paths.every(({ area }) => area === "paths"));
  });

  it("know which paths are sign-in's, however a proxy tidies them up", () => {
    const gate = new URL(`https://${gateName}`);
    const target = { gate, echo: new URL(`https://${echoName}`) } as never;
    for (const [path, expected] of [
      ["/dex/keys", true],
      ["//oauth2/x?y", true],
      ["/%64ex%2Fx", true],
      ["/probe/..;a=b/dex/", true],
      ["/dex//../x", true],
      ["/dex/..\\x", false],
      ["/dex/%2e%2E/x", false],
      ["/dex", false],
      ["/DEX/x", false],
      ["/x?/dex/", false],
    ] as const) {
      assert.equal(isSignIn(target, gate, path), expected, path);
    }
    assert.equal(isSignIn(target, new URL(`https://${echoName}`), "/dex/keys"), false);
  });
});
