import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { authority, type Issued, issue } from "../acceptance/certificates";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { schemaProblems } from "../program/schemas";
import { changed, settingsOf, type Tree } from "../stacks/fixture";
import * as modes from "../stacks/modes";

const secret = { secretKeys: ["certificates"] };
const record = (settings: Tree, surroundings = {}): Promise<Recording> =>
  recordPlatform(settingsOf(settings, surroundings));

interface Server {
  port: { number: number; name: string; protocol: string };
  hosts: string[];
  tls?: { mode?: string; credentialName?: string; httpsRedirect?: boolean };
}

const serversOf = (recording: Recording, name = "gatehouse") =>
  recording.object<{ spec: { servers: Server[] } }>("Gateway", name, "ingress").spec.servers;
const issuerOf = (recording: Recording) =>
  recording.object<{ spec: { acme: { email: string; server: string; caBundle?: string; solvers: object[] } } }>(
    "Issuer",
    "gatehouse-acme",
    "ingress",
  );
const edgeOf = (recording: Recording) =>
  recording.object<{ spec: Record<string, unknown> }>("Certificate", "gatehouse-edge", "ingress");
const filterOf = (recording: Recording) => JSON.stringify(recording.object("EnvoyFilter", "gatehouse", "ingress"));

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
      const { objects } = await recordPlatform(settings);
      const problems = await Promise.all(
        objects.map(async ({ manifest }) =>
          (await schemaProblems(manifest)).map((problem) => `${manifest.kind} ${manifest.metadata.name}: ${problem}`),
        ),
      );
      assert.deepEqual(problems.flat(), []);
    });

    it(`${name} keeps the private CA inside`, async () => {
      const recording = await record(shape(), secret);
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

describe("a certificate from an ACME server", () => {
  it("is asked for at Let's Encrypt, in dev at its staging server, by an Issuer of the gateway's namespace alone", async () => {
    const production = await record(modes.http01());
    assert.equal(issuerOf(production).spec.acme.server, "https://acme-v02.api.letsencrypt.org/directory");
    assert.equal(issuerOf(production).spec.acme.email, "platform@example.com");
    assert.deepEqual(
      production.all("ClusterIssuer").map(({ metadata }) => metadata.name),
      ["gatehouse-ca-1"],
    );
    const dev = await record(changed(modes.http01(), "environment", "dev"));
    assert.equal(issuerOf(dev).spec.acme.server, "https://acme-staging-v02.api.letsencrypt.org/directory");
  });

  it("is asked for at a server of one's own, whose CA is believed", async () => {
    const { cert } = await authority();
    const own = { server: "https://acme.example.com:14000/dir", caBundle: cert };
    const recording = await record(
      changed(modes.http01(), "certificates.edge", { ...modes.acme, ...own, challenge: { type: "http01" } }),
    );
    const { server, caBundle = "" } = issuerOf(recording).spec.acme;
    assert.deepEqual([server, Buffer.from(caBundle, "base64").toString()], [own.server, cert]);
    const { spec } = recording.object<{ spec: { egress: { ports: { port: number }[] }[] } }>(
      "NetworkPolicy",
      "allow-cert-manager",
      "cert-manager",
    );
    assert(spec.egress.some(({ ports }) => ports.some(({ port }) => port === 14000)));
  });

  it("covers one level below the domain with DNS-01, and waits until it is there", async () => {
    const { metadata, spec } = edgeOf(await record(modes.eks()));
    assert.deepEqual(spec.dnsNames, ["kubeflow.example.com", "*.kubeflow.example.com"]);
    assert.deepEqual(metadata.annotations, { "pulumi.com/waitFor": "condition=Ready" });
    // The server says how long it lives.
    assert.deepEqual([spec.duration, spec.renewBefore, spec.subject], [undefined, undefined, undefined]);
    const narrow = await record(changed(modes.eks(), "certificates.edge.names", "hosts"));
    assert.deepEqual(edgeOf(narrow).spec.dnsNames, ["kubeflow.example.com"]);
  });

  it("covers each host with HTTP-01, and nothing waits for it, since the gateway's pods come later", async () => {
    const dev = changed(changed(modes.http01(), "environment", "dev"), "echo.enabled", true);
    const { metadata, spec } = edgeOf(await record(dev));
    assert.deepEqual(spec.dnsNames, ["kubeflow.example.com", "echo.kubeflow.example.com"]);
    assert.equal(metadata.annotations, undefined);
  });
});

describe("an HTTP-01 challenge", () => {
  let recording: Recording;
  before(async () => {
    recording = await record(changed(changed(modes.http01(), "environment", "dev"), "echo.enabled", true));
  });

  interface Solver {
    selector: { dnsNames: string[] };
    http01: {
      ingress: {
        ingressClassName: string;
        serviceType: string;
        podTemplate: { metadata: { labels: Record<string, string> } };
      };
    };
  }
  const solvers = () => issuerOf(recording).spec.acme.solvers as Solver[];

  it("has a solver for each host, without a sidecar, and an Ingress that nobody serves", () => {
    assert.deepEqual(
      solvers().map(({ selector }) => selector.dnsNames),
      [["kubeflow.example.com"], ["echo.kubeflow.example.com"]],
    );
    for (const { http01 } of solvers()) {
      const { ingressClassName, serviceType, podTemplate } = http01.ingress;
      assert.deepEqual([ingressClassName, serviceType], ["gatehouse-unserved", "ClusterIP"]);
      assert.equal(podTemplate.metadata.labels["sidecar.istio.io/inject"], "false");
    }
  });

  it("comes to the solver of its host, and to no other", () => {
    const labels = solvers().map(({ http01 }) => http01.ingress.podTemplate.metadata.labels["gatehouse/acme-solver"]);
    assert.equal(new Set(labels).size, 2);
    for (const [index, { selector }] of solvers().entries()) {
      const [host = ""] = selector.dnsNames;
      const name = `gatehouse-acme-${labels[index]}`;
      const service = recording.object<{ spec: object }>("Service", name, "ingress");
      assert.deepEqual(service.spec, {
        selector: { "gatehouse/acme-solver": labels[index] },
        ports: [{ name: "http", port: 8089, targetPort: 8089, protocol: "TCP" }],
      });
      const route = recording.object<{ spec: object }>("VirtualService", name, "ingress");
      assert.deepEqual(route.spec, {
        hosts: [host],
        gateways: ["ingress/gatehouse-http"],
        http: [
          {
            name: "challenge",
            match: [{ uri: { prefix: "/.well-known/acme-challenge/" }, method: { exact: "GET" } }],
            route: [{ destination: { host: `${name}.ingress.svc.cluster.local`, port: { number: 8089 } } }],
          },
          { name: "https", redirect: { scheme: "https", redirectCode: 301 } },
        ],
      });
    }
  });

  it("is all that routes at port 80, where no other namespace may", () => {
    assert.deepEqual(
      serversOf(recording).map(({ port }) => port.number),
      [443],
    );
    assert.deepEqual(serversOf(recording, "gatehouse-http"), [
      {
        port: { number: 80, name: "http", protocol: "HTTP" },
        hosts: ["ingress/kubeflow.example.com", "ingress/echo.kubeflow.example.com"],
      },
    ]);
  });

  it("passes the redirect, which nothing else passes", async () => {
    assert(filterOf(recording).includes("acme%-challenge"));
    assert(!filterOf(await record(modes.eks())).includes("acme%-challenge"));
  });

  it("finds its way open: from cert-manager to the gateway, and from the gateway to the solver", () => {
    const egress = (name: string, namespace: string) =>
      JSON.stringify(recording.object<{ spec: { egress: object } }>("NetworkPolicy", name, namespace).spec.egress);
    assert(egress("allow-gatehouse-gateway", "ingress").includes('"acme.cert-manager.io/http01-solver":"true"'));
    assert(egress("allow-cert-manager", "cert-manager").includes('"port":8080'));
    const { spec } = recording.object<{ spec: { ingress: { ports: object[] }[] } }>(
      "NetworkPolicy",
      "allow-acme-solver",
      "ingress",
    );
    assert.deepEqual(
      spec.ingress.map(({ ports }) => ports),
      [[{ port: 8089, protocol: "TCP" }]],
    );
  });
});

describe("a DNS-01 challenge", () => {
  const solver = async (settings: Tree, surroundings = {}) =>
    issuerOf(await record(settings, surroundings)).spec.acme.solvers;

  it("is answered in Route 53 by a ServiceAccount whose tokens cert-manager alone may make", async () => {
    const recording = await record(modes.eks());
    assert.deepEqual(issuerOf(recording).spec.acme.solvers, [
      {
        dns01: {
          route53: {
            region: "eu-central-1",
            hostedZoneID: "Z0123456789ABCDEFGHIJ",
            role: "arn:aws:iam::111122223333:role/gatehouse-dns",
            auth: { kubernetes: { serviceAccountRef: { name: "gatehouse-acme-dns" } } },
          },
        },
      },
    ]);
    recording.object("ServiceAccount", "gatehouse-acme-dns", "ingress");
    assert.deepEqual(recording.object<{ rules: object[] }>("Role", "gatehouse-acme-dns", "ingress").rules, [
      {
        apiGroups: [""],
        resources: ["serviceaccounts/token"],
        resourceNames: ["gatehouse-acme-dns"],
        verbs: ["create"],
      },
    ]);
    const { subjects } = recording.object<{ subjects: object[] }>("RoleBinding", "gatehouse-acme-dns", "ingress");
    assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: "cert-manager", namespace: "cert-manager" }]);
  });

  it("is answered in Cloud DNS and Azure DNS as cert-manager's own pod, which those alone let it", async () => {
    const valuesOf = async (settings: Tree) => {
      const { extraArgs, podLabels, serviceAccount } = (await record(settings)).chart("cert-manager").values;
      return { extraArgs, podLabels, serviceAccount };
    };
    const label = { "azure.workload.identity/use": "true" };
    assert.deepEqual(await valuesOf(modes.aks()), {
      extraArgs: ["--issuer-ambient-credentials"],
      podLabels: label,
      serviceAccount: { labels: label },
    });
    const account = "gatehouse-dns@example-dns.iam.gserviceaccount.com";
    assert.deepEqual(await valuesOf(modes.gke()), {
      extraArgs: ["--issuer-ambient-credentials"],
      podLabels: undefined,
      serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": account } },
    });
    const none = { extraArgs: undefined, podLabels: undefined, serviceAccount: undefined };
    for (const settings of [modes.eks(), modes.cloudflare(), modes.http01(), modes.byKey.azureDns?.() ?? {}]) {
      assert.deepEqual(await valuesOf(settings), none);
    }
    assert.deepEqual(await solver(modes.aks()), [
      {
        dns01: {
          azureDNS: {
            subscriptionID: "00000000-0000-0000-0000-000000000001",
            resourceGroupName: "dns",
            hostedZoneName: "example.com",
            managedIdentity: { clientID: "00000000-0000-0000-0000-000000000002" },
          },
        },
      },
    ]);
    assert.deepEqual(await solver(modes.gke()), [
      { dns01: { cloudDNS: { project: "example-dns", hostedZoneName: "example-com" } } },
    ]);
  });

  it("is answered by a key in a Secret of the cluster, of which we make none", async () => {
    const keys: Record<string, object> = {
      route53: {
        route53: {
          region: "eu-central-1",
          accessKeyID: "AKIAIOSFODNN7EXAMPLE",
          secretAccessKeySecretRef: { name: "route53", key: "secretAccessKey" },
        },
      },
      cloudDns: {
        cloudDNS: { project: "example-dns", serviceAccountSecretRef: { name: "cloud-dns", key: "key.json" } },
      },
      azureDns: {
        azureDNS: {
          subscriptionID: "00000000-0000-0000-0000-000000000001",
          resourceGroupName: "dns",
          hostedZoneName: "example.com",
          tenantID: "00000000-0000-0000-0000-000000000003",
          clientID: "00000000-0000-0000-0000-000000000002",
          clientSecretSecretRef: { name: "azure-dns", key: "clientSecret" },
        },
      },
    };
    for (const [name, shape] of Object.entries(modes.byKey)) {
      const recording = await record(shape());
      assert.deepEqual(issuerOf(recording).spec.acme.solvers, [{ dns01: keys[name] }]);
      assert.deepEqual(recording.all("Secret", "ingress"), []);
    }
    assert.deepEqual(await solver(modes.cloudflare()), [
      { dns01: { cloudflare: { apiTokenSecretRef: { name: "cloudflare", key: "apiToken" } } } },
    ]);
  });

  it("is answered by a token from the settings, which stays a secret", async () => {
    const settings = changed(modes.cloudflare(), "certificates.edge.challenge.provider.apiToken", "hunter2-hunter2");
    const recording = await record(settings, secret);
    const { inputs } = recording.declared("Secret", "gatehouse-acme-dns", "ingress");
    assert(JSON.stringify(inputs).includes("hunter2-hunter2"));
    assert(!JSON.stringify(issuerOf(recording)).includes("hunter2"));
    assert.deepEqual(issuerOf(recording).spec.acme.solvers, [
      { dns01: { cloudflare: { apiTokenSecretRef: { name: "gatehouse-acme-dns", key: "apiToken" } } } },
    ]);
    const { challenge } = settingsOf(settings, secret).certificates.edge as {
      challenge: { provider: { apiToken: pulumi.Output<string> } };
    };
    assert.equal(await pulumi.isSecret(challenge.provider.apiToken), true);
  });

  it("is looked up at the cluster's resolvers alone, so that port 53 stays closed", async () => {
    const recording = await record(modes.eks());
    assert.equal(recording.chart("cert-manager").values.dns01RecursiveNameserversOnly, true);
    assert.equal((await record(modes.http01())).chart("cert-manager").values.dns01RecursiveNameserversOnly, undefined);
  });

  it("reaches GKE's metadata server with Workload Identity", async () => {
    const { spec } = (await record(modes.gke())).object<{ spec: { egress: object } }>(
      "NetworkPolicy",
      "allow-cert-manager",
      "cert-manager",
    );
    const text = JSON.stringify(spec.egress);
    assert(text.includes('"169.254.169.252/32"') && text.includes('"port":988'), text);
  });
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
    assert(text.includes('{"key":"x-forwarded-proto","value":"https"}'));
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
