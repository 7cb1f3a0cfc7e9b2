import assert from "node:assert/strict";
import { preview, reportOf, type Run } from "./gatehouse";
import { type PreviewReport } from "../../cli/preview/report";

describe("the report of a preview", () => {
  let clean: Run;
  let report: PreviewReport;
  before(async () => {
    clean = await preview("clean");
    report = reportOf(await preview("violations", ["--json"]));
  });

  it("prints the resources by component, with counts", () => {
    assert.deepEqual(clean.stdout.split("\n").slice(0, 7), [
      "clean-test  pulumi:pulumi:Stack                                                                    5",
      "│  ClusterRole  shop:reader",
      "└─ shop  fixture:index:Shop                                                                        4",
      "      Deployment  shop",
      "      Namespace  shop",
      "      RandomPassword  shop-password",
      "      Secret  shop",
    ]);
  });

  it("has no colours and no line over 100 columns when it goes into a file", () => {
    assert.ok(!clean.stdout.includes("\u001b"));
    for (const line of clean.stdout.split("\n")) {
      assert.ok(line.length <= 100, line);
    }
  });

  it("says with --json what each resource is, and which object it stands for", () => {
    assert.equal(report.format, "gatehouse.preview/v1");
    const deployment = report.resources.find(({ type }) => type === "kubernetes:apps/v1:Deployment");
    const urn = (type: string, name: string) => `urn:pulumi:test::violations::${type}::${name}`;
    assert.deepEqual(deployment, {
      urn: urn("kubernetes:apps/v1:Deployment", "shop"),
      type: "kubernetes:apps/v1:Deployment",
      name: "shop",
      custom: true,
      parent: urn("pulumi:pulumi:Stack", "violations-test"),
      dependencies: [urn("kubernetes:core/v1:Namespace", "a")],
      propertyDependencies: {
        apiVersion: [],
        kind: [],
        metadata: [urn("kubernetes:core/v1:Namespace", "a")],
        spec: [],
      },
      protect: false,
      ignoreChanges: [],
      object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "a", name: "shop" },
    });
    assert.deepEqual(report.totals, {
      resources: 8,
      components: 1,
      objects: 6,
      charts: { rendered: 0, unrendered: 0, objects: 0 },
      findings: { mandatory: 1, advisory: 5, unchecked: 1 },
      generated: 1,
    });
  });

  it("says with --json what the policies found, the worst first, those of the whole stack included", () => {
    assert.deepEqual(report.policy, { pack: "fixtures", version: "1.2.3", policies: 4 });
    assert.deepEqual(
      report.findings.map(({ outcome, level, severity, rule }) => [outcome, level, severity, rule]),
      [
        ["violation", "mandatory", "high", "forbid-latest"],
        ...["a", "b", "c", "d"].map(() => ["violation", "advisory", "low", "require-team"]),
        ["violation", "advisory", "unspecified", "limit-namespaces"],
        ["unchecked", "advisory", "unspecified", "read-token"],
      ],
    );
    assert.deepEqual(report.findings[0], {
      outcome: "violation",
      level: "mandatory",
      severity: "high",
      rule: "forbid-latest",
      subject: {
        urn: "urn:pulumi:test::violations::kubernetes:apps/v1:Deployment::shop",
        apiVersion: "apps/v1",
        kind: "Deployment",
        namespace: "a",
        name: "shop",
      },
      message: "shop runs shop:latest.",
      mend: "Name a version.",
      url: "https://example.com/forbid-latest",
    });
    assert.equal(report.findings.at(-1)?.message, "string value at .data.token can't be known during preview");
  });

  it("is one JSON document and nothing else, whatever the program prints", async () => {
    const run = await preview("chatty", ["--json"]);
    assert.deepEqual(reportOf(run).outputs, { answer: { value: 42, secret: false, unknown: false } });
    // A slow machine is told what is waited for.
    const said = run.stderr.replaceAll(/^.* \(\d+ s\)\n/gm, "");
    assert.equal(said, "hello from the program\nand straight to the stream\n");
  });
});
