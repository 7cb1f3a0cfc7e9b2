import assert from "node:assert/strict";
import { gatewayPodWithoutIstiod } from "../../../acceptance/checks/failClosed/gatewayPodWithoutIstiod";
import { onePodKilled } from "../../../acceptance/checks/failClosed/onePodKilled";
import { type FakePlatform, fakePlatform, type Faults, hurry, outcomeOf } from "../cluster/fakePlatform";

const gateway = "ingress/gatehouse-gateway";

describe("fail closed: pods that are killed, and new ones", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  /** The injector admits pods of the gateway only while istiod runs. */
  const start = async (faults: Faults = {}, injector = true) => {
    platform = await fakePlatform(faults);
    const { cluster } = platform;
    if (injector) {
      cluster.admits = (title) => title !== gateway || cluster.readyPods("istio-system/istiod") > 0;
    }
    return platform;
  };

  it("passes where every workload gets its pod back, and counts errors", async () => {
    const { cluster } = await start();
    const { faults, figures } = await outcomeOf(platform ?? assert.fail(), (context) =>
      onePodKilled(hurry).run(context),
    );
    assert.deepEqual(faults, []);
    const killed = cluster.changes.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    assert.deepEqual(
      killed.map((path) => path.replace(/-\d+$/, "")),
      [
        "/api/v1/namespaces/auth/pods/oauth2-proxy",
        "/api/v1/namespaces/auth/pods/dex",
        "/api/v1/namespaces/istio-system/pods/istiod",
        "/api/v1/namespaces/ingress/pods/gatehouse-gateway",
      ],
    );
    assert.ok(figures.includes("one pod of dex killed, of 2: errors with a session"));
  });

  it("fails where a killed pod does not come back", async () => {
    const { cluster } = await start();
    cluster.becomesReady = (title) => title !== "auth/dex" || cluster.podsOf("auth/dex").length < 2;
    await Promise.resolve(cluster.reconcile("auth", "dex"));
    const short = { ...hurry, recovery: 60 };
    cluster.admits = (title) => title !== "auth/dex";
    const { faults } = await outcomeOf(platform ?? assert.fail(), (context) => onePodKilled(short).run(context));
    assert.match(faults.join("\n"), /waited .* in vain: dex has 2 ready pods again/);
  });

  it("fails where a request comes through with another identity", async () => {
    await start();
    const { faults } = await outcomeOf(platform ?? assert.fail(), (context) => {
      // From the moment of the first kill on.
      const { cluster, faults: wrong } = platform ?? assert.fail();
      cluster.before = ({ method }) => void (wrong.forgedHeaders ||= method === "DELETE");
      return onePodKilled({ ...hurry, recovery: 60 }).run(context);
    });
    assert.match(faults.join("\n"), /another identity than the verified one/);
  });

  it("passes where a new pod of the gateway is refused until istiod is back", async () => {
    const { cluster } = await start();
    const said = await outcomeOf(platform ?? assert.fail(), (context) => gatewayPodWithoutIstiod(hurry).run(context));
    assert.deepEqual(said.faults, []);
    assert.match(said.right.join("\n"), /no new pod of the gateway was admitted/);
    assert.match(said.right.join("\n"), /became ready once istiod was back/);
    assert.equal(cluster.replicas(gateway), 2);
    assert.equal(cluster.replicas("istio-system/istiod"), 2);
  });

  it("passes where a new pod of the gateway is not ready until istiod is back", async () => {
    const { cluster } = await start({}, false);
    cluster.becomesReady = (title) => title !== gateway || cluster.readyPods("istio-system/istiod") > 0;
    const said = await outcomeOf(platform ?? assert.fail(), (context) => gatewayPodWithoutIstiod(hurry).run(context));
    assert.deepEqual(said.faults, []);
    assert.match(said.right.join("\n"), /was not ready while istiod was away/);
  });

  it("fails where a new pod of the gateway is ready without istiod, and lets everybody in", async () => {
    const { cluster } = await start({ newPodsAreOpen: true }, false);
    const { faults } = await outcomeOf(platform ?? assert.fail(), (context) =>
      gatewayPodWithoutIstiod({ ...hurry, away: 300 }).run(context),
    );
    assert.match(faults.join("\n"), /should not be ready while istiod is away/);
    assert.match(faults.join("\n"), /without identity, none should come through wrongly/);
    assert.equal(cluster.replicas(gateway), 2);
    assert.equal(cluster.replicas("istio-system/istiod"), 2);
  });
});
