/** What makes each example what it is, as exact inputs. */
import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type Recording } from "../program/recording";
import { companyCa } from "../stacks/identities";
import { examples, recordingOf } from "./example";

interface Rule {
  from?: unknown;
  to?: unknown;
  ports?: unknown;
}

interface Facts {
  /** The gateway's Service, without its ports. */
  service: Record<string, unknown>;
  platform?: string;
  /** Where the edge's certificate is. */
  credential: string;
  /** The solver of the ACME issuer, where there is one. */
  solver?: Record<string, unknown>;
  /** What cert-manager needs for it. */
  certManager?: Record<string, unknown>;
  /** Dex's connectors, without what the provider's secret is called. */
  connectors: Record<string, unknown>[];
  /** Where the keys of the cluster's own tokens come from. */
  keys: string;
}

const internet = [
  { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32", "169.254.170.23/32"] } },
  { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"] } },
];
const ipBlocks = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));
const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
const redirectURI = "https://kubeflow.example.com/dex/callback";

const facts: Record<string, Facts> = {
  kind: {
    service: { type: "NodePort" },
    credential: "gatehouse-edge",
    connectors: [],
    keys: "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
  },
  eks: {
    service: {
      type: "LoadBalancer",
      loadBalancerClass: "service.k8s.aws/nlb",
      externalTrafficPolicy: "Local",
      annotations: {
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
        "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol": "*",
        "service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-443": "tcp.idle_timeout.seconds=3600",
      },
    },
    credential: "gatehouse-edge",
    solver: {
      route53: {
        region: "eu-central-1",
        hostedZoneID: "Z0123456789ABCDEFGHIJ",
        role: "arn:aws:iam::111122223333:role/gatehouse-dns",
        auth: { kubernetes: { serviceAccountRef: { name: "gatehouse-acme-dns" } } },
      },
    },
    connectors: [
      {
        issuer: "https://login.example.com",
        clientID: "kubeflow",
        redirectURI,
        scopes: ["openid", "profile", "email", "groups", "offline_access"],
        insecureEnableGroups: true,
        getUserInfo: true,
      },
    ],
    keys: "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF/keys",
  },
  gke: {
    service: {
      type: "LoadBalancer",
      loadBalancerIP: "203.0.113.10",
      externalTrafficPolicy: "Local",
      annotations: { "cloud.google.com/l4-rbs": "enabled" },
    },
    platform: "gke",
    credential: "gatehouse-edge",
    solver: { cloudDNS: { project: "example-dns", hostedZoneName: "example-com" } },
    certManager: {
      extraArgs: ["--issuer-ambient-credentials"],
      serviceAccount: {
        annotations: { "iam.gke.io/gcp-service-account": "gatehouse-dns@example-dns.iam.gserviceaccount.com" },
      },
    },
    connectors: [
      { clientID: "123456789012-abc.apps.googleusercontent.com", redirectURI, hostedDomains: ["example.com"] },
    ],
    keys: "https://container.googleapis.com/v1/projects/example/locations/europe-west1/clusters/ml/jwks",
  },
  aks: {
    service: {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      annotations: {
        "service.beta.kubernetes.io/azure-pip-name": "kubeflow",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": "network",
        "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": "60",
      },
    },
    credential: "gatehouse-edge",
    solver: {
      azureDNS: {
        subscriptionID: "00000000-0000-0000-0000-000000000001",
        resourceGroupName: "dns",
        hostedZoneName: "example.com",
        managedIdentity: { clientID: "00000000-0000-0000-0000-000000000002" },
      },
    },
    certManager: {
      extraArgs: ["--issuer-ambient-credentials"],
      podLabels: { "azure.workload.identity/use": "true" },
      serviceAccount: { labels: { "azure.workload.identity/use": "true" } },
    },
    connectors: [
      {
        clientID: "00000000-0000-0000-0000-000000000003",
        redirectURI,
        tenant: "00000000-0000-0000-0000-000000000004",
        groupNameFormat: "id",
        onlySecurityGroups: true,
      },
    ],
    keys: "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000004/11111111-1111-1111-1111-111111111111/openid/v1/jwks",
  },
  "on-premises": {
    service: { type: "LoadBalancer", loadBalancerIP: "10.30.1.10", externalTrafficPolicy: "Local" },
    credential: "kubeflow-tls",
    connectors: [
      {
        host: "ldap.example.com:636",
        rootCA: "/etc/dex-authorities/connector-directory.pem",
        bindDN: "cn=dex,ou=services,dc=example,dc=com",
        usernamePrompt: "User name",
        userSearch: {
          baseDN: "ou=people,dc=example,dc=com",
          filter: "(objectClass=person)",
          username: "uid",
          scope: "sub",
          idAttr: "entryUUID",
          emailAttr: "mail",
          nameAttr: "cn",
        },
        groupSearch: {
          baseDN: "ou=groups,dc=example,dc=com",
          filter: "(objectClass=groupOfNames)",
          scope: "sub",
          userMatchers: [{ userAttr: "DN", groupAttr: "member" }],
          nameAttr: "cn",
        },
      },
    ],
    keys: "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
  },
};

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
                  privateKeySecretRef: { name: "gatehouse-acme-account" },
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

  it("on EKS, let webhooks be called from the cluster's subnets alone", async () => {
    assert.deepEqual(
      rulesOf(await recordingOf("eks"), "ingress", "allow-webhook", "cert-manager").map(({ from }) => from),
      [ipBlocks("10.0.48.0/28", "10.0.48.16/28")],
    );
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

  it("on GKE, open the metadata server to cert-manager, and NodeLocal DNSCache to everybody", async () => {
    const recording = await recordingOf("gke");
    assert.deepEqual(rulesOf(recording, "egress", "allow-cert-manager", "cert-manager"), [
      { to: ipBlocks("172.16.0.2/32"), ports: tcp(443) },
      { to: internet, ports: tcp(443) },
      { to: ipBlocks("169.254.169.252/32"), ports: tcp(988) },
      { to: ipBlocks("169.254.169.254/32"), ports: tcp(80) },
    ]);
    assert.deepEqual(
      rulesOf(recording, "egress", "allow-all", "auth").map(({ to }) => to),
      [
        [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "node-local-dns" } },
          },
        ],
      ],
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
