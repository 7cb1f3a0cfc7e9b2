import assert from "node:assert/strict";
import { type NotebookHosts, type Server } from "../../../acceptance/check";
import { type FlowPace, networkFlows } from "../../../acceptance/checks/failClosed/networkFlows";
import { type Counters } from "../../../acceptance/cluster/connectionProbe";
import { type Manifest } from "../../../acceptance/cluster/sandbox";
import { type FakeCluster, FakeStatus } from "../cluster/fakeCluster";
import { type FakePlatform, fakePlatform, outcomeOf } from "../cluster/fakePlatform";

/** A network in which the policies that the check makes are seen, and all others are what the test says. */
interface Network {
  enforces?: boolean;
  /** Ports that a mistake in the policies leaves open to everybody. */
  leaves?: readonly number[];
  /** Ports at which nobody listens. */
  deaf?: readonly number[];
  noNames?: boolean;
  /** Pods of the platform may connect anywhere. */
  openEgress?: boolean;
  /** Stays in effect when the policy is gone. */
  sticky?: boolean;
  /** Parts of the platform that may connect to the directory; Dex by default. */
  toDirectory?: readonly string[];
  /** Parts that may connect to the notebooks' oauth2-proxy; the gateway by default. */
  toNotebooks?: readonly string[];
}

const parts: [namespace: string, name: string, labels: Record<string, string>][] = [
  ["cert-manager", "cert-manager", { "app.kubernetes.io/component": "controller" }],
  ["cert-manager", "cainjector", { "app.kubernetes.io/component": "cainjector" }],
  ["cert-manager", "webhook", { "app.kubernetes.io/component": "webhook" }],
  ["istio-system", "istiod", { app: "istiod" }],
  ["istio-cni", "istio-cni-node", { "k8s-app": "istio-cni-node" }],
  ["ingress", "gateway", { app: "gatehouse-gateway", istio: "gatehouse-gateway" }],
  ["auth", "dex", { "app.kubernetes.io/name": "dex" }],
  ["auth", "oauth2-proxy", { "app.kubernetes.io/name": "oauth2-proxy" }],
  ["gatehouse-echo", "echo", { "app.kubernetes.io/name": "echo" }],
];
const notebooksProxy: (typeof parts)[number] = [
  "auth",
  "oauth2-proxy-notebooks",
  { "app.kubernetes.io/name": "oauth2-proxy-notebooks" },
];
const hosts: NotebookHosts = {
  domain: "kubeflow-notebooks.example.com",
  signInHost: new URL("https://auth.kubeflow-notebooks.example.com"),
  authorization: false,
};
const directory: Server = { address: "10.20.0.5", port: 636, parts: ["dex"] };
const listedPorts = [15012, 8080, 8443];

describe("network flows", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (
    network: Network,
    prepare: (cluster: FakeCluster) => void = () => undefined,
    servers: readonly Server[] = [],
    notebooks?: NotebookHosts,
  ) => {
    platform = await fakePlatform();
    const { cluster } = platform;
    cluster.pods.clear();
    for (const [index, [namespace, name, labels]] of [
      ...parts,
      ...(notebooks === undefined ? [] : [notebooksProxy]),
    ].entries()) {
      const metadata = { name, namespace, uid: name, labels };
      const status = { podIP: `10.0.0.${index}`, conditions: [{ type: "Ready", status: "True" }] };
      cluster.pods.set(name, { metadata, status });
    }
    cluster.endpoints = [
      { ports: [{ name: "metrics", port: 9153, protocol: "TCP" }], endpoints: [{ addresses: ["10.0.0.99"] }] },
      {
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
        endpoints: [{ addresses: ["10.0.0.98"] }, { addresses: ["10.0.0.97"], conditions: { ready: false } }],
      },
    ];
    prepare(cluster);
    const pace: FlowPace = { within: 30, every: 1, open: fakeProbe(cluster, network) };
    const said = await outcomeOf(platform, (context) =>
      networkFlows(pace).run({
        ...context,
        target: { ...context.target, servers, ...(notebooks === undefined ? {} : { notebooks }) },
      }),
    );
    return { ...said, cluster };
  };

  it("pass where policies are enforced, and leave nothing behind", async () => {
    const { faults, right, cluster } = await outcome({});
    assert.deepEqual(faults, []);
    for (const namespace of ["cert-manager", "istio-system", "istio-cni", "ingress", "auth", "gatehouse-echo"]) {
      assert.ok(right.includes(`from a pod of ${namespace} to the cluster's DNS: open, because a flow lists it`));
      assert.ok(right.includes(`from a pod of ${namespace} to a pod elsewhere: closed, because no flow lists it`));
    }
    assert.ok(
      right.includes("from a pod that no flow lists to dex (auth), port 5556: closed, because no flow lists it"),
    );
    assert.ok(
      right.includes(
        "from a pod that no flow lists to dex (auth), port 5556: open, with a policy that lets the suite in",
      ),
    );
    assert.deepEqual([...cluster.made.keys()], []);
    assert.ok(cluster.changes.filter(({ method }) => method === "DELETE").length >= 14);
  });

  const wrong: [what: string, network: Network, said: RegExp][] = [
    [
      "the network plugin enforces nothing",
      { enforces: false },
      /to dex \(auth\), port 5556 should be closed, because/,
    ],
    ["one port is open", { leaves: [4180] }, /to oauth2-proxy \(auth\), port 4180 should be closed.*it is open/],
    [
      "nobody listens, so that a closed port proves nothing",
      { deaf: [9402] },
      /9402 should be open, with a policy that/,
    ],
    [
      "a listed flow is closed",
      { deaf: [15012] },
      /istiod \(istio-system\), port 15012 should be open, because a flow/,
    ],
    ["names cannot be asked for", { noNames: true }, /from a pod of auth to the cluster's DNS should be open/],
    ["pods may connect anywhere", { openEgress: true }, /from a pod of ingress to a pod elsewhere should be closed/],
    ["what was allowed stays allowed", { sticky: true }, /should be closed, once that policy is gone; it is open/],
  ];
  for (const [what, network, said] of wrong) {
    it(`fail where ${what}`, async () => {
      const { faults, cluster } = await outcome(network);
      assert.match(faults.join("\n"), said);
      assert.deepEqual([...cluster.made.keys()], []);
    });
  }

  it("fail where a part has no ready pod, or the cluster no DNS", async () => {
    const gone = await outcome({}, ({ pods }) => void pods.delete("istiod"));
    assert.match(gone.faults.join("\n"), /no pod of istiod in istio-system is ready/);
    await platform?.close();
    const nameless = await outcome({}, (cluster) => void (cluster.endpoints = []));
    assert.match(nameless.faults.join("\n"), /no endpoints with a port named dns-tcp/);
  });

  describe("to a server outside that one part may ask", () => {
    const withDirectory = (network: Network) => outcome(network, undefined, [directory]);

    it("pass where that part reaches it and no other does, by pods that are never ready", async () => {
      const { faults, right, cluster } = await withDirectory({});
      assert.deepEqual(faults, []);
      const to = "to the server 10.20.0.5, port 636";
      assert.ok(right.includes(`from a pod with the labels of dex (auth) ${to}: open, because a flow lists it`));
      for (const other of [
        "oauth2-proxy (auth)",
        "gatehouse-gateway (ingress)",
        "istiod (istio-system)",
        "echo (gatehouse-echo)",
      ]) {
        assert.ok(
          right.includes(`from a pod with the labels of ${other} ${to}: closed, because no flow lists it`),
          other,
        );
      }
      // A DaemonSet would adopt it.
      assert.doesNotMatch(right.join("\n"), /with the labels of istio-cni-node/);
      const made = cluster.changes.filter(({ method, path }) => method === "POST" && path.endsWith("/pods"));
      const pods = made.map(({ body }) => body as Manifest & { spec: { containers: { readinessProbe: object }[] } });
      const asDex = pods.find(({ metadata }) => metadata.name === "as-dex");
      assert.deepEqual(asDex?.metadata.labels, { "app.kubernetes.io/name": "dex", "sidecar.istio.io/inject": "false" });
      assert.deepEqual(asDex?.spec.containers[0]?.readinessProbe, { httpGet: { path: "/", port: 9 } });
      assert.deepEqual([...cluster.made.keys()], []);
    });

    it("fail where another part reaches it", async () => {
      const { faults } = await withDirectory({ toDirectory: ["as-dex", "as-oauth2-proxy"] });
      assert.match(
        faults.join("\n"),
        /from a pod with the labels of oauth2-proxy \(auth\) to the server .* should be closed/,
      );
    });

    it("fail where its own part does not", async () => {
      const { faults } = await withDirectory({ toDirectory: [] });
      assert.match(
        faults.join("\n"),
        /with the labels of dex \(auth\) to the server .* should be open, because a flow lists it/,
      );
    });

    it("fail where nobody listens there, so that a closed way proves nothing", async () => {
      const { faults } = await withDirectory({ deaf: [636] });
      assert.match(
        faults.join("\n"),
        /from a pod that no flow lists to the server .* should be open, because nothing forbids it/,
      );
    });
  });

  describe("to the sign-in of notebooks that have hosts of their own", () => {
    const withNotebooks = (network: Network, servers: readonly Server[] = []) =>
      outcome(network, undefined, servers, hosts);
    const title = "oauth2-proxy-notebooks (auth), port 4180";
    const from = (part: string) => `from a pod with the labels of ${part} to ${title}`;

    it("pass where the gateway reaches it, and neither its neighbours nor anybody else", async () => {
      const { faults, right } = await withNotebooks({});
      assert.deepEqual(faults, []);
      const said = right.filter((text) => text.includes(title)).sort();
      const afterwards = ["open, with a policy that lets the suite in", "closed, once that policy is gone"];
      const stays = (text: string, seen: string) => [
        `${text}: ${seen}, because ${seen === "open" ? "a flow lists it" : "no flow lists it"}`,
        `${text}: ${seen}, with a policy that lets the suite in`,
        `${text}: ${seen}, once that policy is gone`,
      ];
      assert.deepEqual(
        said,
        [
          ...stays(from("gatehouse-gateway (ingress)"), "open"),
          ...["dex (auth)", "oauth2-proxy (auth)", "oauth2-proxy-notebooks (auth)"].flatMap((part) =>
            stays(from(part), "closed"),
          ),
          ...["closed, because no flow lists it", ...afterwards].map(
            (seen) => `from a pod that no flow lists to ${title}: ${seen}`,
          ),
        ].sort(),
      );
    });

    it("fail where it is open to everybody, and only there", async () => {
      const { faults } = await withNotebooks({ leaves: [4180], deaf: [] });
      const seen = faults.filter((fault) => fault.includes(title));
      assert.equal(seen.length, 2);
      assert.match(
        seen.join("\n"),
        /^the connection from a pod that no flow lists to oauth2-proxy-notebooks .* closed/,
      );
    });

    it("fail where the gateway doesn't reach it", async () => {
      const { faults } = await withNotebooks({ toNotebooks: [] });
      assert.equal(faults.length, 3);
      assert.match(faults.join("\n"), /labels of gatehouse-gateway \(ingress\) to oauth2-proxy-notebooks .* be open/);
    });

    it("fail where the gate's own oauth2-proxy reaches it", async () => {
      const { faults } = await withNotebooks({ toNotebooks: ["as-gatehouse-gateway", "as-oauth2-proxy"] });
      assert.equal(faults.length, 3);
      assert.match(faults.join("\n"), /labels of oauth2-proxy \(auth\) to oauth2-proxy-notebooks .* be closed/);
    });

    it("have that proxy reach the servers that the gate's own may reach", async () => {
      const store: Server = { ...directory, parts: ["oauth2-proxy"] };
      const both = { toDirectory: ["as-oauth2-proxy", "as-oauth2-proxy-notebooks"] };
      assert.deepEqual((await withNotebooks(both, [store])).faults, []);
      await platform?.close();
      const { faults } = await withNotebooks({ toDirectory: ["as-oauth2-proxy"] }, [store]);
      assert.match(faults.join("\n"), /labels of oauth2-proxy-notebooks \(auth\) to the server .* be open/);
    });

    it("fail where it has no ready pod", async () => {
      const { faults } = await outcome({}, ({ pods }) => void pods.delete("oauth2-proxy-notebooks"), [], hosts);
      assert.match(faults.join("\n"), /no pod of oauth2-proxy-notebooks in auth is ready/);
    });
  });

  it("look at no namespace of an Istio or a cert-manager that somebody else runs, and at all the others", async () => {
    const { faults, right, cluster } = await outcome({ leaves: [15014, 9402] }, ({ others, pods }) => {
      others.add("cert-manager").add("istio-system");
      pods.delete("istio-cni-node");
    });
    assert.deepEqual(faults, []);
    assert.doesNotMatch(right.join("\n"), /cert-manager|istio-system|istio-cni/);
    for (const namespace of ["ingress", "auth", "gatehouse-echo"]) {
      assert.ok(right.includes(`from a pod of ${namespace} to a pod elsewhere: closed, because no flow lists it`));
    }
    assert.deepEqual([...cluster.made.keys()], []);
  });

  it("take nobody's word for it that the gate's own namespaces are somebody else's", async () => {
    const { faults } = await outcome({ leaves: [4180] }, ({ others }) => void others.add("auth").add("ingress"));
    assert.match(faults.join("\n"), /to oauth2-proxy \(auth\), port 4180 should be closed/);
  });

  it("remove what they made when something fails in the middle", async () => {
    const { faults, cluster } = await outcome({}, (fake) => {
      fake.before = ({ method, path }) => {
        if (method === "POST" && path.includes("/namespaces/auth/pods")) {
          throw new FakeStatus(403, "Forbidden");
        }
      };
    });
    assert.match(faults.join("\n"), /403/);
    assert.deepEqual([...cluster.made.keys()], []);
  });
});

/** Envoy's counters as they would be; each look is two tries later. */
function fakeProbe(
  cluster: FakeCluster,
  {
    enforces = true,
    leaves = [],
    deaf = [],
    toDirectory = ["as-dex"],
    toNotebooks = ["as-gatehouse-gateway"],
    ...network
  }: Network,
): FlowPace["open"] {
  const admittedOnce = new Set<string>();
  return (_, namespace, name) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const { spec } = cluster.made.get(path) as Manifest & { spec: { containers: { args: string[] }[] } };
    const { static_resources: resources } = JSON.parse(spec.containers[0]?.args[1] ?? "") as {
      static_resources: { clusters: { load_assignment: { endpoints: Endpoint[] } }[] };
    };
    const places = resources.clusters.map(({ load_assignment: { endpoints } }) => placeOf(endpoints));
    const outsider = name === "outsider";
    const isOpen = ({ address, port }: Place): boolean => {
      if (deaf.includes(port)) {
        return false;
      }
      if (port === 53) {
        return network.noNames !== true;
      }
      if (port === directory.port && !outsider) {
        return !enforces || toDirectory.includes(name);
      }
      if (name.startsWith("as-") && port === 4180) {
        return !enforces || toNotebooks.includes(name);
      }
      if (!outsider) {
        return !enforces || network.openEgress === true;
      }
      const of = [...parts, notebooksProxy][Number(address.split(".")[3])]?.[0] ?? "";
      const policy = [...cluster.made.keys()].some((key) => key.includes(`/namespaces/${of}/networkpolicies/`));
      if (policy) {
        admittedOnce.add(of);
      }
      const allowed = policy || (network.sticky === true && admittedOnce.has(of));
      const listed =
        port === 9080 ||
        port === directory.port ||
        leaves.includes(port) ||
        (listedPorts.includes(port) && of !== "gatehouse-echo");
      return !enforces || allowed || listed;
    };
    const counts = new Map(places.map((_place, index) => [index, { success: 0, failure: 0 }]));
    const counters = (): Promise<Counters> => {
      for (const [index, place] of places.entries()) {
        const { success, failure } = counts.get(index) ?? { success: 0, failure: 0 };
        const open = isOpen(place);
        counts.set(index, { success: success + (open ? 2 : 0), failure: failure + (open ? 0 : 2) });
      }
      return Promise.resolve(new Map(counts));
    };
    return Promise.resolve({ counters, close: () => Promise.resolve() });
  };
}

interface Place {
  address: string;
  port: number;
}

interface Endpoint {
  lb_endpoints: { endpoint: { address: { socket_address: { address: string; port_value: number } } } }[];
}

function placeOf([first]: Endpoint[]): Place {
  const { address = "", port_value: port = 0 } = first?.lb_endpoints[0]?.endpoint.address.socket_address ?? {};
  return { address, port };
}
