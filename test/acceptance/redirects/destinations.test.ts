import assert from "node:assert/strict";
import { type Target } from "../../../acceptance/check";
import { destinationsIn, strayIn } from "../../../acceptance/checks/redirects/destinations";
import { everyForeign, fitsHeader, queryText, readable } from "../../../acceptance/checks/redirects/foreign";
import { returnIn } from "../../../acceptance/checks/redirects/signInReturn";
import { plainText } from "../../../acceptance/html/plainText";
import { type Answer } from "../../../acceptance/http/request";

const gate = new URL("https://kubeflow.example.com");
const target = { gate, echo: new URL("https://echo.kubeflow.example.com") } as Target;
const page = new URL("/oauth2/start", gate);

function answer(body: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: Object.entries(headers), body, certificate: undefined };
}

describe("where an answer leads", () => {
  it("is read from headers, links, forms, hidden fields and scripts", () => {
    const body = `
      <a class="x" href="/a?b&amp;c">a</a><FORM ACTION='/b'><button formaction=/c></FORM>
      <input type="hidden" name="rd" value="&#47;&#x2f;d"><input type=text value="https://seen.example/">
      <meta http-equiv="Refresh" content="0; url='/e'"><meta name="a" content="0; url=/no">
      <script>location = "//f"; location.href='https:g'; alert("text")</script>`;
    assert.deepEqual(
      destinationsIn(answer(body, { location: "/h", refresh: "5;url=/i", "x-other": "/no" })).map(({ value }) => value),
      ["/h", "/i", "/a?b&c", "/b", "/c", "//d", "/e", "//f", "https:g"],
    );
  });

  it("is fine at the gate and at the echo", () => {
    for (const location of [
      "/",
      "a/b",
      "?x",
      "#y",
      "https://echo.kubeflow.example.com/",
      "https://KUBEFLOW.example.com:443/",
      "/\tx",
      "",
    ]) {
      assert.equal(strayIn(target, page, answer("", { location })), undefined, location);
    }
  });

  it("is wrong at every other host, as browsers read it", () => {
    for (const location of [
      "//evil.example",
      "/\\evil.example",
      "/\t/evil.example",
      "\\\\evil.example",
      "https:/\\evil.example",
      "https://kubeflow.example.com@evil.example",
      "https://evil.example\\@kubeflow.example.com",
      "https://kubeflow.example.com:8443/",
      "https://other.kubeflow.example.com/",
      "javascript:x",
      " data:text/html,",
      "java\nscript:x",
    ]) {
      assert.match(strayIn(target, page, answer("", { location })) ?? "", /^location to /, location);
    }
    assert.match(
      strayIn(target, page, answer('<a href="//evil.example">')) ?? "",
      /^<a href> to https:\/\/evil.example$/,
    );
  });

  it("is wrong with what a request has smuggled into it", () => {
    assert.match(strayIn(target, page, answer("", { "x-injected": "1" })) ?? "", /"x-injected"/);
    assert.match(strayIn(target, page, answer("", { "set-cookie": "injected=1; Path=/" })) ?? "", /"set-cookie"/);
    assert.match(strayIn(target, page, answer("<script>injected()</script>")) ?? "", /a script/);
  });

  it("is remembered in a state, plain or encoded", () => {
    const start = (state: string) =>
      returnIn(answer("", { location: `/dex/auth?state=${encodeURIComponent(state)}` }), gate);
    assert.equal(start("nonce:https://a/?b:c"), "https://a/?b:c");
    assert.equal(start(Buffer.from("nonce:/d").toString("base64url")), "/d");
    assert.equal(start("opaque"), undefined);
    assert.equal(returnIn(answer(""), gate), undefined);
  });

  it("is text without character references", () => {
    assert.equal(plainText("&amp;&#34;&#x2F;&sol;&colon;&unknown;&#99999999;"), '&"//:&unknown;\ufffd');
    // Without a semicolon, as browsers read attributes.
    assert.equal(plainText("&amp &amp=&lt1&solx&#47x"), "& &amp=&lt1&solx/x");
  });
});

describe("the shapes of foreign addresses", () => {
  const all = everyForeign(target);

  it("are many, and none stands there twice", () => {
    assert.ok(all.length > 180);
    assert.equal(new Set(all.map((shape) => queryText(shape))).size, all.length);
  });

  it("go into a query, a header and a message without breaking it", () => {
    for (const shape of all) {
      assert.doesNotMatch(queryText(shape), /[\s&#"<>\\]/);
      assert.match(readable(shape), /^[\x20-\x7e]*$/);
    }
    assert.ok(!fitsHeader({ value: "/\n/" }) && !fitsHeader({ value: "\u3000" }) && fitsHeader({ value: "/\t/" }));
  });
});
