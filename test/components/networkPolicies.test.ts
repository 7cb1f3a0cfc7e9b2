import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { type Flow, flowsOf, type Peer } from "../../components/flows";
import { networkPolicies } from "../../components/networkPolicies";
import { namespaces } from "../../stacks/namespaces";
import { type Settings } from "../../stacks/schema";
import { connects, type NetworkPolicy } from "../program/network";
import { production, settingsOf, type Tree } from "../stacks/fixture";

const workload = (name: string, namespace = "here", labels: Record<string, string> = { app: name }): Peer => ({
  kind: "workload",
  name,
  namespace,
  labels,
});
const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" as const }));
const flow = (from: Peer, to: Peer, ports: Flow["ports"] = tcp(80)): Flow => ({ from, to, ports, why: "A test." });

describe("the network policies of a namespace", () => {
  const specs = (flows: Flow[], namespace = "here") =>
    Object.fromEntries(networkPolicies(namespace, flows).map(({ suffix, args }) => [suffix, args.spec]));
  const denyAll = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

  it("deny everything where no flow begins or ends", () => {
    assert.deepEqual(specs([flow(workload("a", "there"), workload("b", "elsewhere"))]), { "default-deny": denyAll });
  });

  it("open a flow between two workloads on the side that is here", () => {
    const flows = [flow(workload("a"), workload("b", "there"), tcp(80, 443))];
    const ports = [
      { port: 80, protocol: "TCP" },
      { port: 443, protocol: "TCP" },
    ];
    const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
    assert.deepEqual(specs(flows), {
      "default-deny": denyAll,
      "allow-a": {
        podSelector: { matchLabels: { app: "a" } },
        policyTypes: ["Egress"],
        egress: [
          { to: [{ namespaceSelector: inNamespace("there"), podSelector: { matchLabels: { app: "b" } } }], ports },
        ],
      },
    });
    assert.deepEqual(specs(flows, "there"), {
      "default-deny": denyAll,
      "allow-b": {
        podSelector: { matchLabels: { app: "b" } },
        policyTypes: ["Ingress"],
        ingress: [
          { from: [{ namespaceSelector: inNamespace("here"), podSelector: { matchLabels: { app: "a" } } }], ports },
        ],
      },
    });
  });

  it("gather all flows of a workload, and both sides of a flow inside the namespace", () => {
    const found = specs([
      flow(workload("a"), workload("b")),
      flow(workload("b"), workload("a")),
      flow({ kind: "allPods" }, workload("a")),
    ]);
    assert.deepEqual(Object.keys(found), ["default-deny", "allow-a", "allow-b"]);
    assert.deepEqual(found["allow-a"]?.policyTypes, ["Ingress", "Egress"]);
    assert.deepEqual((found["allow-a"]?.ingress as object[]).length, 2);
    assert.deepEqual((found["allow-a"]?.egress as object[]).length, 1);
  });

  it("open a flow of the whole namespace to all its pods", () => {
    const found = specs([flow({ kind: "namespace", namespace: "here" }, workload("dns", "there"))]);
    assert.deepEqual(found["allow-all"]?.podSelector, {});
    assert.deepEqual(found["allow-all"]?.policyTypes, ["Egress"]);
  });

  it("name every pod of the cluster by an empty namespace selector", () => {
    const found = specs([flow({ kind: "allPods" }, workload("a"))]);
    assert.deepEqual(found["allow-a"]?.ingress, [{ from: [{ namespaceSelector: {} }], ports: tcp(80) }]);
  });

  it("name addresses by their blocks, with what is left out of them", () => {
    const addresses: Peer = { kind: "addresses", name: "x", cidrs: ["10.0.0.0/8", "::/0"], except: ["10.1.0.0/16"] };
    assert.deepEqual(specs([flow(workload("a"), addresses)])["allow-a"]?.egress, [
      {
        to: [
          { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
          // A hole of the other family would be refused.
          { ipBlock: { cidr: "::/0" } },
        ],
        ports: tcp(80),
      },
    ]);
  });

  it("name nobody where anyone may come", () => {
    const found = specs([flow({ kind: "anyone", name: "clients" }, workload("a"))]);
    assert.deepEqual(found["allow-a"]?.ingress, [{ ports: tcp(80) }]);
  });

  it("leave the port open, but not the protocol, where only the other side knows it", () => {
    const found = specs([flow(workload("a"), { kind: "namespace", namespace: "there" }, "any TCP port")]);
    assert.deepEqual((found["allow-a"]?.egress as { ports: object[] }[])[0]?.ports, [{ protocol: "TCP" }]);
  });

  it("say why the metadata server is reached", () => {
    const server: Peer = { kind: "addresses", name: "cloud metadata server", cidrs: ["169.254.169.254/32"] };
    const [, allow] = networkPolicies("here", [{ ...flow(workload("a"), server), why: "DNS-01." }]);
    assert.deepEqual((allow?.args.metadata as { annotations?: object }).annotations, {
      "gatehouse/metadata-exception": "DNS-01.",
    });
  });
});

describe("the network policies of any stack", () => {
  const owned = (settings: Settings) =>
    Object.values(namespaces).filter((name) => name !== namespaces.echo || settings.echo.enabled);
  const policiesOf = (settings: Settings): NetworkPolicy[] => {
    const flows = flowsOf(settings);
    return owned(settings).flatMap((namespace) =>
      networkPolicies(namespace, flows).map(({ args }) => args as unknown as NetworkPolicy),
    );
  };

  const label = fc.stringMatching(/^team-[a-z0-9]{1,8}$/);
  const url = fc
    .tuple(label, fc.constantFrom("", ":8443", ":443", ":1"))
    .map(([name, port]) => `https://${name}.example.com${port}`);
  const subset = <T>(arbitrary: fc.Arbitrary<T>, longest: number) => fc.uniqueArray(arbitrary, { maxLength: longest });
  const anyStack: fc.Arbitrary<Tree> = fc.record({
    environment: fc.constant("dev"),
    cluster: fc.record({
      apiServer: fc.record({
        cidrs: fc.subarray(["10.0.0.1/32", "172.18.0.0/16", "2001:db8::/64", "128.0.0.0/16"], { minLength: 1 }),
        ports: fc.subarray([443, 6443], { minLength: 1 }),
        callsWebhooksFrom: fc.constantFrom("addresses", "anywhere"),
      }),
      dns: fc.record({
        namespace: label,
        podLabels: fc.subarray(["k8s-app=kube-dns", "k8s-app=node-local-dns"], { minLength: 1 }),
        addresses: fc.subarray(["169.254.20.10/32", "10.0.0.10/32", "2001:db8::53/128"]),
        ports: fc.subarray([53, 5353], { minLength: 1 }),
      }),
    }),
    echo: fc.record({ enabled: fc.boolean() }),
    ingress: fc.record({ applicationNamespaces: subset(label, 3) }),
    monitoring: fc.option(fc.record({ namespace: label }), { nil: {} }),
    network: fc.record({
      metadataExceptions: fc.constantFrom(
        [],
        [{ namespace: "cert-manager", reason: "DNS-01 with workload identity." }],
      ),
    }),
    machines: fc.record({
      cluster: fc.constantFrom(
        { type: "none" },
        { type: "selfSigned", issuer: "https://kubernetes.default.svc.cluster.local", audiences: ["a"] },
        { type: "public", issuer: "https://oidc.cluster.example.com", audiences: ["a"] },
      ),
      issuers: subset(url, 3).map((issuers) =>
        issuers.map((issuer, index) => ({ name: `issuer-${index}`, issuer, audiences: ["a"], users: [`${index}:*`] })),
      ),
    }),
    // Machines may not have the issuer that people sign in with.
    identity: subset(url, 3).map((issuers) => ({
      emailDomains: ["example.com"],
      staticUsers: [{ email: "user@example.com", groups: [] }],
      connectors: issuers.map((issuer, index) => ({
        type: "oidc",
        id: `connector-${index}`,
        name: "Sign in",
        issuer: `${issuer}/people`,
        clientId: "x",
        clientSecret: { secretName: "x", key: "x" },
      })),
    })),
  });
  const anySettings = anyStack.map((tree) => settingsOf({ ...production(), ...tree }));
  const metadataServers = [
    ...["169.254.169.254", "169.254.170.23", "169.254.170.2", "169.254.169.252"],
    ...["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"],
  ];

  it("deny both directions to every pod of every namespace that the platform owns", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const all = policiesOf(settings);
        for (const namespace of owned(settings)) {
          const deny = all.filter(
            ({ metadata, spec }) =>
              metadata?.namespace === namespace &&
              Object.keys(spec.podSelector).length === 0 &&
              spec.ingress === undefined &&
              spec.egress === undefined &&
              spec.policyTypes?.join() === "Ingress,Egress",
          );
          assert.equal(deny.length, 1, namespace);
        }
      }),
    );
  });

  it("have no rule without a peer but for clients and a tunnel, and none without a port but the gateway's to applications", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        for (const { metadata, spec } of policiesOf(settings)) {
          const anyone = (spec.ingress ?? []).filter(({ from }) => from === undefined);
          const tunnelled = settings.cluster.apiServer.callsWebhooksFrom === "anywhere";
          const expected: Record<string, number[][]> = {
            "allow-gatehouse-gateway": [[8080, 8443]],
            ...(tunnelled ? { "allow-istiod": [[15017]], "allow-webhook": [[10250]] } : {}),
          };
          assert.deepEqual(
            anyone.map(({ ports = [] }) => ports.map(({ port }) => port)),
            expected[metadata?.name ?? ""] ?? [],
          );
          const rules = [
            ...(spec.ingress ?? []).map(({ from = [{}], ports }) => ({ peers: from, ports })),
            ...(spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
          ];
          for (const { peers = [], ports = [] } of rules) {
            assert(peers.length > 0 && ports.length > 0, `${metadata?.namespace}/${metadata?.name}`);
            for (const { port, protocol } of ports) {
              assert(protocol !== undefined);
              if (port === undefined) {
                assert.equal(metadata?.name, "allow-gatehouse-gateway");
                const [selected] = peers.map(
                  ({ namespaceSelector }) => namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"],
                );
                assert(settings.ingress.applicationNamespaces.includes(selected ?? ""));
              }
            }
          }
        }
      }),
    );
  });

  it("never lead to a metadata server but by the named exception", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const all = policiesOf(settings);
        const allowed = settings.network.metadataExceptions.length > 0;
        for (const { metadata, spec } of all) {
          const labels = spec.podSelector.matchLabels ?? {};
          const self = { name: "", namespace: metadata?.namespace ?? "", labels };
          for (const address of metadataServers) {
            for (const port of [80, 443, 6443, 53, 8443, 1]) {
              const exception =
                allowed && port === 80 && address === "169.254.169.254" && metadata?.name === "allow-cert-manager";
              assert.equal(connects(all, self, { address }, port), exception, `${metadata?.name} ${address}:${port}`);
            }
          }
        }
      }),
    );
  });

  it("carry the exception's reason, and no other annotation", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const reasons = policiesOf(settings).flatMap(({ metadata }) =>
          Object.entries(metadata?.annotations ?? {}).map(([key, value]) => [
            metadata?.namespace,
            metadata?.name,
            key,
            value,
          ]),
        );
        assert.deepEqual(
          reasons,
          settings.network.metadataExceptions.map(({ reason }) => [
            "cert-manager",
            "allow-cert-manager",
            "gatehouse/metadata-exception",
            reason,
          ]),
        );
      }),
    );
  });

  it("open every flow between two workloads of the platform on both sides", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const all = policiesOf(settings);
        for (const { from, to, ports } of flowsOf(settings)) {
          if (from.kind === "workload" && to.kind === "workload" && ports !== "any TCP port") {
            for (const { port, protocol } of ports) {
              assert(connects(all, from, to, port, protocol), `${from.name} → ${to.name}:${port}`);
            }
          }
        }
      }),
    );
  });

  it("stand on flows that each say why, in a sentence", () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        for (const { why } of flowsOf(settings)) {
          assert.match(why, /^\S.*\.$/);
        }
      }),
    );
  });
});
