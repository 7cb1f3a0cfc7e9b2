import assert from "node:assert/strict";
import {
  between,
  type Counters,
  envoyConfig,
  probingPod,
  readCounters,
} from "../../../acceptance/cluster/connectionProbe";

describe("a pod that tries connections", () => {
  const attempts = [{ title: "Dex", address: "10.0.0.7", port: 5556 }];

  it("runs the platform's own Envoy, and passes the restricted standard", () => {
    const { metadata, spec } = probingPod("probe", "registry.example.com/proxyv2", attempts) as ReturnType<
      typeof probingPod
    > & {
      spec: { containers: { command: string[]; args: string[]; securityContext: object }[]; securityContext: object };
    };
    assert.match(JSON.stringify(spec), /"image":"registry.example.com\/proxyv2"/);
    assert.equal(metadata.labels?.["sidecar.istio.io/inject"], "false");
    const [container] = spec.containers;
    assert.deepEqual(container?.command, ["/usr/local/bin/envoy"]);
    assert.deepEqual(JSON.parse(container.args[1] ?? ""), JSON.parse(JSON.stringify(envoyConfig(attempts))));
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("makes a new connection at each try, although nobody uses the cluster", () => {
    const { static_resources: resources } = envoyConfig(attempts) as {
      static_resources: { clusters: { health_checks: Record<string, unknown>[] }[] };
    };
    const [check] = resources.clusters[0]?.health_checks ?? [];
    assert.equal(check?.reuse_connection, false);
    assert.equal(check.no_traffic_interval, check.interval);
    assert.equal(check.no_traffic_healthy_interval, check.interval);
    assert.deepEqual(check.tcp_health_check, {});
  });

  it("says open or closed only after two tries that ended alike", () => {
    const at = (success: number, failure: number): Counters => new Map([[0, { success, failure }]]);
    assert.equal(between(at(1, 1), at(3, 1), 0), "open");
    assert.equal(between(at(1, 1), at(1, 3), 0), "closed");
    assert.equal(between(at(1, 1), at(2, 2), 0), "unsettled");
    assert.equal(between(at(1, 1), at(2, 1), 0), "unsettled");
    assert.equal(between(at(1, 1), at(1, 1), 0), "unsettled");
    assert.equal(between(new Map(), at(5, 0), 0), "unsettled");
    assert.equal(between(at(1, 1), new Map(), 0), "unsettled");
  });

  it("reads Envoy's statistics and nothing else in them", () => {
    const stats = [
      { name: "cluster.attempt-0.health_check.success", value: 4 },
      { name: "cluster.attempt-0.health_check.failure", value: 1 },
      { name: "cluster.attempt-0.health_check.network_failure", value: 9 },
      { name: "cluster.attempt-12.health_check.failure", value: 2 },
      { histograms: {} },
    ];
    assert.deepEqual(
      [...readCounters(JSON.stringify({ stats }))],
      [
        [0, { success: 4, failure: 1 }],
        [12, { success: 0, failure: 2 }],
      ],
    );
  });
});
