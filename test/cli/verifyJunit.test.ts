import assert from "node:assert/strict";
import fc from "fast-check";
import { type CheckResult, type Verification } from "../../acceptance/verification";
import { escapeXml, formatJunit } from "../../cli/formats/junit";

interface Element {
  name: string;
  attributes: Record<string, string>;
  content: (Element | string)[];
}

const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** What XML 1.0 allows, section 2.2. */
const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Reads XML as strictly as section 2 has it, for documents without comments, CDATA and namespaces. */
function parse(xml: string): Element {
  assert.match(xml, allowed);
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  assert.ok(xml.startsWith(declaration));
  let rest = xml.slice(declaration.length).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const eat = (pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(rest);
    assert.ok(match?.index === 0, `expected ${String(pattern)} at ${rest.slice(0, 40)}`);
    rest = rest.slice(match[0].length);
    return match;
  };
  const text = (raw: string): string => {
    assert.doesNotMatch(raw, /&(?!(#\d+|amp|lt|gt|quot|apos);)/);
    return raw.replaceAll(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string) =>
      code === undefined ? (entities[name] ?? "") : String.fromCodePoint(Number(code)),
    );
  };
  const element = (): Element => {
    const name = eat(/^<([a-z-]+)/)[1] ?? "";
    const attributes: Record<string, string> = {};
    while (!rest.startsWith(">")) {
      const [, key = "", value = ""] = eat(/^ ([a-z]+)="([^"<]*)"/);
      assert.ok(!(key in attributes));
      // Section 3.3.3: white space that is no reference becomes a space.
      attributes[key] = text(value.replaceAll(/[\t\n\r]/g, " "));
    }
    eat(/^>/);
    const content: (Element | string)[] = [];
    while (!rest.startsWith("</")) {
      content.push(rest.startsWith("<") ? element() : text(eat(/^[^<]+/)[0]));
    }
    eat(new RegExp(`^</${name}>`));
    return { name, attributes, content };
  };
  const root = element();
  assert.equal(rest, "\n");
  return root;
}

const result = (more: Partial<CheckResult>): CheckResult => ({
  area: "tls",
  name: "chain",
  proves: "the chain holds",
  exercises: ["gateway"],
  needs: [],
  outcome: "passed",
  tried: 3,
  wrong: [],
  mend: "Look there.",
  reason: null,
  figures: [],
  files: [],
  seconds: 1.25,
  ...more,
});
const verification = (checks: CheckResult[]): Verification => ({
  format: "gatehouse.verification/v1",
  exitCode: 1,
  target: { gate: "https://kubeflow.example.com/", echo: null, address: null, trust: "--ca", people: [] },
  start: "2026-01-01T00:00:00.000Z",
  duration: 12.5,
  counts: { passed: 1, failed: 1, leftOut: 1, notAskedFor: 0 },
  unmet: [],
  directory: null,
  checks,
});
const children = ({ content }: Element, name: string) =>
  content.filter((child): child is Element => typeof child !== "string" && child.name === name);

/** Halves of pairs too. */
const anyUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

describe("the JUnit report", () => {
  const root = parse(
    formatJunit(
      verification([
        result({ figures: [{ name: "rate", value: 2, unit: "1/s" }], files: ["tls/a.png"] }),
        result({ name: "ciphers", outcome: "failed", wrong: ['RC4 & "co"\n', "<b>"] }),
        result({ area: "paths", name: "case", outcome: "left-out", reason: "no --user", tried: 0, seconds: 0 }),
      ]),
    ),
  );
  const [tls, paths] = children(root, "testsuite");

  it("has a suite for each area and a case for each check, with counts and times", () => {
    assert.deepEqual(root.attributes, {
      name: "gatehouse verify https://kubeflow.example.com/",
      tests: "3",
      failures: "1",
      errors: "0",
      skipped: "1",
      time: "12.500",
      timestamp: "2026-01-01T00:00:00.000Z",
    });
    assert.deepEqual(tls?.attributes, {
      name: "tls",
      tests: "2",
      failures: "1",
      errors: "0",
      skipped: "0",
      time: "2.500",
      timestamp: "2026-01-01T00:00:00.000Z",
    });
    assert.deepEqual(paths?.attributes.skipped, "1");
    assert.deepEqual(
      [tls, paths].flatMap((suite) => (suite ? children(suite, "testcase") : [])).map(({ attributes }) => attributes),
      [
        { classname: "tls", name: "chain", time: "1.250" },
        { classname: "tls", name: "ciphers", time: "1.250" },
        { classname: "paths", name: "case", time: "0.000" },
      ],
    );
  });

  it("says what was wrong and how to mend it, why a check was left out, and what was measured", () => {
    const cases = [tls, paths].flatMap((suite) => (suite ? children(suite, "testcase") : []));
    const [passed, failed, skipped] = cases;
    assert.ok(passed && failed && skipped);
    assert.deepEqual([children(passed, "failure"), children(passed, "skipped")], [[], []]);
    assert.deepEqual(children(passed, "system-out")[0]?.content, [
      "tls/chain: the chain holds\n3 tried\nrate: 2 1/s\nfile: tls/a.png",
    ]);
    assert.deepEqual(children(failed, "failure"), [
      {
        name: "failure",
        attributes: { message: 'RC4 & "co"\n' },
        content: ['RC4 & "co"\n\n<b>\nMend: Look there.'],
      },
    ]);
    assert.deepEqual(children(skipped, "skipped"), [
      { name: "skipped", attributes: { message: "no --user" }, content: [] },
    ]);
  });

  it("carries any text through a parser; only what XML cannot hold is spelled out", () => {
    const spelled = (text: string): string =>
      Array.from(text, (character) =>
        allowed.test(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
      ).join("");
    fc.assert(
      fc.property(fc.string({ unit: anyUnit }), fc.string({ unit: "grapheme" }), (wild, plain) => {
        const texts = [wild, plain, `${wild}\r\n\t${plain}]]>`];
        const document = formatJunit(verification(texts.map((text) => result({ outcome: "failed", wrong: [text] }))));
        const failures = children(parse(document), "testsuite")
          .flatMap((suite) => children(suite, "testcase"))
          .flatMap((testcase) => children(testcase, "failure"));
        assert.deepEqual(
          failures.map(({ attributes, content }) => [attributes.message, content]),
          texts.map((text) => [spelled(text), [`${spelled(text)}\nMend: Look there.`]]),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("spells out control characters and half of a pair", () => {
    assert.equal(escapeXml("\u0000\u001b[31m\ud800\uffff\u{1f600}"), "\\u0000\\u001b[31m\\ud800\\uffff\u{1f600}");
  });
});
