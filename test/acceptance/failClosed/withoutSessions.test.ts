import assert from "node:assert/strict";
import { type Check } from "../../../acceptance/check";
import { gatewayPodWithoutIstiod } from "../../../acceptance/checks/failClosed/gatewayPodWithoutIstiod";
import { onePodKilled } from "../../../acceptance/checks/failClosed/onePodKilled";
import { withoutDex } from "../../../acceptance/checks/failClosed/withoutDex";
import { withoutIstiod } from "../../../acceptance/checks/failClosed/withoutIstiod";
import { withoutOAuth2Proxy } from "../../../acceptance/checks/failClosed/withoutOAuth2Proxy";
import {
  type FakePlatform,
  fakePlatform,
  type Faults,
  hurry,
  outcomeOf,
  withoutSessions,
} from "../cluster/fakePlatform";

const checks: Record<string, Check> = Object.fromEntries(
  [withoutDex(hurry), withoutIstiod(hurry), gatewayPodWithoutIstiod(hurry), onePodKilled(hurry)].map((check) => [
    check.name,
    check,
  ]),
);
const gateway = "ingress/gatehouse-gateway";
const notLookedAt = "sessions looked at (none without oauth2-proxy)";

describe("fail closed: where there is no oauth2-proxy", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  /** The injector admits pods of the gateway only while istiod runs. */
  const start = async (faults: Faults = {}, platformOf = withoutSessions) => {
    platform = await platformOf(faults);
    const { cluster } = platform;
    cluster.admits = (title) => title !== gateway || cluster.readyPods("istio-system/istiod") > 0;
    return platform;
  };
  const outcome = async (name: string, faults: Faults = {}) =>
    outcomeOf(await start(faults), (context) => (checks[name] ?? assert.fail()).run(context));

  for (const [name, { needs }] of Object.entries(checks)) {
    it(`${name} passes with tokens and nobody alone, and says that it looked at no session`, async () => {
      assert.ok(!needs.includes("sessions"));
      const { faults, figures, right } = await outcome(name);
      assert.deepEqual(faults, []);
      assert.ok(figures.includes(notLookedAt));
      const said = [...figures, ...right].join("\n");
      assert.match(said, /requests with a token/);
      assert.match(said, /requests without identity/);
      assert.doesNotMatch(said, /requests with a session|sign-in/);
    });

    it(`${name} fails where whoever has no identity gets in`, async () => {
      const { faults } = await outcome(name, { failsOpen: true });
      assert.match(faults.join("\n"), /requests without identity, none should come through wrongly/);
    });

    it(`${name} fails with an error where oauth2-proxy is not absent and gives no session`, async () => {
      const broken = await start({}, fakePlatform);
      broken.cluster.becomesReady = (title) => title !== "auth/oauth2-proxy";
      for (const pod of broken.cluster.podsOf("auth/oauth2-proxy")) {
        Object.assign(pod.status ?? {}, { conditions: [] });
      }
      const { faults, tried } = await outcomeOf(broken, (context) => (checks[name] ?? assert.fail()).run(context));
      assert.match(faults.join("\n"), /^ended: /);
      assert.equal(tried, 1);
      assert.deepEqual(broken.cluster.changes, []);
    });
  }

  it("without-dex and without-istiod let somebody new in by a new token of Dex", async () => {
    const dex = await outcome("without-dex");
    assert.match(dex.right.join("\n"), /asking Dex for a new token fails while Dex is away: .*503/);
    assert.match(dex.right.join("\n"), /Dex back: a new token of Dex can be had and lets its holder in/);
    await platform?.close();
    const istiod = await outcome("without-istiod");
    assert.match(istiod.right.join("\n"), /istiod away: a new token of Dex can be had and lets its holder in/);
  });

  const wrong: [name: string, what: string, faults: Faults, said: RegExp][] = [
    [
      "without-dex",
      "everybody passes while Dex is away",
      { opensWithoutDex: true },
      /Dex away: .*without identity.*200/,
    ],
    [
      "without-dex",
      "somebody else answers Dex's form",
      { signInWithoutDex: true },
      /for a new token should fail while/,
    ],
    [
      "without-dex",
      "new tokens are refused afterwards",
      { refusesToken: (number) => number > 1 },
      /in vain: Dex back: a new token of Dex.*answered 403/,
    ],
    [
      "without-istiod",
      "tokens are refused meanwhile",
      { tokensNeedIstiod: true },
      /in vain: istiod away.*answered 403/,
    ],
    ["without-istiod", "a client's headers are believed", { forgedHeaders: true }, /another identity/],
    [
      "without-istiod",
      "new tokens are refused meanwhile",
      { refusesToken: (number) => number > 1 },
      /in vain: istiod away: a new token of Dex/,
    ],
    ["one-pod-killed", "a client's headers are believed", { forgedHeaders: true }, /another identity/],
  ];
  for (const [name, what, faults, said] of wrong) {
    it(`${name} fails where ${what}`, async () => {
      assert.match((await outcome(name, faults)).faults.join("\n"), said);
    });
  }

  for (const [name, part, title] of [
    ["without-dex", "Dex", "auth/dex"],
    ["without-istiod", "istiod", "istio-system/istiod"],
  ] as const) {
    it(`${name} fails where the token of before is refused while ${part} is away, and another one is not`, async () => {
      const { cluster, faults: wrongs } = await start();
      wrongs.refusesToken = (number) => number === 1 && cluster.readyPods(title) === 0;
      const { faults } = await outcomeOf(platform ?? assert.fail(), (context) =>
        (checks[name] ?? assert.fail()).run(context),
      );
      assert.match(faults.join("\n"), /^.* away: all of \d+ requests with a token should be answered.*status 403$/);
    });
  }

  it("one-pod-killed kills no pod of what isn't there", async () => {
    const { faults } = await outcome("one-pod-killed");
    assert.deepEqual(faults, []);
    const killed = (platform ?? assert.fail()).cluster.changes
      .filter(({ method }) => method === "DELETE")
      .map(({ path }) => path.replace(/^.*\/|-\d+$/g, ""));
    assert.deepEqual(killed, ["dex", "istiod", "gatehouse-gateway"]);
  });

  it("gateway-pod-without-istiod fails where a new pod lets everybody in", async () => {
    const given = await start({ newPodsAreOpen: true });
    given.cluster.admits = () => true;
    const { faults } = await outcomeOf(given, (context) =>
      gatewayPodWithoutIstiod({ ...hurry, away: 300 }).run(context),
    );
    assert.match(faults.join("\n"), /should not be ready while istiod is away/);
    assert.match(faults.join("\n"), /without identity, none should come through wrongly/);
  });

  it("without-oauth2-proxy needs sessions, and proves nothing without them", async () => {
    const check = withoutOAuth2Proxy(hurry);
    assert.ok(check.needs.includes("sessions"));
    const { faults, right } = await outcomeOf(await start(), (context) => check.run(context));
    assert.match(faults.join("\n"), /ended: the deployment has no oauth2-proxy/);
    assert.deepEqual(right, []);
  });
});
