import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { authority } from "../acceptance/certificates";
import { type Recording } from "../program/recording";
import { changed, settingsOf, type Tree } from "../stacks/fixture";
import * as modes from "../stacks/modes";
import { edgeOf, filterOf, issuerOf, record, secret, serversOf } from "./edge";

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
