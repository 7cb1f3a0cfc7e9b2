import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { Helm, kubeVersion } from "../../cli/charts/helm";
import { chartObjects } from "../../cli/charts/objects";
import { Redactor } from "../../cli/engine/redactor";
import { type PreviewReport } from "../../cli/preview/report";
import { fakeHelm, filesIn, preview, reportOf, temporaryFolder } from "./gatehouse";

const chartUrn = (name: string) => `urn:pulumi:test::charts::kubernetes:helm.sh/v4:Chart::${name}`;

describe("a preview of a program with charts", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  let report: PreviewReport;
  let text: string;
  before(async function () {
    this.timeout(60_000);
    const run = await preview("charts", ["--json"], { GATEHOUSE_HELM: fakeHelm });
    report = reportOf(run);
    text = (await preview("charts")).stdout;
  });

  const rendered = () => report.resources.filter(({ chart }) => chart === chartUrn("plain"));

  it("names the objects of a chart as Pulumi's provider does", () => {
    const type = (token: string) => `urn:pulumi:test::charts::kubernetes:helm.sh/v4:Chart$kubernetes:${token}`;
    assert.deepEqual(
      rendered()
        .map(({ urn }) => urn)
        .sort(),
      [
        type("apiextensions.k8s.io/v1:CustomResourceDefinition::plain:shops.example.com"),
        type("apps/v1:Deployment::plain:elsewhere/shop"),
        type("core/v1:ConfigMap::plain:shop/called"),
        type("core/v1:Secret::plain:shop/shop"),
        type("example.com/v1:Shop::plain:shop/corner"),
        type("rbac.authorization.k8s.io/v1:ClusterRole::plain:shop"),
      ],
    );
  });

  it("lets an object of a new kind depend on its definition", () => {
    const shop = rendered().find(({ name }) => name === "plain:shop/corner");
    assert.deepEqual(shop?.dependencies, [
      "urn:pulumi:test::charts::kubernetes:helm.sh/v4:Chart$kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition::plain:shops.example.com",
    ]);
  });

  it("runs the program's transforms on them", () => {
    const deployment = rendered().find(({ name }) => name === "plain:elsewhere/shop");
    assert.deepEqual(deployment?.ignoreChanges, ["spec.replicas"]);
  });

  it("runs the policies on them", () => {
    assert.equal(report.exitCode, 1);
    const [finding] = report.findings;
    assert.equal(finding?.rule, "forbid-latest");
    assert.deepEqual(finding?.subject, {
      urn: "urn:pulumi:test::charts::kubernetes:helm.sh/v4:Chart$kubernetes:apps/v1:Deployment::plain:elsewhere/shop",
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: "elsewhere",
      name: "shop",
    });
  });

  it("leaves the data of a chart's Secret out and says which chart makes it", () => {
    assert.deepEqual(report.generated, [
      {
        apiVersion: "v1",
        kind: "Secret",
        namespace: "shop",
        name: "shop",
        path: "data.password",
        why: "secret",
        from: [chartUrn("plain")],
      },
    ]);
    assert.doesNotMatch(JSON.stringify(report), /hunter2|Y2hhcnQt/);
  });

  it("names what it could not render, with the reason", () => {
    assert.deepEqual(
      report.unrendered.map(({ name, reason }) => `${name}: ${reason}`),
      [
        'refused: helm refused it: chart "refused" not found',
        "secret: its values.token is a secret, which would stand in the rendered objects in clear",
        "unknown: its values.pet is known after pulumi up only",
        "group: only its provider can make what is in a kubernetes:yaml/v2:ConfigGroup",
      ],
    );
    assert.deepEqual(report.totals.charts, { rendered: 1, unrendered: 4, objects: 6 });
  });

  it("does not fail without helm, and says so", () => {
    assert.match(text, /plain {2}kubernetes:helm\.sh\/v4:Chart +not rendered\n/);
    assert.match(text, /Chart plain 1\.2\.3, Chart refused 1\.2\.3\n {4}helm is not on PATH\n/);
    assert.match(text, /0 of 5 charts, /);
  });

  it("says which chart the folder of --charts lacks", async () => {
    const charts = folder.path("charts");
    mkdirSync(`${charts}/shop`, { recursive: true });
    writeFileSync(`${charts}/shop/Chart.yaml`, "version: 1.2.4");
    const run = await preview("charts", ["--charts", charts, "--json"], { GATEHOUSE_HELM: fakeHelm });
    const reasons = new Map(reportOf(run).unrendered.map(({ name, reason }) => [name, reason]));
    assert.equal(reasons.get("refused"), "the folder of --charts has neither refused/ nor refused-1.2.3.tgz");
    assert.equal(reasons.get("plain"), "shop/ in the folder of --charts is version 1.2.4, the program asks for 1.2.3");
  });
});

describe("a chart", () => {
  const request = {
    chart: "shop",
    version: "1.2.3",
    repository: "https://charts.example.com",
    releaseName: "corner",
    namespace: "shop",
    values: { replicas: 3 },
    skipCrds: false,
    skipAwait: true,
    prefix: "p",
    devel: false,
    dependencyUpdate: false,
  };
  const render = async (changes: Partial<typeof request> = {}) => {
    const helm = new Helm({ program: fakeHelm, directory: ".", redactor: new Redactor() });
    const asked = { ...request, ...changes };
    const rendered = await helm.template(asked, {
      chart: asked.chart,
      version: asked.version,
      repository: asked.repository,
    });
    assert.ok("manifests" in rendered);
    return new Map(chartObjects(rendered.manifests, asked).map((object) => [object.name, object]));
  };

  it("is rendered with the release's name, namespace, source and Kubernetes version, and without hooks", async () => {
    const called = (await render()).get("p:shop/called")?.object.data as Record<string, unknown>;
    assert.equal(
      called.arguments,
      "template corner shop --version 1.2.3 --repo https://charts.example.com --namespace shop " +
        `--kube-version ${kubeVersion} --values - --no-hooks --include-crds`,
    );
    const other = (await render({ skipCrds: true, devel: true })).get("p:shop/called")?.object.data;
    assert.match(JSON.stringify(other), /--no-hooks --skip-crds --devel"/);
  });

  it("gets its values, and its YAML is read as Kubernetes reads it", async () => {
    const objects = await render();
    const data = objects.get("p:shop/called")?.object.data as Record<string, unknown>;
    assert.deepEqual(data, {
      arguments: data.arguments,
      octal: "0644",
      mode: 0o644,
      enabled: true,
      since: "2026-01-01",
    });
    assert.equal((objects.get("p:elsewhere/shop")?.object.spec as Record<string, unknown>).replicas, 3);
  });

  it("keeps what helm would keep, and asks Pulumi not to wait when the program does", async () => {
    const role = (await render()).get("p:shop");
    assert.equal(role?.retain, true);
    assert.deepEqual((role?.object.metadata as Record<string, unknown>).annotations, {
      "helm.sh/resource-policy": "keep",
      "pulumi.com/skipAwait": "true",
    });
  });
});

describe("helm", function () {
  it("renders a chart from a folder, when it is on PATH", async function () {
    const helm = process.env.GATEHOUSE_HELM ?? "helm";
    if (spawnSync(helm, ["version"]).status !== 0) {
      console.log("      left out: helm is not on PATH");
      this.skip();
    }
    const folder = temporaryFolder();
    try {
      const chart = folder.path("charts", "shop");
      mkdirSync(`${chart}/templates`, { recursive: true });
      mkdirSync(`${chart}/crds`);
      writeFileSync(`${chart}/Chart.yaml`, "apiVersion: v2\nname: shop\nversion: 1.2.3\n");
      writeFileSync(
        `${chart}/templates/all.yaml`,
        [
          "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:",
          '  replicas: "{{ .Values.replicas }}"\n  kubernetes: "{{ .Capabilities.KubeVersion.Version }}"',
          "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook",
          "  annotations: { helm.sh/hook: post-install }\n",
        ].join("\n"),
      );
      writeFileSync(
        `${chart}/crds/shop.yaml`,
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: shops.example.com\nspec: {}\n",
      );
      const out = folder.path("out");
      const run = await preview("charts", ["--charts", folder.path("charts"), "--out", out], { GATEHOUSE_HELM: helm });
      assert.equal(run.code, 0, run.stderr);
      const files = filesIn(out);
      assert.deepEqual(
        [...files.keys()].filter((name) => name.split("/").length === 3),
        [
          "1-definitions/cluster/customresourcedefinition-shops.example.com.yaml",
          "1-definitions/cluster/namespace-shop.yaml",
          "4-gate/shop/configmap-plain.yaml",
        ],
      );
      assert.deepEqual((parse(files.get("4-gate/shop/configmap-plain.yaml") ?? "") as { data: unknown }).data, {
        kubernetes: `v${kubeVersion}`,
        replicas: "2",
      });
    } finally {
      folder.remove();
    }
  });
});
