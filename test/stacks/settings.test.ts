import { strict as assert } from "node:assert";
import { environmentOf, presets } from "../../stacks/presets";
import { changed, problemsOf, production, project, settingsOf, type Tree } from "./fixture";

const missing = (mend: string) => `this setting has no default: ${mend}`;

/** Production's settings as a development or staging stack. */
const as = (stack: string, settings: Tree = production()) => settingsOf(settings, { stack });

describe("settings", () => {
  it("have a default for all but the facts that only a person knows", () => {
    const { environment, domain, cluster, identity, ...rest } = settingsOf(production(), { stack: "staging" });
    assert.equal(environment, "staging");
    assert.equal(domain, "kubeflow.example.com");
    assert.deepEqual(cluster, {
      apiServer: { cidrs: ["10.10.0.0/28"], ports: [443], callsWebhooksFrom: "addresses" },
      dns: { namespace: "kube-system", podLabels: ["k8s-app=kube-dns"], ports: [53], addresses: [] },
    });
    assert.deepEqual(
      identity.connectors.map(
        (connector) => connector.type === "oidc" && [connector.scopes, connector.groupsClaim, connector.ca],
      ),
      [[["openid", "profile", "email"], "groups", { type: "system" }]],
    );
    assert.deepEqual([identity.staticUsers, identity.allowedGroups], [[], []]);
    assert.deepEqual(identity.provider, { type: "dex", storage: { type: "kubernetes" } });
    assert.deepEqual(rest, {
      apps: [],
      certificates: {
        edge: { type: "privateCa" },
        organization: "Kubeflow Gatehouse",
        duration: "2160h",
        renewBefore: "360h",
        caDuration: "87600h",
      },
      ingress: {
        replicas: { min: 2, max: 5 },
        service: {
          type: "LoadBalancer",
          annotations: {},
          nodePorts: { http: 30080, https: 30443 },
          loadBalancer: { annotations: {}, sourceRanges: [] },
        },
        trustedRanges: [],
        clientAddress: { proxyProtocol: "off", trustedHops: 0 },
        applicationNamespaces: [],
        hsts: { maxAge: "24h", includeSubdomains: true, preload: false },
      },
      certManager: { type: "installed" },
      istio: { type: "installed", strictMtls: "mesh" },
      sessions: { lifetime: "12h", refresh: "45m", idToken: "1h", storage: { type: "cookie" } },
      machines: { cluster: { type: "none" }, connectors: [], clients: [], issuers: [] },
      replicas: 2,
      rotation: {
        cookieSecret: 1,
        clientSecret: 1,
        connectorSecrets: 1,
        staticPasswords: 1,
        sessionStorage: 1,
        machineClients: 1,
        certificateAuthority: 1,
      },
      monitoring: {},
      network: { metadataExceptions: [] },
      notebooks: { mode: "path" },
      echo: { enabled: false },
      mirror: {},
    });
  });

  it("default the API server's ports to 443 and 6443", () => {
    const { cluster } = settingsOf(changed(production(), "cluster.apiServer.ports", undefined));
    assert.deepEqual(cluster.apiServer.ports, [443, 6443]);
  });

  it("default a machine issuer's claim to sub, its groups to none, its users to accounts of Kubernetes, and its CA to public ones", () => {
    const issuer = { name: "cluster", issuer: "https://oidc.example.com", audiences: ["pipelines.kubeflow.org"] };
    const { machines } = settingsOf(changed(production(), "machines.issuers", [issuer]));
    const ca = { type: "system" };
    assert.deepEqual(machines.issuers, [{ ...issuer, ca, userClaim: "sub", users: ["system:serviceaccount:*"] }]);
  });

  const requiredLists = {
    "cluster.apiServer.cidrs":
      "name the API server's addresses: kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes",
    "cluster.apiServer.ports": "name the API server's port, mostly 443 or 6443",
  };
  for (const [path, mend] of Object.entries(requiredLists)) {
    it(`refuse an empty list for ${path}`, () => {
      assert.deepEqual(problemsOf(changed(production(), path, [])), [{ key: `${project}:${path}`, value: "[]", mend }]);
    });
  }

  const lists = {
    "cluster.apiServer.cidrs": "10.0.0.0/16",
    "cluster.apiServer.ports": 6443,
    "ingress.applicationNamespaces": "kubeflow",
    "ingress.trustedRanges": "10.0.0.0/16",
    "ingress.service.loadBalancer.sourceRanges": "203.0.113.0/24",
    "identity.emailDomains": "example.com",
    "identity.allowedGroups": "ml-engineers",
    "identity.connectors[0].scopes": "openid",
  };
  for (const [path, entry] of Object.entries(lists)) {
    it(`refuse an entry of ${path} that stands there twice`, () => {
      assert.deepEqual(problemsOf(changed(production(), path, [entry, entry])), [
        { key: `${project}:${path}`, value: JSON.stringify([entry, entry]), mend: "write each value once" },
      ]);
    });
  }

  it("refuse a machine issuer without an audience", () => {
    const issuer = { name: "cluster", issuer: "https://oidc.example.com", audiences: [] };
    assert.deepEqual(problemsOf(changed(production(), "machines.issuers", [issuer])), [
      {
        key: `${project}:machines.issuers[0].audiences`,
        value: "[]",
        mend: "name at least one audience: a token that was made for somebody else must not open this gate (RFC 8725, section 3.9)",
      },
    ]);
  });

  const required = {
    domain: missing(
      "write a DNS name of at least two labels, in lower case and without scheme, port or wildcard, such as kubeflow.example.com; in dev an IPv4 address does, too",
    ),
    cluster: missing("write a mapping with its keys indented below"),
    "cluster.apiServer": missing("write a mapping with its keys indented below"),
    "cluster.apiServer.cidrs": missing("write a list"),
    "identity.connectors[0].type": missing("write oidc or github or google or microsoft or ldap or saml"),
    "identity.connectors[0].id": missing("write up to 32 lower-case letters, digits and dashes, such as company"),
    "identity.connectors[0].name": missing("write the text for the sign-in button, 64 characters at the most"),
    "identity.connectors[0].issuer": missing(
      "write an https:// URL without user, query or fragment, such as https://login.example.com",
    ),
    "identity.connectors[0].clientId": missing("write the client ID that the provider gave"),
  };
  for (const [path, mend] of Object.entries(required)) {
    it(`ask for ${path} when it is missing`, () => {
      assert.deepEqual(problemsOf(changed(production(), path, undefined)), [
        { key: `${project}:${path}`, value: "(not set)", mend },
      ]);
    });
  }

  const wrongShapes: [path: string, value: unknown, mend: string][] = [
    ["ingress", null, "write a mapping with its keys indented below"],
    ["ingress", "", "write a mapping with its keys indented below"],
    ["ingress", [], "write a mapping with its keys indented below"],
    ["ingress.hsts", null, "write a mapping with its keys indented below"],
    ["ingress.applicationNamespaces", "kubeflow", "write a list"],
    ["identity.connectors", { id: 1 }, "write a list"],
    ["machines.issuers[0]", "https://oidc.example.com", "write a mapping with its keys indented below"],
  ];
  for (const [path, value, mend] of wrongShapes) {
    it(`say what ${path} is when it is ${JSON.stringify(value)}`, () => {
      const settings = changed(changed(production(), "machines.issuers", []), path, value);
      assert.deepEqual(problemsOf(settings), [{ key: `${project}:${path}`, value: JSON.stringify(value), mend }]);
    });
  }

  it("report everything that is wrong at once, and cross-checks of what is right", () => {
    const wrong = {
      ...production(),
      domain: "Kubeflow",
      replica: 4,
      ingress: { hsts: { maxAge: "a year" }, replicaz: {} },
      certificates: { renewBefore: "9000h" },
    };
    assert.deepEqual(
      problemsOf(wrong).map(({ key }) => key),
      ["domain", "ingress.hsts.maxAge", "ingress.replicaz", "replica", "certificates.renewBefore"].map(
        (key) => `${project}:${key}`,
      ),
    );
  });

  it("are refused in words that name key, value and mend of each problem", () => {
    const problems = problemsOf({ ...production(), replicas: 0, sessions: { refresh: "2h" } });
    assert.deepEqual(
      problems.map(({ key }) => key),
      [`${project}:replicas`, `${project}:sessions.refresh`],
    );
    assert.throws(() => settingsOf({ ...production(), replicas: 0, sessions: { refresh: "2h" } }), {
      name: "SettingsError",
      message: [
        "The settings of this stack have 2 problems; nothing was rendered.",
        "  kubeflow-gatehouse:replicas: 0",
        "    run at least one pod",
        '  kubeflow-gatehouse:sessions.refresh: "2h"',
        "    must be below sessions.idToken (1h), or the gateway refuses the token before it is renewed",
      ].join("\n"),
    });
  });

  it("are cut short in a message when they are long, and escaped where a terminal would act on them", () => {
    const [problem] = problemsOf({ ...production(), domain: `\u009b31m\u202e${"x".repeat(10_000)}` });
    assert.match(problem?.value ?? "", /^"\\u009b31m\\u202ex+…$/);
    assert((problem?.value.length ?? 0) < 300);
  });
});

describe("the environment", () => {
  it("is the stack's name where that is one, and otherwise prod", () => {
    assert.deepEqual(
      ["dev", "staging", "prod", "production", "Dev", "dev-2", "", "constructor", "__proto__"].map(environmentOf),
      ["dev", "staging", "prod", "prod", "prod", "prod", "prod", "prod", "prod"],
    );
    assert.equal(as("eu-west").environment, "prod");
    assert.equal(as("dev").environment, "dev");
  });

  it("is what the setting says, whatever the stack's name", () => {
    assert.equal(as("prod", { ...production(), environment: "dev" }).environment, "dev");
    assert.equal(as("dev", { ...production(), environment: "staging" }).environment, "staging");
  });

  it("brings no preset along when it is misspelt", () => {
    assert.deepEqual(problemsOf({ ...production(), environment: "prd" }), [
      { key: `${project}:environment`, value: '"prd"', mend: "write dev, staging or prod" },
    ]);
  });

  it("dev starts small, on node ports, with an echo and an HSTS that is forgotten soon", () => {
    const { replicas, ingress, echo } = as("dev");
    assert.equal(replicas, 2);
    assert.deepEqual(ingress.replicas, { min: 1, max: 2 });
    assert.equal(ingress.service.type, "NodePort");
    assert.deepEqual(ingress.hsts, { maxAge: "5m", includeSubdomains: false, preload: false });
    assert.equal(echo.enabled, true);
  });

  it("staging is production with an HSTS of a day and fewer pods", () => {
    const { replicas, ingress, echo } = as("staging");
    assert.equal(replicas, 2);
    assert.deepEqual(ingress.replicas, { min: 2, max: 5 });
    assert.equal(ingress.service.type, "LoadBalancer");
    assert.deepEqual(ingress.hsts, { maxAge: "24h", includeSubdomains: true, preload: false });
    assert.equal(echo.enabled, false);
  });

  it("prod survives the drain of two nodes and asks for HTTPS for a year", () => {
    const { replicas, ingress, echo } = as("prod");
    assert.equal(replicas, 3);
    assert.deepEqual(ingress.replicas, { min: 3, max: 10 });
    assert.equal(ingress.service.type, "LoadBalancer");
    assert.deepEqual(ingress.hsts, { maxAge: "8760h", includeSubdomains: true, preload: false });
    assert.equal(echo.enabled, false);
  });

  for (const environment of ["dev", "staging", "prod"] as const) {
    it(`${environment} has a preset that says nothing the schema says already`, () => {
      const bare = settingsOf({ ...production(), environment: "staging", ingress: { hsts: { maxAge: "8760h" } } });
      const repeated = leaves(presets[environment]).filter(([path, value]) => at(bare, path) === value);
      assert.deepEqual(repeated, []);
    });
  }
});

describe("a stack's file over its preset", () => {
  it("changes single keys of a mapping and leaves their neighbours", () => {
    const { ingress } = as("prod", { ...production(), ingress: { replicas: { max: 4 } } });
    assert.deepEqual(ingress.replicas, { min: 3, max: 4 });
    assert.equal(ingress.hsts.maxAge, "8760h");
  });

  it("can take back whatever the preset says", () => {
    const { echo, ingress } = as("dev", {
      ...production(),
      echo: { enabled: false },
      ingress: { service: { type: "ClusterIP" }, hsts: { includeSubdomains: true } },
    });
    assert.equal(echo.enabled, false);
    assert.equal(ingress.service.type, "ClusterIP");
    assert.deepEqual(ingress.hsts, { maxAge: "5m", includeSubdomains: true, preload: false });
  });

  it("replaces lists as a whole", () => {
    const { identity } = as("prod", changed(production(), "identity.connectors[0].scopes", ["openid"]));
    const [connector] = identity.connectors;
    assert.deepEqual(connector?.type === "oidc" && connector.scopes, ["openid"]);
  });

  it("never changes the preset itself", () => {
    const before = structuredClone(presets);
    as("dev", { ...production(), ingress: { replicas: { max: 9 }, hsts: { maxAge: "10m" } } });
    assert.deepEqual(presets, before);
  });

  it("may hold a number as a text, as pulumi config set writes it", () => {
    assert.equal(as("prod", { ...production(), replicas: "4" }).replicas, 4);
  });

  it("may hold a mapping as JSON text, as pulumi config set without a path writes it", () => {
    assert.equal(as("prod", { ...production(), sessions: '{"lifetime":"8h"}' }).sessions.lifetime, "8h");
  });
});

/** The single values of a tree, with their paths. */
function leaves(tree: object, path: readonly string[] = []): [string[], unknown][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? leaves(value, [...path, key])
      : [[[...path, key], value] as [string[], unknown]],
  );
}

const at = (tree: object, path: readonly string[]) =>
  path.reduce<unknown>((inner, key) => (inner as Tree | undefined)?.[key], tree);
