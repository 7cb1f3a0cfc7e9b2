import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { withoutDex } from "../../../acceptance/checks/failClosed/withoutDex";
import { withoutIstiod } from "../../../acceptance/checks/failClosed/withoutIstiod";
import { withoutOAuth2Proxy } from "../../../acceptance/checks/failClosed/withoutOAuth2Proxy";
import { FakeStatus } from "../cluster/fakeCluster";
import { type FakePlatform, fakePlatform, type Faults, hurry, outagesOfDex, outcomeOf } from "../cluster/fakePlatform";

const checks: Record<string, { check: Check; title: string }> = {
  "oauth2-proxy": { check: withoutOAuth2Proxy(hurry), title: "auth/oauth2-proxy" },
  Dex: { check: withoutDex(hurry), title: "auth/dex" },
  istiod: { check: withoutIstiod(hurry), title: "istio-system/istiod" },
};

describe("fail closed: parts that are taken away", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (
    part: string,
    faults: Faults = {},
    prepare: (platform: FakePlatform) => void = () => undefined,
  ) => {
    platform = await fakePlatform(faults);
    prepare(platform);
    const { check, title } = checks[part] ?? assert.fail();
    const said = await outcomeOf(platform, (context) => check.run(context));
    return { ...said, replicas: platform.cluster.replicas(title), platform };
  };

  for (const [part, { title }] of Object.entries(checks)) {
    it(`passes on a right deployment without ${part}, and restores it with the owner of its replicas`, async () => {
      const {
        faults,
        figures,
        tried,
        replicas,
        platform: { cluster },
      } = await outcome(part);
      assert.deepEqual(faults, []);
      assert.ok(tried > 5);
      // Where there are sessions, they are looked at, too.
      assert.ok(figures.some((figure) => /requests with (a session|cookies that may not count)/.test(figure)));
      assert.ok(figures.some((figure) => /a new sign-in works after$/.test(figure)));
      assert.ok(!figures.some((figure) => figure.includes("none without oauth2-proxy")));
      assert.equal(replicas, 2);
      const { metadata } = cluster.deployments.get(title) ?? assert.fail();
      assert.deepEqual(metadata.annotations, {});
      assert.deepEqual(
        metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, Object.keys(fieldsV1?.["f:spec"] ?? {})]),
        [["pulumi-kubernetes", ["f:template", "f:replicas"]]],
      );
      assert.ok(cluster.changes.some(({ body }) => JSON.stringify(body).includes('"replicas":0')));
    });
  }

  it("takes away the istiod that was named, in its namespace, and asks nothing of istio-system", async () => {
    const istiod = { namespace: "mesh", name: "istiod-stable" };
    platform = await fakePlatform({}, { target: { istiod } });
    const { cluster } = platform;
    const paths: string[] = [];
    cluster.before = ({ path }) => void paths.push(path);
    const { faults, tried } = await outcomeOf(platform, (context) => withoutIstiod(hurry).run(context));
    assert.deepEqual(faults, []);
    assert.ok(tried > 5);
    assert.equal(cluster.replicas("mesh/istiod-stable"), 2);
    assert.ok(
      cluster.changes.some(
        ({ path, body }) =>
          path.includes("mesh/deployments/istiod-stable") && JSON.stringify(body).includes('"replicas":0'),
      ),
    );
    assert.deepEqual(
      paths.filter((path) => path.includes("istio-system")),
      [],
    );
  });

  it("fails where nothing is routed without the istiod that was named", async () => {
    const istiod = { namespace: "mesh", name: "istiod-stable" };
    platform = await fakePlatform({ needsIstiod: true }, { target: { istiod } });
    const { faults } = await outcomeOf(platform, (context) => withoutIstiod(hurry).run(context));
    assert.match(faults.join("\n"), /status 404/);
  });

  const wrong: [part: string, what: string, faults: Faults, said: RegExp][] = [
    ["oauth2-proxy", "everybody passes without it", { failsOpen: true }, /without identity.*200/],
    ["oauth2-proxy", "tokens are refused without it", { tokensNeedOAuth2Proxy: true }, /with a token.*status 403/],
    ["Dex", "sessions end with it", { sessionsNeedDex: true }, /with a session.*status 403/],
    ["Dex", "somebody else answers its form", { signInWithoutDex: true }, /new sign-in should fail/],
    ["istiod", "nothing is routed without it", { needsIstiod: true }, /status 404/],
    ["istiod", "a client's headers are believed", { forgedHeaders: true }, /another identity|saw forged/],
  ];
  for (const [part, what, faults, said] of wrong) {
    it(`fails without ${part} where ${what}, and restores it all the same`, async () => {
      const { faults: found, replicas } = await outcome(part, faults);
      assert.match(found.join("\n"), said);
      assert.equal(replicas, 2);
    });
  }

  it("begins Dex's outage anew where the gateway came to an istiod that had just started and had no keys", async () => {
    const { faults, figures, platform } = await outcome("Dex", { lacksKeys: (outage) => outage === 1 });
    assert.deepEqual(faults, []);
    assert.ok(figures.some((figure) => figure.startsWith("outages begun anew")));
    assert.equal(outagesOfDex(platform.cluster), 2);
  });

  it("fails where tokens end with Dex once each istiod had its turn, or had long been asked", async () => {
    const again = await outcome("Dex", { lacksKeys: () => true });
    assert.match(again.faults.join("\n"), /requests with a token should be answered .* status 401/);
    assert.equal(outagesOfDex(again.platform.cluster), 2);
    await again.platform.close();
    const long = await outcome("Dex", { lacksKeys: (outage) => outage === 1 }, ({ cluster }) => {
      for (const { status } of cluster.podsOf("istio-system/istiod")) {
        Object.assign(status ?? {}, { startTime: new Date(Date.now() - 16 * 60_000).toISOString() });
      }
    });
    assert.match(long.faults.join("\n"), /status 401/);
    assert.equal(outagesOfDex(long.platform.cluster), 1);
  });

  it("fails where something else restarts meanwhile", async () => {
    const { faults } = await outcome("Dex", {}, ({ cluster }) => {
      cluster.before = ({ method, body }) => {
        if (method === "PATCH" && JSON.stringify(body).includes('"replicas":0')) {
          const [pod] = cluster.podsOf("auth/oauth2-proxy");
          const [container] = pod?.status?.containerStatuses ?? [];
          (container ?? assert.fail()).restartCount += 1;
        }
      };
    });
    assert.match(faults.join("\n"), /nothing but dex should restart; these restarted or are gone: auth\/oauth2-proxy-/);
  });

  for (const { leaving, what } of [
    { leaving: true, what: "passes where a pod goes that was leaving before" },
    { leaving: false, what: "fails where a pod goes that nobody had told to" },
  ]) {
    it(what, async () => {
      const { faults } = await outcome("Dex", {}, ({ cluster }) => {
        const uid = "of-another-check";
        const metadata = { name: "gatehouse-verify-0", namespace: "auth", uid };
        const gone = leaving ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {};
        cluster.pods.set(uid, { metadata: { ...metadata, ...gone } });
        cluster.before = ({ method, body }) => {
          if (method === "PATCH" && JSON.stringify(body).includes('"replicas":0')) {
            cluster.pods.delete(uid);
          }
        };
      });
      assert.deepEqual(
        faults,
        leaving ? [] : ["nothing but dex should restart; these restarted or are gone: auth/gatehouse-verify-0"],
      );
    });
  }

  it("fails where something else brings the part back meanwhile", async () => {
    const { faults } = await outcome("istiod", {}, ({ cluster }) => {
      cluster.before = ({ method, path }) => {
        const istiod = cluster.deployments.get("istio-system/istiod") ?? assert.fail();
        if (method === "GET" && path.endsWith("/istio-system/pods") && istiod.spec.replicas === 0) {
          // Once its pods were seen to be gone.
          setTimeout(() => (istiod.spec.replicas ||= 2), 15);
        }
      };
    });
    assert.match(faults.join("\n"), /something else brought istio-system\/istiod back/);
  });

  it("restores what it changed when it is told to end", async () => {
    platform = await fakePlatform();
    const { cluster } = platform;
    const controller = new AbortController();
    cluster.before = ({ method, body }) => {
      if (method === "PATCH" && JSON.stringify(body).includes('"replicas":0')) {
        setTimeout(() => controller.abort(new Error("told to end")), 20);
      }
    };
    const long = withoutDex({ ...hurry, away: 60_000 });
    const { faults } = await outcomeOf(platform, (context) => long.run(context), controller.signal);
    assert.match(faults.join("\n"), /ended/);
    assert.equal(cluster.replicas("auth/dex"), 2);
    assert.equal(cluster.readyPods("auth/dex"), 2);
  });

  it("says what is left to restore by hand when the API server refuses", async () => {
    const { faults } = await outcome("Dex", {}, ({ cluster }) => {
      cluster.before = ({ method, body }) => {
        if (method === "PATCH" && JSON.stringify(body).includes('"replicas":2')) {
          throw new FakeStatus(403, "Forbidden");
        }
      };
    });
    assert.match(faults.join("\n"), /NOT RESTORED: auth\/dex had 2 replicas\. Restore it by hand/);
  });

  it("brings back the replicas that an earlier run, killed in the middle, could not", async () => {
    const { faults, replicas } = await outcome("istiod", {}, ({ cluster }) => {
      const istiod = cluster.deployments.get("istio-system/istiod") ?? assert.fail();
      istiod.metadata.annotations = { "gatehouse.verify/replicas": "3" };
      istiod.spec.replicas = 0;
    });
    assert.deepEqual(faults, []);
    assert.equal(replicas, 3);
  });
});
