import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { formatPreviewMarkdown } from "../../cli/formats/previewMarkdown";
import { type Finding } from "../../cli/finding";
import { type PreviewReport } from "../../cli/preview/report";
import { errorOf, preview, reportOf, type Run, temporaryFolder } from "./gatehouse";

interface Sarif {
  runs: {
    tool: { driver: { rules: { id: string; helpUri?: string; properties: Record<string, unknown> }[] } };
    results: {
      ruleId: string;
      ruleIndex: number;
      level: string;
      message: { text: string };
      locations: { physicalLocation: { artifactLocation: unknown } }[];
      partialFingerprints: { primaryLocationLineHash: string };
    }[];
  }[];
}

describe("the files that a preview writes", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  let run: Run;
  let markdown: string;
  let sarif: Sarif["runs"][0];
  before(async () => {
    const [sarifFile, markdownFile] = [folder.path("a.sarif"), folder.path("a.md")];
    run = await preview("violations", ["--json", "--sarif", sarifFile, "--markdown", markdownFile]);
    markdown = readFileSync(markdownFile, "utf8");
    sarif = (JSON.parse(readFileSync(sarifFile, "utf8")) as Sarif).runs[0] ?? assert.fail();
  });

  it("are there although a mandatory policy is violated, and change nothing of what is printed", () => {
    assert.equal(run.code, 1);
    assert.equal(reportOf(run).totals.findings.mandatory, 1);
  });

  it("show every violation at the stack's settings, and nothing that could not be checked", () => {
    const levels = sarif.results.map(({ ruleId, level }) => `${ruleId} ${level}`);
    assert.deepEqual(levels, [
      "forbid-latest error",
      ...Array<string>(4).fill("require-team warning"),
      "limit-namespaces warning",
    ]);
    for (const { locations } of sarif.results) {
      assert.deepEqual(locations[0]?.physicalLocation.artifactLocation, {
        uri: "Pulumi.test.yaml",
        uriBaseId: "%SRCROOT%",
      });
    }
    assert.equal(sarif.results[0]?.message.text, "Deployment a/shop: shop runs shop:latest.");
    assert.match(
      sarif.results.at(-1)?.message.text ?? "",
      /^pulumi:pulumi:Stack violations-test: There are 4 namespaces\.$/,
    );
    const hashes = sarif.results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("describe the rules of somebody else's pack by what their findings say", () => {
    const [first] = sarif.tool.driver.rules;
    assert.equal(first?.id, "forbid-latest");
    assert.equal(first.helpUri, "https://example.com/forbid-latest");
    assert.equal(first.properties["security-severity"], "8.0");
    for (const { ruleId, ruleIndex } of sarif.results) assert.equal(sarif.tool.driver.rules[ruleIndex]?.id, ruleId);
  });

  it("say in Markdown what is wrong and how to mend it, the worst first", () => {
    const [title, , counts] = markdown.split("\n");
    assert.equal(title, "### ❌ test: 1 mandatory violation, 5 advisory");
    assert.equal(
      counts,
      "6 objects, 4 rules of fixtures 1.2.3; 1 check left out, because only a real run makes the value.",
    );
    assert.ok(
      markdown.includes(
        "| mandatory, high | [forbid-latest](<https://example.com/forbid-latest>) | Deployment a/shop | " +
          "shop runs shop:latest. **Mend:** Name a version. |",
      ),
      markdown,
    );
  });

  it("are refused before anything runs where they can't be written", async () => {
    mkdirSync(folder.path("there"));
    const refused = await preview("clean", [
      "--json",
      "--sarif",
      folder.path("there"),
      "--markdown",
      folder.path("no", "a.md"),
    ]);
    assert.equal(refused.code, 2);
    assert.deepEqual(
      errorOf(refused).problems.map(({ key, mend }) => [key, mend]),
      [
        ["--sarif", "name a file"],
        ["--markdown", "make the folder, or name a file in another one"],
      ],
    );
  });
});

describe("a preview's Markdown", () => {
  const finding = (message: string): Finding => ({
    outcome: "violation",
    level: "advisory",
    severity: "low",
    rule: "require-team",
    subject: { kind: "Namespace", name: "a" },
    message,
  });
  const report = (changes: Partial<PreviewReport>): PreviewReport => ({
    format: "gatehouse.preview/v1",
    project: "shop",
    stack: "prod",
    exitCode: 0,
    totals: {
      resources: 1,
      components: 0,
      objects: 1,
      charts: { rendered: 0, unrendered: 0, objects: 0 },
      findings: { mandatory: 0, advisory: 0, unchecked: 0 },
      generated: 0,
    },
    resources: [],
    unrendered: [],
    policy: { pack: "pack", version: "1.0.0", policies: 2 },
    findings: [],
    changes: null,
    generated: [],
    outputs: {},
    written: null,
    notes: [],
    ...changes,
  });

  it("is short where nothing is wrong", () => {
    assert.equal(
      formatPreviewMarkdown(report({})),
      "### ✅ prod: 0 mandatory violations, 0 advisory\n\n1 object, 2 rules of pack 1.0.0.\n",
    );
  });

  it("shows what a pull request says as text: no markup, no image, nobody mentioned", () => {
    const hostile = '<img src="https://example.com/x"> @everyone #1 ![a](b) `c`\n\n# d | e';
    const markdown = formatPreviewMarkdown(report({ findings: [finding(hostile)] }));
    assert.ok(
      markdown.includes(
        '| \\<img src="https://example.com/x"\\> &#64;everyone &#35;1 !\\[a\\](b) \\`c\\` &#35; d \\| e |\n',
      ),
      markdown,
    );
  });

  it("says what was not rendered, because it was not checked either", () => {
    const closed = { urn: "u", type: "t", name: "istiod", reason: "helm is not there" };
    assert.match(
      formatPreviewMarkdown(report({ unrendered: [closed] })),
      /\n- ⚠️ not rendered, so not checked: istiod \(helm is not there\)\n/,
    );
  });

  it("lists what changes against an earlier output, and where", () => {
    const id = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace: "auth", name });
    const changes = {
      against: "somewhere",
      added: [id("a")],
      removed: [id("b")],
      changed: [{ object: id("c"), paths: ["data.x", "data.y"] }],
      unchanged: 7,
    };
    const markdown = formatPreviewMarkdown(report({ changes }));
    assert.ok(
      markdown.endsWith(
        [
          "<details><summary>1 added, 1 removed, 1 changed, 7 unchanged</summary>",
          "",
          "- added ConfigMap auth/a",
          "- removed ConfigMap auth/b",
          "- changed ConfigMap auth/c: data.x, data.y",
          "",
          "</details>",
          "",
        ].join("\n"),
      ),
      markdown,
    );
    const same = { ...changes, added: [], removed: [], changed: [] };
    assert.ok(formatPreviewMarkdown(report({ changes: same })).endsWith("No object changes (7).\n"));
  });

  it("fits into a comment for three stacks, and says that there is more", () => {
    const findings = Array.from({ length: 500 }, (_, index) => finding(`${index} ${"x".repeat(5000)}`));
    const markdown = formatPreviewMarkdown(report({ findings }));
    assert.ok(markdown.length < 65_536 / 3, String(markdown.length));
    assert.match(markdown, /… and 460 more: `npm run preview -- <stack>` shows all\./);
  });
});
