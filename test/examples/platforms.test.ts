/** What makes each example what it is, as exact inputs. */
import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type Recording } from "../program/recording";
import { companyCa } from "../stacks/identities";
import { examples, recordingOf } from "./example";
import { facts } from "./facts";

interface Rule {
  from?: unknown;
  to?: unknown;
  ports?: unknown;
}

const internet = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: ["169.254.169.254/32", "169.254.170.23/32", "169.254.170.2/32", "169.254.169.252/32"],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"] } },
];
const ipBlocks = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
/** Who may reach what, where the examples differ. */
function rulesOf(recording: Recording, direction: "ingress" | "egress", name: string, namespace: string): Rule[] {
  const { spec } = recording.object<{ spec: Record<string, Rule[]> }>("NetworkPolicy", name, namespace);
  return spec[direction] ?? [];
}

function connectorsOf(recording: Recording) {
  const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "dex", "auth");
  const { connectors } = parse(data["config.yaml"] ?? "") as { connectors: { config: Record<string, unknown> }[] };
  return connectors.map(({ config: { clientSecret, bindPW, ...config } }) => {
    assert.match(String(clientSecret ?? bindPW), /^\$CONNECTOR_/);
    return config;
  });
}

describe("the examples' objects", () => {
  it("are described for each example", () => assert.deepEqual(Object.keys(facts).sort(), examples));

  for (const [name, expected] of Object.entries(facts)) {
    describe(name, () => {
      let recording: Recording;
      before(async () => (recording = await recordingOf(name)));

      it("has this Service", () => {
        const { ports, ...service } = recording.chart("gatehouse-gateway").values.service as Record<string, unknown>;
        assert.deepEqual(service, expected.service);
        const nodePorts = name === "kind" ? [30080, 30443] : [undefined, undefined];
        assert.deepEqual(
          (ports as { port: number; nodePort?: number }[]).map(({ port, nodePort }) => [port, nodePort]),
          [
            [80, nodePorts[0]],
            [443, nodePorts[1]],
          ],
        );
      });

      it("tells Istio's charts of this platform", () => {
        for (const chart of ["cni", "istiod", "gatehouse-gateway"]) {
          const { platform } = (recording.chart(chart).values.global ?? {}) as { platform?: string };
          assert.equal(platform, expected.platform, chart);
        }
      });

      it("takes the edge's certificate from here, and asks for it so", () => {
        const gateway = recording.object<{ spec: { servers: { tls?: { credentialName?: string } }[] } }>(
          "Gateway",
          "gatehouse",
          "ingress",
        );
        assert.deepEqual(
          gateway.spec.servers.flatMap(({ tls }) => tls?.credentialName ?? []),
          [expected.credential],
        );
        const issuers = recording.all<{ spec: { acme: Record<string, unknown> } }>("Issuer");
        assert.deepEqual(
          issuers.map(({ spec }) => spec.acme),
          expected.solver === undefined
            ? []
            : [
                {
                  email: "platform@example.com",
                  privateKeySecretRef: { name: "gatehouse-acme-2bfe8d01-account" },
                  server: "https://acme-v02.api.letsencrypt.org/directory",
                  solvers: [{ dns01: expected.solver }],
                },
              ],
        );
        const { extraArgs, podLabels, serviceAccount } = recording.chart("cert-manager").values;
        assert.deepEqual(
          Object.fromEntries(
            Object.entries({ extraArgs, podLabels, serviceAccount }).filter(([, value]) => value !== undefined),
          ),
          expected.certManager ?? {},
        );
      });

      it("signs people in with these connectors", () => {
        assert.deepEqual(connectorsOf(recording), expected.connectors);
      });

      it("fetches the keys of the cluster's own tokens here", () => {
        const { spec } = recording.object<{ spec: { jwtRules: { audiences: string[]; jwksUri: string }[] } }>(
          "RequestAuthentication",
          "tokens",
          "ingress",
        );
        assert.deepEqual(
          spec.jwtRules.map(({ audiences, jwksUri }) => [audiences, jwksUri]),
          [
            [["oauth2-proxy"], "https://gatehouse-internal.ingress.svc.cluster.local:8444/dex/keys"],
            [["pipelines.kubeflow.org"], expected.keys],
          ],
        );
      });
    });
  }

  it("on kind, give passwords to the users and show the echo", async () => {
    const { stackOutputs } = await recordingOf("kind");
    assert.equal(stackOutputs.echoUrl, "https://echo.kubeflow.example.com/");
    assert("staticPasswords" in stackOutputs);
  });

  it("on EKS, open the gateway to the balancer's subnets alone, which must speak the PROXY protocol", async () => {
    const recording = await recordingOf("eks");
    assert.deepEqual(rulesOf(recording, "ingress", "allow-gatehouse-gateway", "ingress")[0], {
      from: ipBlocks("10.0.0.0/20", "10.0.16.0/20"),
      ports: tcp(8080, 8443),
    });
    const filter = recording.object<{
      spec: { configPatches: { applyTo: string; match: unknown; patch: { value: { name?: string } } }[] };
    }>("EnvoyFilter", "gatehouse", "ingress");
    assert.deepEqual(
      filter.spec.configPatches
        .filter(({ patch }) => patch.value.name === "envoy.filters.listener.proxy_protocol")
        .map(({ applyTo }) => applyTo),
      ["LISTENER_FILTER", "LISTENER_FILTER"],
    );
    assert.deepEqual(
      recording.object("ServiceAccount", "gatehouse-acme-dns", "ingress").metadata.annotations,
      undefined,
    );
  });

  const apiServerOfEks = ipBlocks("10.0.48.0/28", "10.0.48.16/28", "172.20.0.1/32");

  it("on EKS, let webhooks be called from the cluster's subnets alone, and by the address of a Service, which nobody has", async () => {
    assert.deepEqual(
      rulesOf(await recordingOf("eks"), "ingress", "allow-webhook", "cert-manager").map(({ from }) => from),
      [apiServerOfEks],
    );
  });

  // The VPC CNI judges egress before the translation of Services' addresses.
  for (const [pods, namespace] of [
    ["istiod", "istio-system"],
    ["istio-cni-node", "istio-cni"],
    ["cert-manager", "cert-manager"],
    ["cainjector", "cert-manager"],
    ["webhook", "cert-manager"],
    ["startupapicheck", "cert-manager"],
    ["dex", "auth"],
  ] as const) {
    it(`on EKS, let ${pods} reach the API server by its Service, too`, async () => {
      const rules = rulesOf(await recordingOf("eks"), "egress", `allow-${pods}`, namespace);
      assert.deepEqual(
        rules.filter(({ to }) => JSON.stringify(to) === JSON.stringify(apiServerOfEks)).map(({ ports }) => ports),
        [tcp(443)],
      );
    });
  }

  it("on EKS, name only labels that the Services' selectors have, for which the VPC CNI adds the Services' addresses", async () => {
    const recording = await recordingOf("eks");
    const services = recording.all<{ spec: { selector: Record<string, string> } }>("Service");
    assert.deepEqual(services.map(({ metadata }) => metadata.name).sort(), [
      "dex",
      "gatehouse-internal",
      "oauth2-proxy",
    ]);
    const peers = recording
      .all<{ spec: { egress?: { to?: { podSelector?: { matchLabels: Record<string, string> } }[] }[] } }>(
        "NetworkPolicy",
      )
      .flatMap(({ spec }) => spec.egress ?? [])
      .flatMap(({ to }) => to ?? [])
      .flatMap(({ podSelector }) => (podSelector === undefined ? [] : [Object.entries(podSelector.matchLabels)]));
    for (const { metadata, spec } of services) {
      const selected = peers.filter((labels) => labels.every(([key, value]) => spec.selector[key] === value));
      assert(selected.length > 0, metadata.name);
    }
    // Those of Istio's chart and of EKS' CoreDNS: app=istiod,istio=pilot and k8s-app=kube-dns.
    const others = peers.filter(
      (labels) => !services.some(({ spec }) => labels.every(([key, value]) => spec.selector[key] === value)),
    );
    assert.deepEqual([...new Set(others.map((labels) => JSON.stringify(labels)))].sort(), [
      '[["app","istiod"]]',
      '[["k8s-app","kube-dns"]]',
    ]);
  });

  for (const name of ["gke", "aks", "on-premises"]) {
    it(`let webhooks be called through a tunnel and the gateway from anywhere, for ${name}`, async () => {
      const recording = await recordingOf(name);
      assert.deepEqual(rulesOf(recording, "ingress", "allow-webhook", "cert-manager"), [{ ports: tcp(10250) }]);
      assert(rulesOf(recording, "ingress", "allow-istiod", "istio-system").some((rule) => isFor(rule, 15017)));
      assert.deepEqual(rulesOf(recording, "ingress", "allow-gatehouse-gateway", "ingress")[0], {
        ports: tcp(8080, 8443),
      });
    });
  }

  it("on GKE, open the metadata server to cert-manager, and both kinds of DNS pods to everybody", async () => {
    const recording = await recordingOf("gke");
    assert.deepEqual(rulesOf(recording, "egress", "allow-cert-manager", "cert-manager"), [
      { to: ipBlocks("172.16.0.2/32"), ports: tcp(443) },
      { to: internet, ports: tcp(443) },
      { to: ipBlocks("169.254.169.252/32"), ports: tcp(988) },
      { to: ipBlocks("169.254.169.254/32"), ports: tcp(80) },
    ]);
    assert.deepEqual(
      rulesOf(recording, "egress", "allow-all", "auth").map(({ to }) => to),
      ["kube-dns", "node-local-dns"].map((app) => [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
          podSelector: { matchLabels: { "k8s-app": app } },
        },
      ]),
    );
  });

  for (const name of ["eks", "aks"]) {
    it(`on ${name}, keep the metadata server closed: a token of the cluster is exchanged at the cloud's public API`, async () => {
      const recording = await recordingOf(name);
      const [, ...others] = rulesOf(recording, "egress", "allow-cert-manager", "cert-manager");
      assert.deepEqual(others, [{ to: internet, ports: tcp(443) }]);
    });
  }

  it("on premises, let Dex reach the directory and nothing else outside, and trust the company's CA alone", async () => {
    const recording = await recordingOf("on-premises");
    const outside = rulesOf(recording, "egress", "allow-dex", "auth").filter(({ to }) =>
      JSON.stringify(to).includes("ipBlock"),
    );
    assert.deepEqual(outside, [
      { to: ipBlocks("10.30.0.11/32", "10.30.0.12/32", "10.30.0.13/32"), ports: tcp(6443) },
      { to: ipBlocks("10.20.0.5/32"), ports: tcp(636) },
    ]);
    const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "dex-authorities", "auth");
    assert.deepEqual(data, { "connector-directory.pem": companyCa });
    assert.equal(recording.find("Certificate", "gatehouse-edge", "ingress"), undefined);
  });
});

/** Whether a rule opens this port to anybody. */
function isFor({ from, ports }: Rule, port: number): boolean {
  return from === undefined && JSON.stringify(ports) === JSON.stringify(tcp(port));
}
