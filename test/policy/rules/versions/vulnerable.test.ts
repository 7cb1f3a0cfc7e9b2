import assert from "node:assert/strict";
import { forbidVulnerableVersions as rule } from "../../../../policy/rules/versions/forbid-vulnerable-versions";
import { changed, messages } from "../../support";
import { container, deployment } from "../pods/fixtures";

const digest = `sha256:${"0".repeat(64)}`;
const withImage = (image: string, more: Readonly<Record<string, unknown>> = {}) =>
  changed(deployment, { [`${container}.image`]: image, ...more });
const unknown = (image: string, component: string) =>
  `${container}.image is "${image}", and nobody can tell which version of ${component} that is. ` +
  "Write a whole version as its tag, also beside a digest.";

describe("forbid-vulnerable-versions", () => {
  for (const image of [
    "docker.io/istio/pilot:1.31.1",
    "docker.io/istio/proxyv2:1.30.4-distroless",
    "docker.io/istio/install-cni:1.29.7",
    "ghcr.io/dexidp/dex:v2.45.1-distroless",
    "ghcr.io/dexidp/dex:v2.36.0",
    "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5",
    "quay.io/oauth2-proxy/oauth2-proxy:v8.0.0",
    "quay.io/jetstack/cert-manager-controller:v1.21.2",
    "quay.io/jetstack/cert-manager-webhook:v1.19.6",
    "ghcr.io/kubeflow/kfp-frontend:2.17.0",
    `quay.io/oauth2-proxy/oauth2-proxy:v7.15.5@${digest}`,
    // No component of the table.
    "registry.example.com/pilot-training:latest",
    "gcr.io/ml-pipeline/mysql:8.0.26",
    "ghcr.io/kubeflow/kubeflow/central-dashboard:v1.8.0",
  ]) {
    it(`lets ${image.replace(digest, "a digest")} pass`, () => {
      assert.deepEqual(messages(rule, withImage(image)), []);
    });
  }

  for (const [image, what, holes, mend] of [
    [
      "ghcr.io/dexidp/dex:v2.37.0",
      "Dex 2.37.0",
      "GHSA-gr79-9v6v-gc9r: TLS 1.0 and 1.1 are served whatever the settings say",
      "2.38.0",
    ],
    [
      "ghcr.io/dexidp/dex:v2.35.0-rc.1",
      "Dex 2.35.0 before its release",
      "GHSA-vh7g-p26c-j2cw: an intercepted authorization code gives somebody else's ID token",
      "2.35.0",
    ],
    [
      "quay.io/oauth2-proxy/oauth2-proxy:v7.15.4",
      "oauth2-proxy 7.15.4",
      "CVE-2026-76835: every client is a trusted proxy unless trusted_proxy_ips says otherwise",
      "7.15.5",
    ],
    [
      "quay.io/jetstack/cert-manager-controller:v1.20.2",
      "cert-manager 1.20.2",
      "CVE-2026-62290: tenants spend the cluster's DNS credentials with challenges of their own",
      "1.20.3",
    ],
    [
      "quay.io/jetstack/cert-manager-acmesolver:v1.18.9",
      "cert-manager 1.18.9",
      "CVE-2026-62290: tenants spend the cluster's DNS credentials with challenges of their own",
      "1.19.6",
    ],
    [
      "ghcr.io/kubeflow/kfp-api-server:2.16.1",
      "Kubeflow Pipelines 2.16.1",
      "CVE-2026-54745: anybody makes the user interface send requests inside of the cluster",
      "2.17.0",
    ],
    [
      "docker.io/istio/pilot:1.30.3",
      "Istio 1.30.3",
      "ISTIO-SECURITY-2026-006: policies are bypassed by path parameters and bytes outside of UTF-8 " +
        "(CVE-2026-73511, -73552, -73553)",
      "1.30.4",
    ],
  ] as const) {
    it(`rejects ${image}`, () => {
      assert.deepEqual(messages(rule, withImage(image)), [
        `${container}.image is ${what} (${holes}). Run ${mend} or newer.`,
      ]);
    });
  }

  it("names every hole of an old version, and one version without any", () => {
    const [message = ""] = messages(rule, withImage("docker.io/istio/proxyv2:1.26.0"));
    assert.equal(message.match(/CVE-2026-31837|CVE-2026-39350|ISTIO-SECURITY-2026-005/g)?.length, 3);
    assert.match(message, /\)\. Run 1\.29\.7 or newer\.$/);
  });

  it("doesn't say that a version has a hole which came later", () => {
    const [message = ""] = messages(rule, withImage("docker.io/istio/proxyv2:1.24.6"));
    assert.doesNotMatch(message, /CVE-2026-39350/);
  });

  for (const [image, component] of [
    ["mirror.example.com:5000/docker/istio/pilot:1.20.0", "Istio"],
    ["mirror.example.com/istio-pilot:1.20.0", "Istio"],
    ["registry.example.com/proxyv2:1.20.0", "Istio"],
    ["bitnami/oauth2-proxy:7.4.0-debian-11-r1", "oauth2-proxy"],
    ["mirror.example.com/dexidp-dex:v2.20.0", "Dex"],
    ["mirror.example.com/jetstack-cert-manager-webhook:v1.10.0", "cert-manager"],
    ["gcr.io/ml-pipeline/frontend:2.0.5", "Kubeflow Pipelines"],
  ] as const) {
    it(`knows ${component} in ${image}`, () => {
      const [message = "", ...rest] = messages(rule, withImage(image));
      assert.deepEqual(rest, []);
      assert.ok(message.startsWith(`${container}.image is ${component} `), message);
    });
  }

  for (const [image, component] of [
    ["docker.io/istio/pilot:latest", "Istio"],
    ["docker.io/istio/pilot:1.31", "Istio"],
    ["docker.io/istio/pilot", "Istio"],
    ["ghcr.io/dexidp/dex:master", "Dex"],
    ["quay.io/oauth2-proxy/oauth2-proxy:$(VERSION)", "oauth2-proxy"],
  ] as const) {
    it(`rejects ${image}, whose version nobody can tell`, () => {
      assert.deepEqual(messages(rule, withImage(image)), [unknown(image, component)]);
    });
  }

  describe("beside a digest alone", () => {
    const image = `ghcr.io/dexidp/dex@${digest}`;
    const label = (version: string) => ({
      "spec.template.metadata.labels": { "app.kubernetes.io/version": version },
    });

    it("reads the version from the label that charts write", () => {
      assert.deepEqual(messages(rule, withImage(image, label("2.45.1"))), []);
      assert.match(messages(rule, withImage(image, label("2.20.0")))[0] ?? "", /is Dex 2\.20\.0 \(/);
    });

    it("rejects it without one", () => {
      assert.deepEqual(messages(rule, withImage(image)), [unknown(image, "Dex")]);
    });

    it("doesn't believe the label against a tag", () => {
      const found = messages(rule, withImage("ghcr.io/dexidp/dex:latest", label("2.45.1")));
      assert.deepEqual(found, [unknown("ghcr.io/dexidp/dex:latest", "Dex")]);
    });
  });

  describe("where something else than a pod names the version", () => {
    const source = (chart: string, targetRevision: string | undefined, helm: object = {}) => ({
      repoURL: "https://charts.example.com",
      chart,
      targetRevision,
      helm,
    });
    const argo = (spec: object) => ({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", spec });
    const flux = (chart: string, version: string, values: object = {}, name = "charts") => ({
      apiVersion: "helm.toolkit.fluxcd.io/v2",
      kind: "HelmRelease",
      spec: { chart: { spec: { chart, version, sourceRef: { name } } }, values },
    });
    const oci = (ref: object) => ({
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "OCIRepository",
      spec: { url: "oci://registry.example.com/charts/cert-manager", ref },
    });
    const dex = (tag: unknown) =>
      flux("platform", "1.0.0", { login: { image: { repository: "mirror/dexidp-dex", tag } } });
    const istio = { global: { hub: "docker.io/istio", tag: "1.20.0" } };

    for (const [sentence, manifest, said] of [
      ["an Application", argo({ source: source("istiod", "1.20.0") }), "spec.source.targetRevision is Istio 1.20.0 ("],
      [
        "one of its sources",
        argo({ sources: [source("dex", "0.10.0")] }),
        "spec.sources[0].targetRevision is Dex 2.33.0 (",
      ],
      [
        "its parameters",
        argo({ source: source("dex", "0.24.0", { parameters: [{ name: "image.tag", value: "v2.30.0" }] }) }),
        "spec.source.helm.parameters.image.tag is Dex 2.30.0 (",
      ],
      [
        "a range",
        argo({ source: source("cert-manager", "1.*") }),
        'spec.source.targetRevision is "1.*", and nobody can',
      ],
      ["no version", argo({ source: source("istiod", undefined) }), "spec.source.targetRevision is absent, and nobody"],
      ["a HelmRelease", flux("cert-manager", "v1.12.0"), "spec.chart.spec.version is cert-manager 1.12.0 ("],
      ["oauth2-proxy's chart", flux("oauth2-proxy", "7.10.2"), "spec.chart.spec.version is oauth2-proxy 7.8.1 ("],
      [
        "a chart older than the table",
        flux("oauth2-proxy", "6.0.0"),
        "spec.chart.spec.version is oauth2-proxy 7.8.1 (",
      ],
      [
        "somebody else's chart",
        flux("dex", "0.24.0", {}, "bitnami"),
        'spec.chart.spec.version is "0.24.0", and nobody',
      ],
      ["a repository's tag in values", dex("v2.30.0"), "spec.values.login.image.tag is Dex 2.30.0 ("],
      ["a tag that moves", dex("latest"), 'spec.values.login.image.tag is "latest", and nobody can tell'],
      [
        "an image in values",
        flux("platform", "1.0.0", { image: "quay.io/oauth2-proxy/oauth2-proxy:v7.5.1" }),
        "spec.values.image is oauth2-proxy 7.5.1 (",
      ],
      [
        "Istio's values in another chart's",
        flux("platform", "1.0.0", istio),
        "spec.values.global.tag is Istio 1.20.0 (",
      ],
      [
        "values in a ConfigMap",
        { apiVersion: "v1", kind: "ConfigMap", data: { values: JSON.stringify(istio) } },
        "data.values: global.tag is Istio 1.20.0 (",
      ],
      ["an OCIRepository", oci({ tag: "v1.12.0" }), "spec.ref.tag is cert-manager 1.12.0 ("],
      ["an OCIRepository's range", oci({ semver: ">=1.0.0" }), "spec.ref.tag is absent, and nobody can tell"],
      [
        "an operator",
        { apiVersion: "sailoperator.io/v1", kind: "Istio", spec: { version: "v1.24-latest" } },
        'spec.version is "v1.24-latest", and nobody can tell which version of Istio',
      ],
    ] as const) {
      it(`rejects ${sentence}`, () => {
        const [message = "", ...rest] = messages(rule, manifest);
        assert.deepEqual(rest, []);
        assert.ok(message.startsWith(said), message);
      });
    }

    for (const [sentence, manifest] of [
      [
        "a folder of Git, whose revision is no version",
        argo({ source: { path: "common/dex", targetRevision: "main" } }),
      ],
      ["an old chart with a new program", flux("oauth2-proxy", "7.10.2", { image: { tag: "v7.15.5" } })],
      ["a chart newer than the table", flux("dex", "1.0.0", {}, "dexidp")],
      [
        "what Istio's chart writes down for people",
        { apiVersion: "v1", kind: "ConfigMap", data: { "merged-values": JSON.stringify(istio) } },
      ],
      ["an image of another program", flux("platform", "1.0.0", { image: { repository: "alpine", tag: "latest" } })],
    ] as const) {
      it(`lets ${sentence} pass`, () => assert.deepEqual(messages(rule, manifest), []));
    }
  });

  describe("in a chart that Helm renders", () => {
    const release = (chart: string, version?: string, repo = "https://charts.example.com") => ({
      apiVersion: "helm.sh/v3",
      kind: "Release",
      chart,
      repositoryOpts: { repo },
      ...(version !== undefined && { version }),
    });
    const istio = "https://istio-release.storage.googleapis.com/charts";
    const certManager =
      "version is cert-manager 1.20.2 (CVE-2026-62290: tenants spend the cluster's DNS credentials with challenges of " +
      "their own). Run 1.20.3 or newer.";

    for (const manifest of [
      release("istiod", "1.31.1"),
      release("gateway", "1.31.1", istio),
      release("cert-manager", "v1.21.2"),
      release("gateway", "1.20.0"),
      release("dex", "0.24.0"),
      { ...release("cert-manager", "v1.20.2"), kind: "Chart" },
    ]) {
      it(`lets ${manifest.kind} ${manifest.chart} ${manifest.version} of ${manifest.repositoryOpts.repo} pass`, () => {
        assert.deepEqual(messages(rule, manifest), []);
      });
    }

    for (const chart of ["cert-manager", "oci://quay.io/jetstack/charts/cert-manager"]) {
      it(`rejects ${chart} v1.20.2`, () => {
        assert.deepEqual(messages(rule, release(chart, "v1.20.2")), [certManager]);
      });
    }

    it("knows Istio's other charts by their repository", () => {
      const [message = ""] = messages(rule, release("gateway", "1.20.0", istio));
      assert.ok(message.startsWith("version is Istio 1.20.0 ("), message);
    });

    it("rejects a chart without a version, which is another one tomorrow", () => {
      assert.deepEqual(messages(rule, release("istiod")), [
        "version is absent, and nobody can tell which version of Istio that is. Write a whole version of the " +
          "chart, or of the program into image.tag.",
      ]);
    });
  });
});
