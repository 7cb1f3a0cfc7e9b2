import { strict as assert } from "node:assert";
import { flowsOf } from "../../components/flows";
import { everything } from "../../stacks/everything";
import { connects, type End, type NetworkPolicy } from "../program/network";
import { podsOf, workloadsOf } from "../program/pods";
import { recordEverything } from "../program/record";
import { type Recording } from "../program/recording";

describe("the network policies of a stack", () => {
  let recording: Recording;
  let policies: NetworkPolicy[];
  before(async () => {
    recording = await recordEverything();
    policies = recording.all<NetworkPolicy>("NetworkPolicy");
  });

  const pod = (name: string) => {
    const found = podsOf(recording).find((one) => one.name === name);
    assert(found, name);
    return found;
  };

  it("let the platform's workloads reach each other at these ports, and at no others", () => {
    const pods = podsOf(recording);
    const ports = [
      80, 443, 4180, 5556, 5558, 6080, 8080, 8443, 8444, 9402, 10250, 15010, 15012, 15014, 15017, 15020, 44180,
    ];
    const found = pods.flatMap((from) =>
      pods.flatMap((to) =>
        ports
          .filter((port) => from !== to && connects(policies, from, to, port))
          .map((port) => `${from.name} → ${to.name}:${port}`),
      ),
    );
    assert.deepEqual(found.sort(), [
      "dex → istiod:15012",
      "echo → istiod:15012",
      "gateway → dex:5556",
      "gateway → echo:8080",
      "gateway → istiod:15012",
      "gateway → oauth2-proxy:4180",
      "istiod → cluster-keys:8443",
      "istiod → gateway:8444",
      "oauth2-proxy → gateway:8444",
      "oauth2-proxy → istiod:15012",
    ]);
  });

  it("let a pod of another namespace reach what every client and every sidecar may, and nothing else", () => {
    const stranger = { name: "notebook", namespace: "team-a", labels: { app: "notebook" } };
    const reached = podsOf(recording).flatMap((to) =>
      [4180, 5556, 5558, 8080, 8443, 8444, 9402, 10250, 15010, 15012, 15014, 15017, 15020, 44180]
        .filter((port) => connects(policies, stranger, to, port))
        .map((port) => `${to.name}:${port}`),
    );
    // The echo is an application with inCluster here, whose sidecar then asks for a token.
    assert.deepEqual(reached.sort(), ["echo:8080", "gateway:8080", "gateway:8443", "istiod:15012"]);
  });

  it("let the monitoring's namespace scrape, and another one not", () => {
    const scraper = { name: "prometheus", namespace: "monitoring", labels: {} };
    const targets: [string, number][] = [
      ["gateway", 15020],
      ["dex", 15020],
      ["oauth2-proxy", 15020],
      ["echo", 15020],
      ["istiod", 15014],
      ["istio-cni-node", 15014],
      ["cert-manager", 9402],
      ["cainjector", 9402],
      ["webhook", 9402],
    ];
    for (const [name, port] of targets) {
      assert(connects(policies, scraper, pod(name), port), `${name}:${port}`);
      assert(!connects(policies, { ...scraper, namespace: "other" }, pod(name), port), `${name}:${port}`);
      assert(!connects(policies, scraper, pod(name), 5556), name);
    }
  });

  it("let clients reach the gateway's two public ports, and the API server the webhooks", () => {
    const client: End = { address: "203.0.113.7" };
    assert(connects(policies, client, pod("gateway"), 8080));
    assert(connects(policies, client, pod("gateway"), 8443));
    assert(connects(policies, { address: "2001:db8::7" }, pod("gateway"), 8443));
    assert(!connects(policies, client, pod("gateway"), 8444));
    assert(!connects(policies, client, pod("dex"), 5556));
    const apiServer: End = { address: "172.18.0.2" };
    assert(connects(policies, apiServer, pod("istiod"), 15017));
    assert(connects(policies, apiServer, pod("webhook"), 10250));
    assert(!connects(policies, client, pod("istiod"), 15017));
    assert(!connects(policies, client, pod("webhook"), 10250));
  });

  it("let only those talk to the API server that have something to say to it", () => {
    const allowed = podsOf(recording).filter((from) => connects(policies, from, { address: "172.18.0.2" }, 6443));
    assert.deepEqual(allowed.map(({ name }) => name).sort(), [
      "cainjector",
      "cert-manager",
      "cluster-keys",
      "dex",
      "istio-cni-node",
      "istiod",
      "startupapicheck",
      "webhook",
    ]);
  });

  it("let everybody ask for names, over UDP and TCP", () => {
    const dns = { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
    for (const from of podsOf(recording)) {
      assert(connects(policies, from, dns, 53, "UDP"), from.name);
      assert(connects(policies, from, dns, 53, "TCP"), from.name);
      assert(!connects(policies, from, { ...dns, labels: { app: "other" } }, 53, "UDP"), from.name);
    }
  });

  it("let Dex and istiod out to the providers that the settings name, and nobody else", () => {
    const allowed = podsOf(recording).filter((from) => connects(policies, from, { address: "203.0.113.7" }, 443));
    assert.deepEqual(allowed.map(({ name }) => name).sort(), ["dex", "istiod"]);
    assert(!connects(policies, pod("dex"), { address: "203.0.113.7" }, 80));
  });

  it("select pods that are there, at ports at which they listen", () => {
    const pods = podsOf(recording);
    const containers = new Map(
      workloadsOf(recording).map(({ metadata, spec }) => [
        `${metadata.namespace}/${metadata.name}`,
        spec.template.spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)),
      ]),
    );
    for (const { from, to, ports } of flowsOf(everything())) {
      for (const peer of [from, to]) {
        if (peer.kind === "workload" && peer.namespace !== "kube-system") {
          const selected = pods.filter(
            ({ namespace, labels }) =>
              namespace === peer.namespace &&
              Object.entries(peer.labels).every(([key, value]) => labels[key] === value),
          );
          assert.deepEqual(
            selected.map(({ name }) => name),
            [peer.name === "gatehouse-gateway" ? "gateway" : peer.name],
          );
        }
      }
      const listening = to.kind === "workload" ? containers.get(`${to.namespace}/${to.name}`) : undefined;
      if (listening !== undefined && ports !== "any TCP port") {
        // 15020 is the sidecar's.
        assert(
          ports.every(({ port }) => port === 15020 || listening.includes(port)),
          JSON.stringify({ to, ports }),
        );
      }
    }
  });
});
