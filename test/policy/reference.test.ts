import assert from "node:assert/strict";
import { exemptionRules } from "../../policy/exemptionRules";
import { chapters, rules, stackRules } from "../../policy/pack";
import { plainInMarkdown } from "../../policy/markdown";
import { policiesReference } from "../../policy/reference";
import { type RuleFacts } from "../../policy/rule";
import { subjectsOf, subjectsOfChapters, subjectsOfRules } from "../../policy/subjects";

const all: readonly RuleFacts[] = [...rules, ...stackRules, ...exemptionRules];

describe("the pack's reference", () => {
  const page = policiesReference();
  const sectionOf = (name: string) =>
    new RegExp(`\n### ${name}\n\n([^]*?)(?=\n##|$)`).exec(page)?.[1] ?? assert.fail(`${name} has no section`);

  it("has a row in a table and a section for each rule, those about exemptions too", () => {
    const rows = [...page.matchAll(/^\| \[`([a-z0-9-]+)`\]\(#\1\) \|/gm)].map(([, name]) => name);
    const sections = [...page.matchAll(/^### ([a-z0-9-]+)$/gm)].map(([, name]) => name);
    assert.deepEqual(sections, rows);
    assert.deepEqual([...rows].sort(), all.map(({ name }) => name).sort());
    assert.ok(page.includes(`has ${all.length} rules.`));
  });

  it("says of each rule why, what to do, its levels, its framework entry and its sources", () => {
    for (const { name, title, why, mend, severity, framework, references, inDev } of all) {
      const section = sectionOf(name);
      for (const text of [title, why, mend, framework.specification].map(plainInMarkdown))
        assert.ok(section.includes(text), name);
      assert.match(section, new RegExp(`\\*\\*Severity\\*\\* ${severity}, \\*\\*level\\*\\* (mandatory|advisory)`));
      assert.equal(/, in dev advisory$/m.test(section), inDev === "advisory", name);
      for (const { url } of references) assert.ok(section.includes(`](<${url}>)`), `${name}: ${url}`);
    }
  });

  it("says what each rule looks at", () => {
    for (const { name } of all) assert.match(sectionOf(name), /^- \*\*Looks at\*\* [a-z' ]+: \S.*\.$/m, name);
  });

  it("describes the settings of a rule that has some, with their defaults", () => {
    assert.match(
      sectionOf("limit-gateways"),
      /- \*\*Settings:\*\*\n {2}- `gatewayNamespace`: .* Without it `ingress`\./,
    );
    assert.doesNotMatch(sectionOf("forbid-skip-verify"), /\*\*Settings/);
  });

  it("escapes what Markdown would take for its own", () => {
    assert.equal(
      plainInMarkdown('email_domains = ["*"] | <name>, _x'),
      'email_domains = \\["\\*"\\] \\| \\<name\\>, \\_x',
    );
  });
});

describe("what rules look at", () => {
  it("is said for every chapter, and for no rule that there isn't", () => {
    assert.deepEqual(
      Object.keys(subjectsOfChapters),
      chapters.map(({ title }) => title),
    );
    const names = all.map(({ name }) => name);
    assert.deepEqual(
      Object.keys(subjectsOfRules).filter((name) => !names.includes(name)),
      [],
    );
  });

  it("is the chapter's where nothing else is said of a rule", () => {
    assert.equal(subjectsOf("require-pkce", "oauth2-proxy"), subjectsOfChapters["oauth2-proxy"]);
    assert.equal(subjectsOf("limit-exposed-services", "Network and ways in"), "Services.");
    assert.equal(subjectsOf("require-something", "No chapter"), undefined);
  });
});
