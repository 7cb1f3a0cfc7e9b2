import { strict as assert } from "node:assert";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { type FoundMesh, meshProblems } from "../../../documents/istio/meshProblems";
import { type RequiredMesh } from "../../../documents/istio/requiredMesh";
import { compliantMesh, meshFor } from "../../program/live";
import { changed, production, settingsOf, type Tree } from "../../stacks/fixture";

const required = meshFor(settingsOf(changed(production(), "istio", { type: "existing", namespace: "istio-system" })));
assert(required);
const secret = required.authoritySecret;
const compliant = () => compliantMesh(secret) as unknown as Tree;
const problems = (found: Tree, mesh: RequiredMesh = required) => meshProblems(found as unknown as FoundMesh, mesh);

const isAboutConfig = ({ field }: { field: string }) => field.startsWith("ConfigMap mesh/istio-stable:");

const withMesh = (text: string): Tree => changed(compliant(), "configMap.data.mesh", text);
const meshText = () => compliantMesh(secret).configMap.data.mesh;
const changedMesh = (path: string, value: unknown): Tree =>
  withMesh(stringify(changed(parse(meshText()) as Tree, path, value)));

const provider = "extensionProviders[1].envoyExtAuthzHttp";
const config = "ConfigMap istio-system/istio";
const named = "extensionProviders[oauth2-proxy]";
const http = `${named}.envoyExtAuthzHttp`;

/** A change of the mesh configuration, the field that is named, and how what was found is shown. */
const refusedMesh: [path: string, value: unknown, field: string, found: string, mend: RegExp][] = [
  ["trustDomain", "example.com", "trustDomain", '"example.com"', /^write cluster\.local: /],
  ["trustDomainAliases", ["old.example.com"], "trustDomainAliases", '["old.example.com"]', /^remove them: /],
  ["trust_domain_aliases", ["old"], "trustDomainAliases", '["old"]', /^remove them: /],
  ["rootNamespace", "ingress", "rootNamespace", '"ingress"', /whole mesh/],
  ["rootNamespace", ["istio-system"], "rootNamespace", '["istio-system"]', /whole mesh/],
  ...["BASE", "MERGE_SLASHES", "NONE", 4, undefined, null, "DECODE_AND_MERGE_SLASHES "].map(
    (value): [string, unknown, string, string, RegExp] => [
      "pathNormalization.normalization",
      value,
      "pathNormalization.normalization",
      value === undefined || value === null ? "(not set)" : JSON.stringify(value),
      /^write DECODE_AND_MERGE_SLASHES: .*CVE-2021-31920/,
    ],
  ),
  ["discoverySelectors", [{ matchLabels: { a: "b" } }], "discoverySelectors", '[{"matchLabels":{"a":"b"}}]', /^remove/],
  ["configSources", [{ address: "fs:///etc" }], "configSources", '[{"address":"fs:///etc"}]', /^remove/],
  [
    "defaultConfig.gatewayTopology.numTrustedProxies",
    2,
    "defaultConfig.gatewayTopology",
    '{"numTrustedProxies":2}',
    /^remove it: ingress\.clientAddress/,
  ],
  [
    "defaultConfig.runtimeValues",
    { "envoy.reloadable_features.a": "false" },
    "defaultConfig.runtimeValues",
    '{"envoy.reloadable_features.a":"false"}',
    /^remove/,
  ],
  ...["istiod-canary.istio-system.svc:15012", "istiod.mesh.svc:15012", "istiod.istio-system.svc:15010"].map(
    (address): [string, unknown, string, string, RegExp] => [
      "defaultConfig.discoveryAddress",
      address,
      "defaultConfig.discoveryAddress",
      JSON.stringify(address),
      /^write istiod\.istio-system\.svc:15012: .*another istiod/,
    ],
  ),
  ["defaultConfig.interceptionMode", "NONE", "defaultConfig.interceptionMode", '"NONE"', /^write REDIRECT/],
  [
    "defaultConfig.proxyMetadata",
    { DISABLE_ENVOY: "true" },
    "defaultConfig.proxyMetadata.DISABLE_ENVOY",
    '"true"',
    /^remove it: pods would run without/,
  ],
  ...["defaultServiceExportTo", "defaultVirtualServiceExportTo", "defaultDestinationRuleExportTo"].map(
    (field): [string, unknown, string, string, RegExp] => [
      field,
      ["."],
      field,
      '["."]',
      /^write \["\*"\] or remove it/,
    ],
  ),
  ["ingressSelector", "gatehouse-gateway", "ingressSelector", '"gatehouse-gateway"', /^name another gateway/],
  ["ingressService", "gatehouse-gateway", "ingressService", '"gatehouse-gateway"', /^name another gateway/],
  ["enableAutoMtls", false, "enableAutoMtls", "false", /^write true/],
  ["extensionProviders[1].name", "other", named, "(not set)", /exactly one entry/],
  ["extensionProviders", [], named, "(not set)", /exactly one entry/],
  ["extensionProviders[1].envoyExtAuthzGrpc", { port: 1 }, `${named}.envoyExtAuthzGrpc`, '{"port":1}', /^remove it/],
  [
    `${provider}.service`,
    "oauth2-proxy.auth.svc.cluster.local",
    `${http}.service`,
    '"oauth2-proxy.auth.svc.cluster.local"',
    /^write auth\//,
  ],
  [`${provider}.port`, 80, `${http}.port`, "80", /^write 4180$/],
  [`${provider}.pathPrefix`, undefined, `${http}.pathPrefix`, "(not set)", /^write \/check: /],
  [`${provider}.failOpen`, true, `${http}.failOpen`, "true", /^write false: .*everybody/],
  [`${provider}.fail_open`, true, "data.mesh", "(not set)", /failOpen is there under two names/],
  [`${provider}.statusOnError`, "200", `${http}.statusOnError`, '"200"', /^write 503$/],
  [`${provider}.timeout`, "31s", `${http}.timeout`, '"31s"', /30s at the most/],
  [`${provider}.timeout`, "0s", `${http}.timeout`, '"0s"', /30s at the most/],
  [`${provider}.timeout`, undefined, `${http}.timeout`, "(not set)", /30s at the most/],
  [
    `${provider}.includeRequestHeadersInCheck`,
    ["cookie", "accept"],
    `${http}.includeRequestHeadersInCheck`,
    '["cookie","accept"]',
    /^write \["cookie","authorization","accept"\]$/,
  ],
  [
    `${provider}.includeAdditionalHeadersInCheck`,
    { "x-auth-request-redirect": "https://example.com/" },
    `${http}.includeAdditionalHeadersInCheck`,
    '{"x-auth-request-redirect":"https://example.com/"}',
    /^write \{"x-auth-request-redirect"/,
  ],
  [
    `${provider}.headersToUpstreamOnAllow`,
    ["authorization", "x-auth-request-access-token"],
    `${http}.headersToUpstreamOnAllow`,
    '["authorization","x-auth-request-access-token"]',
    /ID token and nothing else/,
  ],
  [`${provider}.headersToDownstreamOnAllow`, [], `${http}.headersToDownstreamOnAllow`, "[]", /refreshed session/],
  [
    `${provider}.headersToDownstreamOnDeny`,
    ["set-cookie"],
    `${http}.headersToDownstreamOnDeny`,
    '["set-cookie"]',
    /sign-in begins/,
  ],
  [`${provider}.includeHeadersInCheck`, ["cookie"], `${http}.includeHeadersInCheck`, '["cookie"]', /^remove it/],
  [
    `${provider}.includeRequestBodyInCheck`,
    { maxRequestBytes: 1 },
    `${http}.includeRequestBodyInCheck`,
    '{"maxRequestBytes":1}',
    /^remove it/,
  ],
];

const acceptedMesh: [path: string, value: unknown][] = [
  ["trustDomain", undefined],
  ["trustDomainAliases", []],
  ["rootNamespace", "istio-config"],
  ["accessLogFile", "/dev/stdout"],
  ["enablePrometheusMerge", false],
  ["outboundTrafficPolicy", { mode: "REGISTRY_ONLY" }],
  ["defaultServiceExportTo", ["*"]],
  ["ingressSelector", "ingressgateway"],
  ["enableAutoMtls", true],
  ["defaultConfig.gatewayTopology", {}],
  ["defaultConfig.discoveryAddress", "istiod.istio-system.svc.cluster.local:15012"],
  ["defaultConfig", undefined],
  ["defaultConfig.interceptionMode", "TPROXY"],
  ["defaultConfig.proxyMetadata", { DISABLE_ENVOY: "false", ISTIO_META_DNS_CAPTURE: "true" }],
  ["extensionProviders[0]", { name: "opa", envoyExtAuthzGrpc: { service: "opa.opa.svc.cluster.local", port: 9191 } }],
  [`${provider}.failOpen`, undefined],
  [`${provider}.timeout`, "1m0s".replace("1m0s", "30s")],
  [`${provider}.timeout`, "2.5s"],
  [`${provider}.headersToDownstreamOnDeny`, ["cache-control", "set-cookie", "content-type"]],
];

const discovery = "deployment.spec.template.spec.containers[0]";
const istiod = "Deployment istio-system/istiod";
const mounted = `mount the Secret ${secret}`;
const env = (index: number) => `${discovery}.env[${index}]`;
const variable = (name: string, value: string) => ({ name, value });

const refusedIstiod: [path: string, value: unknown, field: string, found: string, mend: RegExp][] = [
  ["deployment", undefined, "container discovery", "(not set)", /istiod's own chart/],
  [`${discovery}.name`, "pilot", "container discovery", "(not set)", /istiod's own chart/],
  ...["1.30.4", "1.31.0", "1.32.0", "2.31.1", "latest"].map((tag): [string, unknown, string, string, RegExp] => [
    `${discovery}.image`,
    `docker.io/istio/pilot:${tag}`,
    "version",
    tag === "latest" ? '"docker.io/istio/pilot:latest"' : `"${tag}"`,
    /^run 1\.31\.1 or a later patch of 1\.31: /,
  ]),
  [env(0), variable("REVISION", "canary"), "env REVISION", '"canary"', /istio\.revision/],
  [
    env(2),
    variable("PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "false"),
    "env PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
    '"false"',
    /any tenant/,
  ],
  [
    env(1),
    variable("POD_NAMESPACE", "mesh"),
    "env POD_NAMESPACE",
    '"mesh"',
    /^write istio-system: .*another namespace/,
  ],
  [
    env(5),
    variable("PILOT_FILTER_GATEWAY_CLUSTER_CONFIG", "false"),
    "env PILOT_FILTER_GATEWAY_CLUSTER_CONFIG",
    '"false"',
    /^write true: .* one can stop it/,
  ],
  [env(5), variable("A", "b"), "env PILOT_FILTER_GATEWAY_CLUSTER_CONFIG", "(not set)", /^write true/],
  [env(2), variable("A", "b"), "env PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "(not set)", /any tenant/],
  [
    env(2),
    { name: "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", valueFrom: { configMapKeyRef: { name: "a", key: "b" } } },
    "env PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
    '"valueFrom"',
    /any tenant/,
  ],
  [
    env(3),
    variable("PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "20m"),
    "env PILOT_JWT_PUB_KEY_REFRESH_INTERVAL",
    '"20m"',
    /^write 1m or less/,
  ],
  [env(3), variable("A", "b"), "env PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "(not set)", /^write 1m or less/],
  [
    env(4),
    variable("BLOCKED_CIDRS_IN_JWKS_URIS", "169.254.0.0/16"),
    "env BLOCKED_CIDRS_IN_JWKS_URIS",
    '"169.254.0.0/16"',
    /CVE-2026-41413/,
  ],
  [
    env(6),
    variable("PILOT_JWT_ENABLE_REMOTE_JWKS", "envoy"),
    "env PILOT_JWT_ENABLE_REMOTE_JWKS",
    '"envoy"',
    /^write false/,
  ],
  ...["ENABLE_DEBUG_ENDPOINT_AUTH", "XDS_AUTH", "PILOT_ENABLE_XDS_IDENTITY_CHECK", "ENABLE_XDS_API_GENERATOR_AUTH"].map(
    (name): [string, unknown, string, string, RegExp] => [
      env(6),
      variable(name, "false"),
      `env ${name}`,
      '"false"',
      /^write true/,
    ],
  ),
  [
    env(6),
    variable("PILOT_SKIP_VALIDATE_TRUST_DOMAIN", "true"),
    "env PILOT_SKIP_VALIDATE_TRUST_DOMAIN",
    '"true"',
    /^write false/,
  ],
  ...["JWKS_RESOLVER_INSECURE_SKIP_VERIFY", "UNSAFE_ENABLE_ADMIN_ENDPOINTS", "XDS_AUTH_PLAINTEXT"].flatMap((name) =>
    ["true", "1", "TRUE"].map((value): [string, unknown, string, string, RegExp] => [
      env(6),
      variable(name, value),
      `env ${name}`,
      JSON.stringify(value),
      /^write false/,
    ]),
  ),
  [
    env(6),
    variable("TRUSTED_GATEWAY_CIDR", "10.0.0.0/8"),
    "env TRUSTED_GATEWAY_CIDR",
    '"10.0.0.0/8"',
    /^remove it: identities/,
  ],
  [env(6), variable("SHARED_MESH_CONFIG", "shared"), "env SHARED_MESH_CONFIG", '"shared"', /second ConfigMap/],
  // The last of a name counts.
  [
    env(6),
    variable("PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "false"),
    "env PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
    '"false"',
    /any tenant/,
  ],
  [`${discovery}.envFrom`, [{ configMapRef: { name: "a" } }], "envFrom", '"envFrom"', /one by one/],
  [`${discovery}.args[4]`, "30m", "--keepaliveMaxServerConnectionAge", '"30m"', /^write 2m or less/],
  [
    `${discovery}.args[5]`,
    "--keepaliveMaxServerConnectionAge=30m",
    "--keepaliveMaxServerConnectionAge",
    '"30m"',
    /^write 2m/,
  ],
  [`${discovery}.args[2]`, "example.org", "--domain", '"example.org"', /^write cluster\.local/],
  [`${discovery}.args[5]`, "--configDir=/etc/config", "--configDir", '"/etc/config"', /^remove it/],
  [`${discovery}.args[5]`, "--namespace=other", "--namespace", '"other"', /^remove it/],
  [`${discovery}.args[5]`, "-nother", "--namespace", '"other"', /^remove it/],
  [
    `${discovery}.args`,
    ["discovery", "-n", "other", "--keepaliveMaxServerConnectionAge=2m"],
    "--namespace",
    '"other"',
    /^remove it/,
  ],
  [`${discovery}.args[5]`, "--meshConfig=/etc/mesh", "--meshConfig", '"/etc/mesh"', /^remove it/],
  [
    "deployment.spec.template.spec.volumes[1].secret.secretName",
    "gatehouse-istiod-ca-0000000000",
    "volume at /cacerts",
    '{"secretName":"gatehouse-istiod-ca-0000000000","defaultMode":420}',
    new RegExp(`^${mounted}`),
  ],
  [
    "deployment.spec.template.spec.volumes[1].secret.optional",
    true,
    "volume at /cacerts",
    JSON.stringify({ secretName: secret, defaultMode: 420, optional: true }),
    new RegExp(`^${mounted}`),
  ],
  [
    "deployment.spec.template.spec.volumes[1]",
    { name: "gatehouse-ca", configMap: { name: "a" } },
    "volume at /cacerts",
    '{"name":"gatehouse-ca","configMap":{"name":"a"}}',
    new RegExp(`^${mounted}`),
  ],
  [`${discovery}.volumeMounts[1].mountPath`, "/etc/ca", "volume at /cacerts", "(not set)", new RegExp(`^${mounted}`)],
  [
    `${discovery}.volumeMounts[1].subPath`,
    "a",
    "volume at /cacerts",
    JSON.stringify({ secretName: secret, defaultMode: 420 }),
    new RegExp(`^${mounted}`),
  ],
  [
    `${discovery}.volumeMounts[2]`,
    { name: "mesh", mountPath: "/etc/istio/config/" },
    "volume at /etc/istio/config",
    '"mesh"',
    /^remove it/,
  ],
];

const acceptedIstiod: [path: string, value: unknown][] = [
  [`${discovery}.image`, "registry.example.com/mirror/istio/pilot:1.31.9@sha256:0123"],
  [`${discovery}.image`, "registry.example.com:5000/istio/pilot:1.31.1"],
  [env(3), variable("PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "30s")],
  [env(4), variable("BLOCKED_CIDRS_IN_JWKS_URIS", "10.0.0.0/8, 127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10")],
  [env(6), variable("PILOT_JWT_ENABLE_REMOTE_JWKS", "istiod")],
  [`${discovery}.args[4]`, "90s"],
  [`${discovery}.args[5]`, "--namespace=istio-system"],
  [env(6), variable("JWKS_RESOLVER_INSECURE_SKIP_VERIFY", "false")],
  [`${discovery}.volumeMounts[1].mountPath`, "/cacerts/"],
];

describe("an existing Istio", () => {
  it("passes as it has to be", () => {
    assert.deepEqual(problems(compliant()), []);
  });

  for (const [path, value, field, found, mend] of refusedMesh) {
    it(`is refused with ${path} ${JSON.stringify(value)}`, () => {
      const all = problems(changedMesh(path, value));
      assert.deepEqual(
        all.map((problem) => [problem.field, problem.found]),
        [[`${config}: ${field}`, found]],
      );
      assert.match(all[0]?.mend ?? "", mend);
    });
  }

  for (const [path, value] of acceptedMesh) {
    it(`passes with ${path} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(problems(changedMesh(path, value)), []);
    });
  }

  for (const [path, value, field, found, mend] of refusedIstiod) {
    it(`is refused with ${path.replace("deployment.spec.template.spec.", "")} ${JSON.stringify(value)}`, () => {
      const all = problems(changed(compliant(), path, value));
      assert.deepEqual(
        all.map((problem) => [problem.field, problem.found]),
        [[`${istiod}: ${field}`, found]],
      );
      assert.match(all[0]?.mend ?? "", mend);
    });
  }

  for (const [path, value] of acceptedIstiod) {
    it(`passes with ${path.replace("deployment.spec.template.spec.", "")} ${JSON.stringify(value)}`, () => {
      assert.deepEqual(problems(changed(compliant(), path, value)), []);
    });
  }

  it("has its version in a label where the image is known by its digest alone", () => {
    const byDigest = changed(compliant(), `${discovery}.image`, "docker.io/istio/pilot@sha256:0123");
    const label = "deployment.spec.template.metadata.labels";
    assert.deepEqual(problems(changed(byDigest, label, { "app.kubernetes.io/version": "1.31.1" })), []);
    assert.deepEqual(
      problems(byDigest).map(({ field }) => field),
      [`${istiod}: version`],
    );
  });

  it("is refused with an injector whose pods the platform's namespaces would refuse", () => {
    const injector = "ConfigMap istio-system/istio-sidecar-injector";
    const both = [`${injector}: pilot.cni.enabled`, `${injector}: global.proxy.seccompProfile.type`];
    const fields = (values: unknown) =>
      problems(changed(compliant(), "injector.data.values", values)).map(({ field }) => field);
    assert.deepEqual(fields("{"), both);
    assert.deepEqual(fields(undefined), both);
    assert.deepEqual(fields('{"pilot":{"cni":{"enabled":true}},"global":{"proxy":{}}}'), both.slice(1));
    assert.deepEqual(
      fields('{"pilot":{"cni":{"enabled":"true"}},"global":{"proxy":{"seccompProfile":{"type":"Localhost"}}}}'),
      both.slice(0, 1),
    );
  });

  it("is refused with an injector that adds sidecars to those alone who ask for them", () => {
    const policy = "ConfigMap istio-system/istio-sidecar-injector: policy";
    for (const [config, found] of [
      ["policy: disabled", '"disabled"'],
      ["policy: true", "true"],
      ["a: [", "(not set)"],
      [undefined, "(not set)"],
    ]) {
      const all = problems(changed(compliant(), "injector.data.config", config));
      assert.deepEqual(
        all.map((problem) => [problem.field, problem.found]),
        [[policy, found]],
      );
      assert.match(all[0]?.mend ?? "", /^write enabled/);
    }
  });

  const webhook = "MutatingWebhookConfiguration istio-sidecar-injector";
  const asked = `${webhook}: webhooks[namespace.sidecar-injector.istio.io]`;
  for (const [path, value, field, found, mend] of [
    ["failurePolicy", "Ignore", "failurePolicy", '"Ignore"', /^write Fail/],
    ["failurePolicy", undefined, "failurePolicy", "(not set)", /^write Fail/],
    [
      "matchConditions",
      [{ name: "a", expression: "object.metadata.name != 'dex'" }],
      "matchConditions",
      '[{"name":"a","expression":"object.metadata.name != \'dex\'"}]',
      /^remove them/,
    ],
    ["rules", [], "rules", "[]", /^have it asked about every new pod/],
    ["rules[0].operations", ["UPDATE"], "rules", undefined, /^have it asked about every new pod/],
    ["rules[0].resources", ["pods/ephemeralcontainers"], "rules", undefined, /^have it asked about every new pod/],
    ["rules[0].scope", "Cluster", "rules", undefined, /^have it asked about every new pod/],
    [
      "clientConfig",
      { url: "https://istiod.example.com/inject" },
      "clientConfig.service",
      '"https://istiod.example.com/inject"',
      /^have istio-system\/istiod asked/,
    ],
    [
      "clientConfig.service",
      { namespace: "istio-system", name: "istiod-canary" },
      "clientConfig.service",
      '{"namespace":"istio-system","name":"istiod-canary"}',
      /^have istio-system\/istiod asked/,
    ],
  ] as const) {
    it(`is refused with a webhook of ${path} ${JSON.stringify(value)}`, () => {
      const all = problems(changed(compliant(), `webhook.webhooks[1].${path}`, value));
      assert.deepEqual(
        all.map((problem) => [problem.field, problem.found]),
        [[`${asked}.${field}`, found ?? all[0]?.found]],
      );
      assert.match(all[0]?.mend ?? "", mend);
    });
  }

  it("may have webhooks that are not asked about the platform's pods, and do as they please", () => {
    assert.deepEqual(problems(changed(compliant(), "webhook.webhooks[0].failurePolicy", "Ignore")), []);
  });

  it("is refused where no webhook is asked about a pod of the platform", () => {
    const all = ["ingress/gatehouse-gateway", "auth/oauth2-proxy", "auth/dex"].map(
      (pod) => `${webhook}: webhooks for ${pod}`,
    );
    const fields = (path: string, value: unknown) =>
      problems(changed(compliant(), path, value)).map(({ field }) => field);
    assert.deepEqual(fields("webhook", undefined), all);
    assert.deepEqual(fields("webhook.webhooks", []), all);
    const labels = "webhook.webhooks[1].namespaceSelector";
    assert.deepEqual(fields(labels, { matchLabels: { "istio-injection": "yes" } }), all);
    assert.deepEqual(fields(labels, { matchExpressions: [{ key: "a", operator: "Like" }] }), all);
    assert.deepEqual(
      fields("webhook.webhooks[1].objectSelector", { matchLabels: { "sidecar.istio.io/inject": "true" } }),
      all.slice(1),
    );
  });

  it("is refused where proxies take the default address of istiod, and it is elsewhere", () => {
    const elsewhere = { ...required, namespace: "mesh", revision: "stable" };
    const { configMap, ...rest } = compliantMesh(secret, "stable", "mesh");
    assert.deepEqual(meshProblems({ configMap, ...rest }, elsewhere).filter(isAboutConfig), []);
    const mesh = stringify(changed(parse(configMap.data.mesh) as Tree, "defaultConfig", undefined));
    assert.deepEqual(
      meshProblems({ ...rest, configMap: { data: { mesh } } }, elsewhere)
        .filter(isAboutConfig)
        .map(({ field }) => field),
      ["ConfigMap mesh/istio-stable: defaultConfig.discoveryAddress"],
    );
  });

  it("is refused where istiod takes the default namespace for its own, and is elsewhere", () => {
    const { deployment, ...rest } = compliantMesh(secret, undefined, "mesh");
    const without = changed({ deployment }, `${discovery}.env[1]`, variable("A", "b"));
    const { spec } = without["deployment"] as { spec: unknown };
    const all = meshProblems({ ...rest, deployment: { spec } }, { ...required, namespace: "mesh" });
    assert.deepEqual(
      all.map(({ field }) => field),
      ["Deployment mesh/istiod: env POD_NAMESPACE"],
    );
  });

  it("is refused with two providers of the name", () => {
    const { extensionProviders } = parse(meshText()) as { extensionProviders: unknown[] };
    const all = problems(changedMesh("extensionProviders", [...extensionProviders, extensionProviders[1]]));
    assert.deepEqual(
      all.map(({ field }) => field),
      [`${config}: ${named}`],
    );
  });

  for (const [title, text, mend] of [
    ["nothing", undefined, /it is not there$/],
    ["another document behind it", `${meshText()}\n---\na: 1\n`, /not plain YAML$/],
    ["a key twice", `${meshText()}trustDomain: example.com\n`, /not plain YAML$/],
    ["a tag of its own", `${meshText()}a: !mesh b\n`, /not plain YAML$/],
    ["no mapping", "- a\n", /not a mapping$/],
    ["broken YAML", "a: [", /not plain YAML$/],
  ] as const) {
    it(`is refused with ${title} as its configuration`, () => {
      const all = problems(changed(compliant(), "configMap.data.mesh", text));
      assert.deepEqual(
        all.map(({ field }) => field),
        [`${config}: data.mesh`],
      );
      assert.match(all[0]?.mend ?? "", mend);
    });
  }

  it("is read through YAML's merge keys, as Istio reads it", () => {
    const merged = `${meshText().replace("trustDomain: cluster.local\n", "")}x: &x { trustDomain: example.com }\n<<: *x\n`;
    assert.deepEqual(
      problems(withMesh(merged)).map(({ field }) => field),
      [`${config}: trustDomain`],
    );
  });

  it("is named with its revision", () => {
    const mesh = meshFor(
      settingsOf(changed(production(), "istio", { type: "existing", namespace: "istio-system", revision: "stable" })),
    );
    assert(mesh);
    const found = compliantMesh(secret, "stable") as unknown as Tree;
    assert.deepEqual(problems(found, mesh), []);
    const all = problems(changed(found, "configMap.data.mesh", undefined), mesh);
    assert.deepEqual(
      all.map(({ field }) => field),
      ["ConfigMap istio-system/istio-stable: data.mesh"],
    );
  });

  it("never passes by chance, and no text breaks the comparison", () => {
    const refused = (found: Tree) => {
      assert.notDeepEqual(problems(found), []);
    };
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => refused(withMesh(text))));
    fc.assert(fc.property(fc.jsonValue(), (value) => refused(withMesh(stringify(value)))));
    fc.assert(fc.property(fc.jsonValue(), (value) => refused(changed(compliant(), "deployment", value))));
    fc.assert(
      fc.property(fc.constantFrom("configMap", "injector", "deployment", "webhook"), fc.anything(), (key, value) =>
        refused(changed(compliant(), key, value === undefined ? null : value)),
      ),
    );
  });

  it("is shown without what a terminal would act on", () => {
    const all = problems(changedMesh("trustDomain", "\u001b[31m\u202eexample"));
    assert.equal(all[0]?.found, '"\\u001b[31m\\u202eexample"');
  });
});
