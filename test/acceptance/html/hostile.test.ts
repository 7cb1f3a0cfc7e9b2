import assert from "node:assert/strict";
import { destinationsIn } from "../../../acceptance/checks/redirects/destinations";
import { tagsIn } from "../../../acceptance/html/tags";
import { mostBytes } from "../../../acceptance/http/collected";
import { readForm } from "../../../acceptance/signIn/form";
import { showsToken } from "../../../acceptance/signIn/leaks";
import { withoutTokens } from "../../../acceptance/withoutTokens";

/** What a server may repeat to keep its reader busy. */
const pieces = [
  "eyJ",
  "eyJ.",
  "-eyJabcdefgh",
  "eyJabcdefgh.abcdefgh",
  "%2e",
  "<a",
  "<a ",
  "<a x='",
  "<form>",
  "<form ",
  "<input ",
  "<input value=",
  "a=b ",
  "<!--",
  "<!-- -->",
  "<script>",
  "<script>'a:",
  "</script",
  " ",
  "= ",
  '"',
  "&",
  "&#",
  "&amp",
  "__Secure-",
  "Bearer ",
  'href="/dex/auth/local',
];

describe("a page that a hostile server wrote", () => {
  for (const piece of pieces) {
    it(`is read in no time, full of ${JSON.stringify(piece)}`, () => {
      const url = new URL("https://example.com/");
      for (const begin of ["", '<form><input type=hidden name="', "<script>"]) {
        const body = begin + piece.repeat(Math.floor(mostBytes / 2 / piece.length));
        const started = process.cpuUsage();
        const answer = { status: 200, headers: [], body, certificate: undefined };
        readForm(body, url);
        tagsIn(body);
        showsToken(answer);
        destinationsIn(answer);
        withoutTokens(body);
        // A scan that begins anew at each piece takes far longer. Not the time on the clock: the machine may be busy.
        const took = process.cpuUsage(started).user / 1000;
        assert.ok(took < 4_000, `${Math.round(took)} ms`);
      }
    });
  }

  it("has character references that nobody can read, and stays a page", () => {
    const form = readForm(
      '<form action="/a"><input name="b" value="&#99999999;&#xffffffffff;">',
      new URL("https://example.com/"),
    );
    assert.deepEqual(form?.fields, { b: "\ufffd\ufffd" });
  });
});
