import assert from "node:assert/strict";
import { type Answer } from "../../../acceptance/http/request";
import { Jar } from "../../../acceptance/http/jar";
import * as cookies from "../../../acceptance/signIn/cookies";
import { readForm } from "../../../acceptance/signIn/form";
import { showsToken } from "../../../acceptance/signIn/leaks";
import { isSignInPage, notArrived, refused } from "../../../acceptance/signIn/page";
import { sessionCookie } from "../../../components/oauth2Proxy";
import { contextFor } from "../fakeGate";

const page = new URL("https://echo.example.com/some/page?x=1");
const answer = (status: number, body = "", headers: [string, string][] = []): Answer => ({
  status,
  headers,
  body,
  certificate: undefined,
});

describe("signing in: what pages say", () => {
  it("reads the form of oauth2-proxy's page, character references included", () => {
    const html = `<form method="GET" action="https://example.com/oauth2/start">
      <input type="hidden" name="rd" value="https://example.com/?a=1&amp;b=x&#43;y&#x26;c=&#34;&lt;&unknown;" />
      <button type="submit">Sign in</button></form>`;
    const form = readForm(html, page);
    assert.equal(form?.action.href, "https://example.com/oauth2/start");
    assert.equal(form.method, "GET");
    assert.deepEqual(form.fields, { rd: 'https://example.com/?a=1&b=x+y&c="<&unknown;' });
  });

  it("reads Dex's form, whose address has no host", () => {
    const html = `<form method="post" action="/dex/auth/local/login?back=&amp;state=abc">
      <input tabindex="1" required id="login" name="login" type="text"/><input name='password' type="password"/></form>`;
    const form = readForm(html, new URL("https://example.com/dex/auth/local/login?state=abc"));
    assert.equal(form?.action.href, "https://example.com/dex/auth/local/login?back=&state=abc");
    assert.equal(form.method, "POST");
    assert.deepEqual(form.names, ["login", "password"]);
  });

  it("takes a form without an address for one that leads to its own page", () => {
    assert.equal(readForm("<form></form>", page)?.action.href, page.href);
    assert.equal(readForm("<p>no form</p>", page), undefined);
  });

  it("knows the sign-in page by its button, not by its status", () => {
    const html: [string, string][] = [["content-type", "text/html; charset=utf-8"]];
    const form = '<form action="https://example.com/oauth2/start"></form>';
    assert.equal(isSignInPage(answer(403, form, html)), true);
    assert.equal(isSignInPage(answer(403, form)), false);
    assert.equal(isSignInPage(answer(403, "<h1>RBAC: access denied</h1>", html)), false);
  });

  it("finds a token wherever an answer shows it, encoded too, and nothing in other texts", () => {
    const token = "eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6InVzZXIifQ.c2lnbmF0dXJl";
    assert.deepEqual(showsToken(answer(302, "", [["location", `/?t=${token}`]])), ["location"]);
    assert.deepEqual(showsToken(answer(302, "", [["location", `/?t=${token.replaceAll(".", "%2e")}`]])), ["location"]);
    assert.deepEqual(showsToken(answer(200, `<a href="/?t=${token}">`)), ["the body"]);
    assert.deepEqual(showsToken(answer(200, "eyJ is how tokens begin", [["location", "/"]])), []);
  });
});

describe("signing in: whether somebody arrived", () => {
  const person = { email: "user@example.com", password: "", groups: ["a", "b"] };
  const target = {
    ...contextFor({} as never).target,
    gate: new URL("https://example.com"),
    echo: new URL("https://echo.example.com"),
  };
  const seen = (user: string | null, groups: string[]) => answer(200, JSON.stringify({ user, groups, headers: {} }));
  const atEcho = (one: Answer) => notArrived(target, { url: page, answer: one }, person);
  const atGate = (one: Answer) => notArrived(target, { url: target.gate, answer: one }, person);

  it("at the echo only as that person, with all groups", () => {
    assert.equal(atEcho(seen("user@example.com", ["b", "a", "c"])), undefined);
    assert.match(atEcho(seen("user@example.com", ["a"])) ?? "", /without the groups b/);
    assert.match(atEcho(seen("other@example.com", ["a", "b"])) ?? "", /with the user other@example\.com/);
    assert.match(atEcho(seen(null, [])) ?? "", /without a user/);
    assert.match(atEcho(answer(200, "{}")) ?? "", /nothing from the application/);
    assert.match(atEcho(answer(403)) ?? "", /status 403/);
  });

  it("at the gate host by anything but a refusal, an error or the way to sign in", () => {
    const html: [string, string][] = [["content-type", "text/html"]];
    assert.equal(atGate(answer(404)), undefined);
    assert.equal(atGate(answer(200, "<h1>dashboard</h1>", html)), undefined);
    assert.equal(atGate(answer(302, "", [["location", "/home"]])), undefined);
    for (const [status, headers] of [
      [401, []],
      [403, []],
      [503, []],
      [302, [["location", "https://example.com/oauth2/start?rd=/"]]],
      [302, []],
    ] as [number, [string, string][]][]) {
      assert.match(atGate(answer(status, "", headers)) ?? "", new RegExp(`status ${status}`));
    }
    const signInPage = '<form action="https://example.com/oauth2/start"></form>';
    assert.match(atGate(answer(200, signInPage, html)) ?? "", /status 200/);
  });

  it("is refused by 401 and 403 without anything of the application", () => {
    assert.equal(refused(answer(401, "{}")), true);
    assert.equal(refused(answer(403, "<form>")), true);
    assert.equal(refused({ ...seen("user@example.com", []), status: 403 }), false);
    assert.equal(refused(answer(404)), false);
    assert.equal(refused(answer(302)), false);
    assert.equal(refused(answer(500)), false);
  });
});

describe("signing in: cookies", () => {
  const right = { path: "/", domain: "example.com", secure: "", httponly: "", samesite: "Lax" };
  const cookie = (attributes: Record<string, string>, name = cookies.sessionCookie, value = "x") => ({
    name,
    value,
    attributes,
  });

  it("have the name that oauth2-proxy is configured with", () => {
    assert.equal(cookies.sessionCookie, sessionCookie);
  });

  it("are told apart by their names", () => {
    const kinds = (name: string) => [cookies.isSession({ name }), cookies.isCsrf({ name })];
    assert.deepEqual(kinds("__Secure-gatehouse"), [true, false]);
    assert.deepEqual(kinds("__Secure-gatehouse_12"), [true, false]);
    assert.deepEqual(kinds("__Secure-gatehouse_abcd1234_csrf"), [false, true]);
    assert.deepEqual(kinds("__Secure-gatehouse_csrf"), [false, true]);
    assert.deepEqual(kinds("__Secure-gatehouse_a"), [false, false]);
    assert.deepEqual(kinds("__Secure-gatehouses"), [false, false]);
    assert.deepEqual(kinds("other"), [false, false]);
  });

  it("have no fault with every attribute, in any case and with the domain's dot", () => {
    assert.deepEqual(cookies.cookieFaults(cookie(right), "example.com"), []);
    assert.deepEqual(
      cookies.cookieFaults(cookie({ ...right, samesite: "lax", domain: ".Example.com" }), "example.com"),
      [],
    );
  });

  it("have a fault for each attribute that is missing or another", () => {
    const faults = (change: Record<string, string | undefined>, name?: string, value?: string) => {
      const attributes = Object.entries({ ...right, ...change }).flatMap(([key, text]) =>
        text === undefined ? [] : [[key, text] as const],
      );
      return cookies.cookieFaults(cookie(Object.fromEntries(attributes), name, value), "example.com").join("; ");
    };
    assert.equal(faults({ secure: undefined }), "it is not Secure");
    assert.equal(faults({ httponly: undefined }), "it is not HttpOnly");
    assert.equal(faults({ samesite: undefined }), "it is SameSite=nothing, not Lax");
    assert.equal(faults({ samesite: "Strict" }), "it is SameSite=Strict, not Lax");
    assert.equal(faults({ domain: undefined }), "its domain is only the host that set it, not example.com");
    assert.equal(faults({ domain: "com" }), "its domain is com, not example.com");
    assert.equal(faults({ path: undefined }), "its path is missing, not /");
    assert.equal(faults({}, "gatehouse"), "its name begins with neither __Secure- nor __Host-");
    assert.equal(faults({ domain: undefined }, "__Host-mark"), "");
    assert.equal(faults({}, "__Host-mark"), "its domain is example.com, not only the host that set it");
    assert.match(faults({}, undefined, "x".repeat(4096)), /browsers drop what is above 4096/);
  });

  it("are one session in the order of their parts", () => {
    const part = (index: number, value: string) => cookie(right, `${sessionCookie}_${index}`, value);
    assert.equal(cookies.sessionValue([part(1, "b"), part(10, "d"), part(2, "c"), part(0, "a")]), "abcd");
    assert.equal(cookies.sessionValue([cookie(right, sessionCookie, "whole"), part(0, "a")]), "whole");
    assert.throws(() => cookies.sessionValue(new Jar().cookies), /no session/);
  });
});
