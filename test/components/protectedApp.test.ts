import { strict as assert } from "node:assert";
import { outsiders } from "../../components/appAccess";
import { identityProviderOf } from "../../components/identityProvider";
import { identityHeaders } from "../../documents/gateway/identityHeaders";
import { groupsRule } from "../../components/topology";
import { hostsOf } from "../../stacks/hosts";
import { differences } from "../program/differences";
import { recordIndex, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, raw, settingsOf, type Tree } from "../stacks/fixture";
import * as modes from "../stacks/modes";
import { withProvider, withRedis } from "../stacks/identities";
import { schemaProblems } from "../program/schemas";
import { serversOf } from "./edge";

const grafana = {
  name: "grafana",
  service: { name: "grafana", namespace: "monitoring", port: 80 },
  pods: { labels: { app: "grafana" }, port: 3000 },
};
const mlflow = {
  name: "mlflow",
  service: { name: "mlflow", namespace: "tracking", port: 5000 },
  pods: { labels: { app: "mlflow" } },
};
const withApps = (base: Tree, ...apps: Tree[]) => changed(base, "apps", apps);
const record = (settings: Tree) => recordPlatform(settingsOf(settings));

/** The objects of one application, without its namespace's. */
const own = (name: string, namespace: string) => [
  `AuthorizationPolicy ${namespace}/gatehouse-${name}`,
  `Gateway ingress/app-${name}`,
  `NetworkPolicy ${namespace}/gatehouse-${name}`,
  `NetworkPolicy ingress/app-${name}`,
  `VirtualService auth/return-${name}`,
  `VirtualService ingress/app-${name}`,
];
const hostOf = (name: string) => `${name}.kubeflow.example.com`;
const certificate = (name: string) => [`Certificate ingress/app-${name}`];
const http01 = (name: string) => [
  ...certificate(name),
  `Gateway ingress/acme-${name}`,
  `Issuer ingress/gatehouse-acme-${name}-2bfe8d01`,
];

describe("one more application", () => {
  const ways: [name: string, base: () => Tree, more: string[]][] = [
    ["the private CA", production, []],
    ["HTTP-01", modes.http01, http01("grafana")],
    ["DNS-01 for the wildcard", modes.gke, []],
    [
      "DNS-01 for hosts",
      () => changed(modes.gke(), "certificates.edge.names", "hosts"),
      [...certificate("grafana"), "Issuer ingress/gatehouse-acme-grafana-2bfe8d01"],
    ],
    ["a Secret that is there", modes.existingSecret, []],
    ["TLS at the load balancer", modes.offload, []],
    ["a provider in place of Dex", withProvider, []],
    ["sessions in Redis", withRedis, []],
  ];
  for (const [name, base, more] of ways) {
    it(`changes nothing else, with ${name}`, async () => {
      const before = await record(withApps(base(), mlflow));
      const after = await record(withApps(base(), mlflow, grafana));
      const found = differences(before, after);
      const solvers = Object.keys(found).filter(
        (place) => place.includes("ingress/gatehouse-acme-") && !place.startsWith("Issuer"),
      );
      assert.deepEqual(
        Object.keys(found)
          .filter((place) => !solvers.includes(place))
          .sort(),
        [...own("grafana", "monitoring"), ...more].sort(),
      );
      assert.deepEqual(
        solvers.map((place) => place.split(" ")[0]).sort(),
        name === "HTTP-01" ? ["Service", "VirtualService"] : [],
      );
      for (const [was, is] of Object.values(found)) {
        assert.deepEqual([was, is], ["absent", "present"]);
      }
    });
  }
});

describe("applications whose names begin alike", () => {
  it("have each its own objects, with HTTP-01, too", async () => {
    const http = { ...mlflow, name: "grafana-http" };
    const recording = await record(withApps(modes.http01(), grafana, http));
    const names = recording.objects.map(
      ({ manifest: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
    );
    assert.deepEqual([...new Set(names)], names);
  });
});

describe("an application that is the UI of Kubeflow Pipelines", () => {
  const service = { name: "ml-pipeline-ui", namespace: "kubeflow", port: 80 };
  const pipelines = { ...mlflow, name: "pipelines", service };
  const filtersOf = (recording: Recording) =>
    recording.objects
      .filter(({ manifest: { kind, metadata } }) => kind === "EnvoyFilter" && metadata.name.startsWith("app-"))
      .map(({ manifest }) => manifest);

  it("has artifacts without a namespace and proxies to any address closed, by a filter of its own", async () => {
    const [filter, ...others] = filtersOf(await record(withApps(production(), grafana, pipelines)));
    assert.ok(filter);
    assert.deepEqual([filter.metadata.name, others], ["app-pipelines", []]);
    assert.deepEqual(await schemaProblems(filter), []);
    const text = JSON.stringify(filter);
    for (const part of [
      "gatehouse.pipeline_artifacts.pipelines",
      "gatehouse.pipeline_proxies.pipelines",
      JSON.stringify('local ui_host = "pipelines.kubeflow.example.com"').slice(1, -1),
      "local whole_host = true",
      "local viewers_closed = false",
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it("has its proxy to TensorBoards closed, too, where they have hosts of their own", async () => {
    const notebooks = { mode: "separate-domain", domain: "kubeflow-notebooks.example.org" };
    const settings = changed(withApps(production(), pipelines), "notebooks", notebooks);
    assert.match(JSON.stringify(filtersOf(await record(settings))), /local viewers_closed = true/);
  });

  it("is what its Service says, unless the settings say otherwise", async () => {
    const other = { ...pipelines, pipelinesUi: false };
    assert.deepEqual(filtersOf(await record(withApps(production(), other))), []);
    const named = { ...mlflow, pipelinesUi: true };
    assert.equal(filtersOf(await record(withApps(production(), named))).length, 1);
  });
});

describe("an application", () => {
  let recording: Recording;
  before(async () => {
    recording = await record(
      withApps(production(), { ...grafana, groups: ["ml-engineers"] }, { ...mlflow, inCluster: true }),
    );
  });
  const spec = (kind: string, name: string, namespace: string) =>
    recording.object<{ spec: object }>(kind, name, namespace).spec;

  it("has objects as the API server has them", async () => {
    const objects = recording.objects.filter(({ resource }) => resource.urn.includes("ProtectedApp"));
    assert.equal(objects.length, 13);
    for (const { manifest } of objects) {
      assert.deepEqual(await schemaProblems(manifest), [], `${manifest.kind} ${manifest.metadata.name}`);
    }
  });

  it("has listeners of its own, with the gate's certificate where that covers the host", () => {
    const [plain, encrypted] = serversOf(recording, "app-grafana");
    assert.deepEqual(plain, {
      port: { number: 80, name: "http", protocol: "HTTP" },
      hosts: ["ingress/grafana.kubeflow.example.com"],
      tls: { httpsRedirect: true },
    });
    assert.deepEqual(encrypted?.port, { number: 443, name: "https", protocol: "HTTPS" });
    assert.deepEqual(encrypted.hosts, ["ingress/grafana.kubeflow.example.com"]);
    assert.equal(encrypted.tls?.credentialName, "gatehouse-edge");
  });

  it("is reached on its host alone, and nobody else's route can be there", () => {
    assert.deepEqual(spec("VirtualService", "app-grafana", "ingress"), {
      hosts: [hostOf("grafana")],
      gateways: ["ingress/app-grafana"],
      http: [
        {
          name: "grafana",
          route: [{ destination: { host: "grafana.monitoring.svc.cluster.local", port: { number: 80 } } }],
        },
      ],
    });
  });

  it("has its way back from sign-in at the gate", () => {
    assert.deepEqual(spec("VirtualService", "return-grafana", "auth"), {
      hosts: ["kubeflow.example.com"],
      gateways: ["ingress/gatehouse"],
      http: [
        {
          name: "return-grafana",
          match: [{ uri: { prefix: "/gatehouse/return/grafana.kubeflow.example.com/" } }],
          redirect: { authority: "grafana.kubeflow.example.com", prefixRewrite: "/", redirectCode: 302 },
        },
      ],
    });
  });

  it("is for its groups alone, of whatever issuer, and tokens of no other issuer", () => {
    const to = [{ operation: { ports: ["8443"], hosts: [hostOf("grafana"), `${hostOf("grafana")}:*`] } }];
    const issuer = "https://kubeflow.example.com/dex";
    assert.deepEqual(spec("AuthorizationPolicy", groupsRule("grafana", hostOf("grafana")), "ingress"), {
      selector: { matchLabels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" } },
      action: "DENY",
      rules: [
        { to, when: [{ key: "request.auth.claims[iss]", notValues: [issuer] }] },
        {
          to,
          when: [
            { key: "request.auth.claims[iss]", values: [issuer] },
            { key: "request.auth.claims[groups]", notValues: ["ml-engineers"] },
          ],
        },
      ],
    });
    assert.equal(recording.find("AuthorizationPolicy", groupsRule("mlflow", hostOf("mlflow")), "ingress"), undefined);
  });

  it("lets in nobody of an issuer that gives no groups, where it is for groups", () => {
    const settings = settingsOf(
      changed(withApps(production(), { ...grafana, groups: ["ml-engineers"] }), "machines.issuers", [
        { name: "b", issuer: "https://b.example.com", audiences: ["x"] },
      ]),
    );
    const [app] = settings.apps;
    assert(app !== undefined);
    const rules = outsiders(app, hostOf("grafana"), settings, identityProviderOf(settings, hostsOf(settings.domain)));
    assert.deepEqual(rules.at(-1)?.when, [{ key: "request.auth.claims[iss]", values: ["https://b.example.com"] }]);
  });

  it("keeps the rule of its old host beside that of a new one, until nothing leads there", async () => {
    const guarded = { ...grafana, groups: ["ml-engineers"] };
    const moved = await record(withApps(production(), { ...guarded, host: "dashboards.kubeflow.example.com" }));
    const before = recording.declared("AuthorizationPolicy", groupsRule("grafana", hostOf("grafana")), "ingress");
    const after = moved.declared(
      "AuthorizationPolicy",
      groupsRule("grafana", "dashboards.kubeflow.example.com"),
      "ingress",
    );
    // One resource with another object's name: Pulumi makes the new object first, and deletes the old one at the very end.
    assert.equal(after.urn, before.urn);
    const nameOf = ({ inputs }: typeof before) => (inputs.metadata as { name: string }).name;
    assert.notEqual(nameOf(after), nameOf(before));
  });

  const gateway = "cluster.local/ns/ingress/sa/gatehouse-gateway";
  it("lets nobody but the gateway connect to its pods", () => {
    assert.deepEqual(spec("AuthorizationPolicy", "gatehouse-grafana", "monitoring"), {
      selector: { matchLabels: { app: "grafana" } },
      action: "ALLOW",
      rules: [{ from: [{ source: { principals: [gateway] } }], to: [{ operation: { ports: ["3000"] } }] }],
    });
    assert.deepEqual(spec("NetworkPolicy", "gatehouse-grafana", "monitoring"), {
      podSelector: { matchLabels: { app: "grafana" } },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } },
              podSelector: { matchLabels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" } },
            },
          ],
          ports: [{ port: 3000, protocol: "TCP" }],
        },
      ],
    });
  });

  it("in the cluster lets in pods that show a token and no identity", () => {
    const to = [{ operation: { ports: ["5000"] } }];
    assert.deepEqual((spec("AuthorizationPolicy", "gatehouse-mlflow", "tracking") as { rules: object[] }).rules, [
      { from: [{ source: { principals: [gateway] } }], to },
      {
        to,
        when: [
          { key: "request.headers[authorization]", values: ["*"] },
          ...identityHeaders.map((header) => ({ key: `request.headers[${header}]`, notValues: ["*"] })),
        ],
      },
    ]);
    assert.deepEqual((spec("NetworkPolicy", "gatehouse-mlflow", "tracking") as { ingress: object[] }).ingress, [
      { from: [{ namespaceSelector: {} }], ports: [{ port: 5000, protocol: "TCP" }] },
    ]);
  });

  it("is open to nobody before its rules are there", () => {
    const route = recording.declared("VirtualService", "app-grafana", "ingress");
    const way = recording.declared("Gateway", "app-grafana", "ingress");
    for (const [kind, name, namespace] of [
      ["AuthorizationPolicy", groupsRule("grafana", hostOf("grafana")), "ingress"],
      ["AuthorizationPolicy", "gatehouse-grafana", "monitoring"],
      ["NetworkPolicy", "gatehouse-grafana", "monitoring"],
      ["EnvoyFilter", "gatehouse", "ingress"],
      ["AuthorizationPolicy", "require-principal", "ingress"],
      ["AuthorizationPolicy", "session", "ingress"],
    ] as const) {
      for (const later of [route, way]) {
        assert(recording.waitsFor(later, recording.declared(kind, name, namespace)), `${later.type} waits for ${name}`);
      }
    }
  });

  it("has a certificate of its own where the gate's does not cover the host", async () => {
    const settings = changed(
      withApps(production(), { ...grafana, host: "grafana.example.com" }),
      "sessions.cookieDomain",
      "example.com",
    );
    const other = await record(settings);
    assert.equal(serversOf(other, "app-grafana")[1]?.tls?.credentialName, "app-grafana");
    const { dnsNames, secretName } = other.object<{ spec: Record<string, unknown> }>(
      "Certificate",
      "app-grafana",
      "ingress",
    ).spec;
    assert.deepEqual([dnsNames, secretName], [["grafana.example.com"], "app-grafana"]);
  });

  it("is in the outputs, and in what DNS has to know where no wildcard covers it", async () => {
    const outputsOf = async (settings: Tree) => {
      const { values, project, stack } = raw(settings);
      const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`${project}:${key}`, value]));
      return (await recordIndex({ stack, config })).stackOutputs as { apps?: object; dns: string };
    };
    const { apps, dns } = await outputsOf(withApps(modes.http01(), grafana));
    assert.deepEqual(apps, { grafana: "https://grafana.kubeflow.example.com/" });
    assert(dns.startsWith("kubeflow.example.com and grafana.kubeflow.example.com: "), dns);
    assert.equal((await outputsOf(production())).apps, undefined);
  });
});
