import { strict as assert } from "node:assert";
import { type Flow, flowsOf, type Peer } from "../../components/flows";
import { flowsReference } from "../../components/flowsReference";
import { everything } from "../../stacks/everything";
import { changed, production, settingsOf } from "../stacks/fixture";
import { connectors, productionWithProvider, withPostgres, withRedis } from "../stacks/identities";

const nameOf = (peer: Peer) =>
  peer.kind === "allPods" ? "all" : peer.kind === "namespace" ? peer.namespace : peer.name;
const rowOf = ({ from, to, ports }: Flow) =>
  `${nameOf(from)} → ${nameOf(to)}: ${ports === "any TCP port" ? ports : ports.map(({ port }) => port).join(", ")}`;
const rowsOf = (path?: string, value?: unknown) =>
  flowsOf(settingsOf(path === undefined ? production() : changed(production(), path, value))).map(rowOf);

/** The rows that a change adds, and those that it takes away. */
const changeBy = (path: string, value: unknown) => {
  const [before, after] = [rowsOf(), rowsOf(path, value)];
  return {
    more: after.filter((row) => !before.includes(row)),
    less: before.filter((row) => !after.includes(row)),
  };
};

describe("the flows of a stack", () => {
  it("are these in the least production stack", () => {
    assert.deepEqual(rowsOf(), [
      "clients → gatehouse-gateway: 8080, 8443",
      "gatehouse-gateway → oauth2-proxy: 4180",
      "gatehouse-gateway → dex: 5556",
      "oauth2-proxy → gatehouse-gateway: 8444",
      "istiod → gatehouse-gateway: 8444",
      "all → istiod: 15012",
      "gatehouse-gateway → istiod: 15012",
      "dex → istiod: 15012",
      "oauth2-proxy → istiod: 15012",
      "API server → istiod: 15017",
      "API server → webhook: 10250",
      "istiod → API server: 443",
      "istio-cni-node → API server: 443",
      "cert-manager → API server: 443",
      "cainjector → API server: 443",
      "webhook → API server: 443",
      "startupapicheck → API server: 443",
      "dex → API server: 443",
      "cert-manager → cluster DNS: 53, 53",
      "istio-system → cluster DNS: 53, 53",
      "istio-cni → cluster DNS: 53, 53",
      "ingress → cluster DNS: 53, 53",
      "auth → cluster DNS: 53, 53",
      "dex → identity providers: 443",
    ]);
  });

  it("come to the webhooks from anywhere where the API server calls them through a tunnel", () => {
    assert.deepEqual(changeBy("cluster.apiServer.callsWebhooksFrom", "anywhere"), {
      more: ["API server's tunnel → istiod: 15017", "API server's tunnel → webhook: 10250"],
      less: ["API server → istiod: 15017", "API server → webhook: 10250"],
    });
  });

  it("come to the gateway from the load balancer alone, also for its health checks", () => {
    assert.deepEqual(changeBy("ingress.trustedRanges", ["10.0.4.0/24"]), {
      more: ["load balancer → gatehouse-gateway: 8080, 8443", "load balancer → gatehouse-gateway: 15021"],
      less: ["clients → gatehouse-gateway: 8080, 8443"],
    });
  });

  it("lead to resolvers that are no pods, besides those that are", () => {
    const { more, less } = changeBy("cluster.dns.addresses", ["169.254.20.10/32"]);
    assert.deepEqual([more.length, less], [5, []]);
    assert(more.every((row) => row.endsWith(" → resolvers: 53, 53")));
  });

  it("lead to each kind of DNS pods, such as a cache on the node and what it asks", () => {
    const { more, less } = changeBy("cluster.dns.podLabels", ["k8s-app=kube-dns", "k8s-app=node-local-dns"]);
    assert.deepEqual([more.length, less], [5, []]);
    assert(more.every((row) => row.endsWith(" → cluster DNS, node-local-dns: 53, 53")));
  });

  it("lead to applications at any TCP port, since only they know theirs", () => {
    assert.deepEqual(changeBy("ingress.applicationNamespaces", ["kubeflow"]), {
      more: ["gatehouse-gateway → kubeflow: any TCP port"],
      less: [],
    });
  });

  it("lead to metrics where somebody scrapes them", () => {
    const { more, less } = changeBy("monitoring.namespace", "monitoring");
    assert.deepEqual(less, []);
    assert.deepEqual(more, [
      "monitoring → gatehouse-gateway: 15020",
      "monitoring → dex: 15020",
      "monitoring → oauth2-proxy: 15020",
      "monitoring → istiod: 15014",
      "monitoring → istio-cni-node: 15014",
      "monitoring → cert-manager: 9402",
      "monitoring → cainjector: 9402",
      "monitoring → webhook: 9402",
    ]);
  });

  it("lead to the ports of providers and issuers, and always to 443", () => {
    const issuer = (name: string, url: string) => ({
      name,
      issuer: url,
      audiences: ["a"],
      users: [`${name}:*`],
    });
    assert.deepEqual(
      changeBy("machines.issuers", [issuer("a", "https://a.example.com:8443"), issuer("b", "https://b.example.com")]),
      {
        more: ["istiod → machine issuers: 443, 8443"],
        less: [],
      },
    );
    assert.deepEqual(changeBy("identity.connectors[0].issuer", "https://login.example.com:9443"), {
      more: ["dex → identity providers: 443, 9443"],
      less: ["dex → identity providers: 443"],
    });
  });

  const ofConnector = (type: keyof typeof connectors) => changeBy("identity.connectors", [connectors[type]]);

  it("lead to a directory's own addresses, and to no others", () => {
    assert.deepEqual(ofConnector("ldap"), {
      more: ['dex → directory "directory": 636'],
      less: ["dex → identity providers: 443"],
    });
    const pods = { ...connectors.ldap, network: { type: "namespace", namespace: "ldap", port: 1636 } };
    assert.deepEqual(changeBy("identity.connectors", [pods]).more, ["dex → ldap: 1636"]);
  });

  it("lead nowhere for SAML, whose messages a browser carries", () => {
    const settings = changed(production(), "sessions.idToken", "12h");
    const rows = flowsOf(settingsOf(changed(settings, "identity.connectors", [connectors.saml]))).map(rowOf);
    assert.deepEqual(
      rows,
      rowsOf().filter((row) => row !== "dex → identity providers: 443"),
    );
  });

  it("lead to the providers that have an address of their own at the internet's port", () => {
    for (const type of ["github", "google", "microsoft"] as const) {
      assert.deepEqual(ofConnector(type), { more: [], less: [] }, type);
    }
  });

  it("lead from Dex to its database in place of the API server", () => {
    const { provider } = withPostgres().identity as { provider: unknown };
    assert.deepEqual(changeBy("identity.provider", provider), {
      more: ["dex → Dex's database: 5432"],
      less: ["dex → API server: 443"],
    });
  });

  it("lead from oauth2-proxy to the store of sessions", () => {
    const { storage } = withRedis().sessions as { storage: unknown };
    assert.deepEqual(changeBy("sessions.storage", storage), {
      more: ["oauth2-proxy → session store: 6379"],
      less: [],
    });
  });

  it("lead from Dex to the issuers of jobs' tokens", () => {
    const machines = {
      connectors: [{ id: "jobs", issuer: "https://ci.example.com:8443" }],
      clients: [{ id: "ci", connectors: ["jobs"], users: ["a"] }],
    };
    assert.deepEqual(changeBy("machines", machines), {
      more: ["dex → issuers of jobs' tokens: 443, 8443"],
      less: [],
    });
  });

  it("lead to a provider in place of Dex, and then none to Dex or the internal listener", () => {
    const [before, after] = [rowsOf(), flowsOf(settingsOf(productionWithProvider())).map(rowOf)];
    assert.deepEqual(
      after.filter((row) => !before.includes(row)),
      ["oauth2-proxy → identity provider: 443", "istiod → identity provider: 443"],
    );
    assert.deepEqual(
      before.filter((row) => !after.includes(row)),
      [
        "gatehouse-gateway → dex: 5556",
        "oauth2-proxy → gatehouse-gateway: 8444",
        "istiod → gatehouse-gateway: 8444",
        "dex → istiod: 15012",
        "dex → API server: 443",
        "dex → identity providers: 443",
      ],
    );
  });

  it("lead to the cluster's own keys from istiod alone, and from there to the API server alone", () => {
    const issuer = "https://kubernetes.default.svc.cluster.local";
    assert.deepEqual(changeBy("machines.cluster", { type: "selfSigned", issuer, audiences: ["a"] }), {
      more: ["istiod → cluster-keys: 8443", "cluster-keys → API server: 443"],
      less: [],
    });
  });

  it("lead to a cluster's public keys, where the cloud keeps them", () => {
    const issuer = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    assert.deepEqual(changeBy("machines.cluster", { type: "public", issuer, audiences: ["a"] }), {
      more: ["istiod → machine issuers: 443"],
      less: [],
    });
  });

  it("leave the internet alone where every key is at hand", () => {
    const keys = JSON.stringify({
      keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
    });
    const issuers = [{ name: "a", issuer: "https://a.example.com", audiences: ["a"], jwks: keys }];
    assert.deepEqual(changeBy("machines.issuers", issuers), { more: [], less: [] });
  });

  it("lead to the metadata server by the named exception alone", () => {
    assert.deepEqual(
      changeBy("network.metadataExceptions", [{ namespace: "cert-manager", reason: "DNS-01 challenges." }]),
      {
        more: ["cert-manager → cloud metadata server: 80"],
        less: [],
      },
    );
  });
});

describe("the page of flows", () => {
  const page = flowsReference(everything());

  it("has a row for every flow, with its reason", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| from"));
    const flows = flowsOf(everything());
    assert.equal(rows.length, flows.length + 2);
    flows.forEach(({ why }, index) => assert(rows[index]?.endsWith(`| ${why} |`), rows[index]));
  });

  it("has what a load balancer in front changes below that", () => {
    const [, behind = ""] = page.split("With `ingress.trustedRanges`");
    const rows = behind.split("\n").filter((line) => line.startsWith("| load balancer"));
    assert.deepEqual(rows, [
      "| load balancer (`10.0.4.0/24`) | gatehouse-gateway (`ingress`) | 8080/TCP, 8443/TCP | Requests; HTTP only to be redirected. |",
      "| load balancer (`10.0.4.0/24`) | gatehouse-gateway (`ingress`) | 15021/TCP | Health checks, `/healthz/ready` of each pod. |",
    ]);
  });

  it("names every kind of end", () => {
    for (const end of [
      "`auth`",
      "every pod of the cluster",
      "every pod of `kubeflow`",
      "(`172.18.0.0/16`)",
      "53/UDP",
    ]) {
      assert(page.includes(end), end);
    }
  });
});
