import assert from "node:assert/strict";
import { clustersOfOthers } from "../../../acceptance/checks/failClosed/clustersOfOthers";
import { type Target } from "../../../acceptance/check";
import { MemoryApi } from "../cluster/memoryApi";
import { contextFor } from "../fakeGate";

const line = (cluster: string) => `${cluster}::10.0.0.1:80::health_flags::healthy`;
const own = ["outbound|4180||oauth2-proxy.auth.svc.cluster.local", "outbound|5556||dex.auth.svc.cluster.local"].flatMap(
  (name) => [`${name}::observability_name::${name}`, line(name)],
);
const everybodys = line("outbound|443||kubernetes.default.svc.cluster.local");

/** What the gateway tells, one text for each look; the last one stays. */
async function said(lines: readonly string[], ready = "True", later: readonly string[] = lines, within = 0) {
  const pod = { metadata: { name: "gateway-1" }, status: { conditions: [{ type: "Ready", status: ready }] } };
  const context = contextFor({} as Target);
  const asked: string[] = [];
  const read = (_: unknown, name: string) => {
    asked.push(name);
    return Promise.resolve((asked.length === 1 ? lines : later).join("\n"));
  };
  await clustersOfOthers(read, () => new MemoryApi(() => ({ items: [pod] })), within).run(context);
  return { ...context.probe, faults: context.probe.faults, right: context.probe.right, asked };
}

describe("clusters of others", () => {
  it("are none where the gateway knows what its routes lead to", async () => {
    const { faults, right, asked } = await said([...own, line("xds-grpc"), line("BlackHoleCluster")]);
    assert.deepEqual([faults, right.length, asked], [[], 2, ["gateway-1"]]);
  });

  it("are told where it knows a Service that no route leads to", async () => {
    const { faults } = await said([...own, everybodys]);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", /should know nothing of kubernetes\.default\.svc\.cluster\.local/);
  });

  it("may be there for a moment, while istiod is replaced", async () => {
    const { faults, asked } = await said([...own, everybodys], "True", own, 5000);
    assert.deepEqual([faults, asked.length], [[], 2]);
  });

  it("are not said to be none where nothing was read", async () => {
    const { faults } = await said([""]);
    assert.match(faults.join(), /should know what its routes lead to; it named nothing/);
    await assert.rejects(said(own, "False"), /no pod of the gateway is ready/);
  });
});
