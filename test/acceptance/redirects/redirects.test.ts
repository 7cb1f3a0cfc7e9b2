import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { afterSignIn, signOutToken } from "../../../acceptance/checks/redirects/afterSignIn";
import { callback } from "../../../acceptance/checks/redirects/callback";
import { dexLinks } from "../../../acceptance/checks/redirects/dexLinks";
import { dexRedirectUri } from "../../../acceptance/checks/redirects/dexRedirectUri";
import { type Foreign, stranger } from "../../../acceptance/checks/redirects/foreign";
import { gatePaths } from "../../../acceptance/checks/redirects/gatePaths";
import { redirects } from "../../../acceptance/checks/redirects";
import { signInPages } from "../../../acceptance/checks/redirects/signInPages";
import { startReturn } from "../../../acceptance/checks/redirects/signInReturn";
import { signOutReturn } from "../../../acceptance/checks/redirects/signOutReturn";
import { contextFor, fakeGate } from "../fakeGate";
import { fakeSignIn, type Mistake } from "./fakeSignIn";

/** Enough to see that a check looks; every shape goes through one check below. */
const few = (): Foreign[] => [
  { value: `https://${stranger}/` },
  { value: `/\\${stranger}/` },
  { value: `%2f%2f${stranger}/`, encoded: true },
];
const one = (): Foreign[] => [{ value: `//${stranger}/` }];

async function resultOf(check: Check, ...mistakes: Mistake[]) {
  const gate = await fakeSignIn(...mistakes);
  try {
    const context = contextFor(gate.target);
    await check.run(context);
    return context.probe;
  } finally {
    await gate.close();
  }
}

describe("the checks of redirects", () => {
  const tried: [check: Check, ...wrong: [mistakes: Mistake[], ...faults: RegExp[]][]][] = [
    [
      startReturn(few),
      [["start follows rd"], /start with rd="\/\\\\evil.example\/": .*; came location to https:\/\/evil.example/],
      [
        ["start remembers rd", "start believes headers", "start passes parameters on"],
        /start with rd="https:.*; came a state that remembers another host/,
        /start with X-Auth-Request-Redirect: "https:.*; came a state that remembers another/,
        /start with \?client_id=other.*; came another redirect_uri or client_id/,
      ],
    ],
    [
      signInPages(few),
      [
        ["pages take rd", "pages believe the host", "errors link to rd"],
        /a page with rd="https:.*; came <input name="rd"> to https:\/\/evil.example/,
        /a page with X-Forwarded-Host: evil.example: .*; came <input name="rd"> to/,
        /an error page with rd="https:.*; came <a href> to https:\/\/evil.example/,
      ],
    ],
    [signOutReturn(few), [["sign-out follows rd"], /\/oauth2\/sign%5fout with rd="https:.*; came location to https/]],
    [
      signOutToken,
      [["sign-out writes the token"], /by a form should end without the ID token.*status 302 with the token/],
    ],
    [callback(few), [["callback needs no cookie"], /a state \(with its nonce\) of .*; came an answer as to a sign-in/]],
    [
      afterSignIn(one),
      [
        ["callback follows the state"],
        /a state with .*; came location to https:\/\/evil.example from .*\/oauth2\/callback/,
      ],
      [
        ["callback follows the state", "start remembers rd"],
        /a sign-in with rd="\/\/evil.example\/": .*; came location to https:\/\/evil.example/,
      ],
    ],
    [
      dexRedirectUri(one),
      [["Dex takes any redirect_uri"], /redirect_uri="\/\/evil.example\/": .*; came status 200/],
      [["Dex reports errors to any redirect_uri"], /and scope=none: .*; came location to https:\/\/evil.example/],
    ],
    [
      dexLinks(few, one),
      [
        ["Dex links back anywhere"],
        /the form after a wrong password, with back=.*; came <a href> to https:\/\/evil.example/,
      ],
    ],
    [
      gatePaths([`//${stranger}`]),
      [["files are tidied up"], /\/oauth2\/static\/\/evil.example: .*; came location to https:\/\/evil.example/],
    ],
  ];

  it("unregistered-redirect-uri asks Dex alone where oauth2-proxy is absent", async () => {
    const gate = await fakeSignIn();
    try {
      const context = contextFor({ ...gate.target, absent: new Set(["oauth2-proxy" as const]) });
      await dexRedirectUri(one).run(context);
      assert.deepEqual(context.probe.faults, []);
      assert.ok(gate.requests.every(({ path }) => path.startsWith("/dex/")));
    } finally {
      await gate.close();
    }
  });

  for (const [check, ...wrong] of tried) {
    it(`${check.name}: passes on a deployment that makes no mistake`, async () => {
      const { faults, tried } = await resultOf(check);
      assert.deepEqual(faults, []);
      assert.ok(tried > 1);
    });
    for (const [mistakes, ...expected] of wrong) {
      it(`${check.name}: finds that ${mistakes.join(", and that ")}`, async () => {
        const { faults } = await resultOf(check, ...mistakes);
        for (const fault of expected) {
          assert.match(faults.join("\n"), fault);
        }
      });
    }
  }

  it("are all tried here", () => {
    assert.deepEqual(tried.map(([{ name }]) => name).sort(), redirects.map(({ name }) => name).sort());
  });

  it("find what a browser would follow, and not what it wouldn't", async () => {
    const shapes: [value: string, found: boolean][] = [
      [`//${stranger}/`, true],
      [`/\\${stranger}/`, true],
      [`/\t/${stranger}/`, true],
      [`https:\\\\${stranger}/`, true],
      ["java\tscript:alert(1)", true],
      [`/x/..//${stranger}/`, false],
      [`/;//${stranger}/`, false],
      [`%252f%252f${stranger}/`, false],
    ];
    const check = startReturn(() => shapes.map(([value]) => ({ value })));
    const { faults } = await resultOf(check, "start remembers rd");
    for (const [value, found] of shapes) {
      const said = faults.some((fault) => fault.startsWith(`start with rd=${JSON.stringify(value)}: `));
      assert.equal(said, found, value);
    }
  });

  it("prove nothing where a sign-in doesn't begin at all", async () => {
    const gate = await fakeGate(() => ({ status: 403 }), {
      target: { people: [{ email: "a@example.com", password: "" }] },
    });
    try {
      // Where a path is tidied up doesn't depend on it.
      for (const [check] of tried.filter(([{ name }]) => name !== "paths-that-are-tidied-up")) {
        const context = contextFor(gate.target);
        const failed = await check.run(context).then(
          () => context.probe.faults.length > 0,
          () => true,
        );
        assert.ok(failed, check.name);
      }
    } finally {
      await gate.close();
    }
  });
});
