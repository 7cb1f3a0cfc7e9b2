import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { authority, type Issued, issue } from "../acceptance/certificates";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { schemaProblems } from "../program/schemas";
import { changed, settingsOf, type Tree } from "../stacks/fixture";
import * as modes from "../stacks/modes";
import { edgeOf, filterOf, record, secret, serversOf } from "./edge";

describe("a stack", () => {
  let pair: Issued;
  before(async () => (pair = await issue(await authority(), ["kubeflow.example.com"])));

  const shapes: Record<string, () => Tree> = {
    "at an address": modes.kindByAddress,
    "with HTTP-01": modes.http01,
    "on EKS with Route 53": modes.eks,
    "on GKE with Cloud DNS": modes.gke,
    "on AKS with Azure DNS": modes.aks,
    "with Cloudflare": modes.cloudflare,
    ...Object.fromEntries(Object.entries(modes.byKey).map(([name, shape]) => [`with a key of ${name}`, shape])),
    "with a Secret of the cluster": modes.existingSecret,
    "with a given certificate": () => modes.given(pair.cert, pair.key),
    "behind a load balancer that ends TLS": modes.offload,
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`${name} previews, and every object of it has its schema`, async () => {
      const settings = settingsOf(shape(), secret);
      const first = await recordPlatform(settings, { mode: "preview" });
      assert(first.objects.length > 50);
      const recording = await recordPlatform(settings);
      const { objects } = recording;
      const problems = await Promise.all(
        objects.map(async ({ manifest }) =>
          (await schemaProblems(manifest)).map((problem) => `${manifest.kind} ${manifest.metadata.name}: ${problem}`),
        ),
      );
      assert.deepEqual(problems.flat(), []);
      // Whatever browsers see, the inside has the private CA.
      assert.deepEqual(serversOf(recording, "gatehouse-internal")[0]?.tls?.credentialName, "gatehouse-internal");
      const { spec } = recording.object<{ spec: { issuerRef: object } }>(
        "Certificate",
        "gatehouse-internal",
        "ingress",
      );
      assert.deepEqual(spec.issuerRef, { group: "cert-manager.io", kind: "ClusterIssuer", name: "gatehouse-ca-1" });
    });
  }
});

describe("a certificate that is there", () => {
  it("is read from the Secret that is named, and none is asked for", async () => {
    const recording = await record(modes.existingSecret());
    assert.equal(serversOf(recording)[1]?.tls?.credentialName, "kubeflow-tls");
    assert.equal(recording.find("Certificate", "gatehouse-edge", "ingress"), undefined);
  });

  it("is put into a Secret of a name of its own, its key a secret", async () => {
    const { cert, key } = await issue(await authority(), ["kubeflow.example.com"]);
    const settings = modes.given(cert, key);
    const recording = await record(settings, secret);
    assert.equal(serversOf(recording)[1]?.tls?.credentialName, "gatehouse-edge-given");
    const { type, stringData } = recording.object<{ type: string; stringData: Record<string, string> }>(
      "Secret",
      "gatehouse-edge-given",
      "ingress",
    );
    assert.deepEqual([type, stringData], ["kubernetes.io/tls", { "tls.crt": cert, "tls.key": key }]);
    const { privateKey } = settingsOf(settings, secret).certificates.edge as { privateKey: pulumi.Output<string> };
    assert.equal(await pulumi.isSecret(privateKey), true);
    assert.equal(recording.find("Certificate", "gatehouse-edge", "ingress"), undefined);
  });
});

describe("a gate behind a load balancer that ends TLS", () => {
  let recording: Recording;
  before(async () => (recording = await record(modes.offload())));

  it("listens at the same two ports of its pods, the second without TLS", () => {
    assert.deepEqual(serversOf(recording), [
      {
        port: { number: 80, name: "http", protocol: "HTTP" },
        hosts: ["auth/kubeflow.example.com"],
        tls: { httpsRedirect: true },
      },
      { port: { number: 443, name: "offloaded", protocol: "HTTP" }, hosts: ["auth/kubeflow.example.com"] },
    ]);
    const { service } = recording.chart("gatehouse-gateway").values as { service: { ports: { targetPort: number }[] } };
    assert.deepEqual(
      service.ports.map(({ targetPort }) => targetPort),
      [8080, 8443],
    );
  });

  it("believes nobody but the load balancer wherever its word counts", async () => {
    const { spec } = recording.object<{ spec: object }>("AuthorizationPolicy", "trusted-ranges", "ingress");
    const specOf = async (settings: Tree) =>
      (await recordPlatform(settingsOf(settings))).object<{ spec: object }>(
        "AuthorizationPolicy",
        "trusted-ranges",
        "ingress",
      ).spec;
    assert.deepEqual(await specOf(changed(modes.offload(), "certificates.edge", { type: "privateCa" })), spec);
    // With the PROXY protocol the port is the balancer's; the rule holds for all but the platform's own connections.
    const when = [{ key: "connection.sni", notValues: ["gatehouse-internal.ingress.svc.cluster.local"] }];
    assert.deepEqual(await specOf(modes.eks()), {
      ...spec,
      rules: [{ from: [{ source: { notIpBlocks: ["10.0.0.0/16"] } }], when }],
    });
    const without = await recordPlatform(settingsOf(modes.http01()));
    assert.equal(without.find("AuthorizationPolicy", "trusted-ranges", "ingress"), undefined);
  });

  it("believes nobody but the load balancer, twice", () => {
    const policy = recording.object<{ spec: object }>("AuthorizationPolicy", "trusted-ranges", "ingress");
    assert.deepEqual(policy.spec, {
      selector: { matchLabels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" } },
      action: "DENY",
      rules: [
        {
          from: [{ source: { notIpBlocks: ["10.0.0.0/16"] } }],
          to: [{ operation: { ports: ["8443"] } }],
        },
      ],
    });
    const { spec } = recording.object<{ spec: { ingress: { from?: object; ports: { port: number }[] }[] } }>(
      "NetworkPolicy",
      "allow-gatehouse-gateway",
      "ingress",
    );
    const open = spec.ingress.filter(({ ports }) => ports.some(({ port }) => port === 8443));
    assert.deepEqual(open, [
      {
        from: [{ ipBlock: { cidr: "10.0.0.0/16" } }],
        ports: [
          { port: 8080, protocol: "TCP" },
          { port: 8443, protocol: "TCP" },
        ],
      },
    ]);
  });

  it("asks every rule of the chain at that port, and says https itself", () => {
    const text = filterOf(recording);
    assert(text.includes('"scheme_header_transformation":{"scheme_to_overwrite":"https"}'));
    assert(text.includes('"routeConfiguration":{"portNumber":443}'));
    for (const name of ["session", "require-principal", "require-user"]) {
      const policy = JSON.stringify(recording.object("AuthorizationPolicy", name, "ingress"));
      assert(policy.includes('"ports":["8443"]'), name);
    }
  });

  it("has no certificate of its own at the edge", () => {
    assert.equal(recording.find("Certificate", "gatehouse-edge", "ingress"), undefined);
  });
});

describe("a gate at an address", () => {
  let recording: Recording;
  before(async () => (recording = await record(modes.kindByAddress())));

  it("has a certificate for the address", () => {
    const { ipAddresses, dnsNames } = edgeOf(recording).spec;
    assert.deepEqual([ipAddresses, dnsNames], [["192.0.2.10"], undefined]);
  });

  it("is found without SNI, by the same namespaces alone", () => {
    for (const { hosts } of serversOf(recording)) {
      assert.deepEqual(hosts, ["auth/*"]);
    }
  });

  it("keeps the session's cookie to itself", () => {
    const { data } = recording.object<{ data: Record<string, string> }>("ConfigMap", "oauth2-proxy", "auth");
    assert.match(data["oauth2-proxy.toml"] ?? "", /^cookie_domains = \[\s*\]$/m);
  });
});

describe("the client's address", () => {
  const topologyOf = (recording: Recording) => {
    const { podAnnotations } = recording.chart("gatehouse-gateway").values as {
      podAnnotations: Record<string, string>;
    };
    return (JSON.parse(podAnnotations["proxy.istio.io/config"] ?? "") as { gatewayTopology?: object }).gatewayTopology;
  };

  it("is the connection's where no proxy is trusted, whatever X-Forwarded-For says", async () => {
    const recording = await record(modes.http01());
    assert(filterOf(recording).includes('{"remove":"x-forwarded-for"}'));
    assert.equal(topologyOf(recording), undefined);
  });

  it("is what trusted proxies wrote, and nothing that stands before", async () => {
    const recording = await record(changed(modes.offload(), "ingress.clientAddress.trustedHops", 2));
    assert.deepEqual(topologyOf(recording), { numTrustedProxies: 2 });
    assert(!filterOf(recording).includes('{"remove":"x-forwarded-for"}'));
    assert(filterOf(recording).includes("local trusted_hops = 2"));
  });

  it("comes in the PROXY protocol at both public ports, and not inside", async () => {
    const { spec } = (await record(modes.eks())).object<{
      spec: { configPatches: { applyTo: string; match: { listener: object }; patch: object }[] };
    }>("EnvoyFilter", "gatehouse", "ingress");
    const filters = spec.configPatches.filter(({ applyTo }) => applyTo === "LISTENER_FILTER");
    assert.deepEqual(
      filters.map(({ match }) => match.listener),
      [{ portNumber: 8080 }, { portNumber: 8443 }],
    );
    for (const { patch } of filters) {
      assert.deepEqual(patch, {
        operation: "INSERT_FIRST",
        value: {
          name: "envoy.filters.listener.proxy_protocol",
          typed_config: {
            "@type": "type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
          },
        },
      });
    }
  });
});
