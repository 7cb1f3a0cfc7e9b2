import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { steadyLoad } from "../../../acceptance/checks/load/steadyLoad";
import { growthOf, type Sample } from "../../../acceptance/cluster/memory";
import { isPrivate, loadableAddress, ownHost } from "../../../acceptance/load/allowed";
import { memoryIsFlat } from "../../../acceptance/load/flatMemory";
import { Generator } from "../../../acceptance/load/generator";
import { Histogram } from "../../../acceptance/load/histogram";
import { contextFor } from "../fakeGate";
import { type FakePlatform, fakePlatform, type Faults, outcomeOf, withoutSessions } from "../cluster/fakePlatform";

describe("which addresses may be loaded", () => {
  const url = new URL("https://echo.kubeflow.example.com");
  const target = { address: undefined } as never;
  const to =
    (...addresses: string[]) =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address })));

  it("are private ones, in IPv4 and IPv6", () => {
    const own = ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "::1", "fd00::1", "fe80::1"];
    const others = ["8.8.8.8", "172.32.0.1", "100.64.0.1", "0.0.0.0", "2001:db8::1", "::ffff:8.8.8.8", "::", "a name"];
    assert.deepEqual(
      own.filter((address) => !isPrivate(address)),
      [],
    );
    assert.deepEqual(others.filter(isPrivate), []);
    assert.equal(isPrivate("::ffff:10.0.0.1"), true);
  });

  it("are all of a name's, and the one that was looked at is asked", async () => {
    assert.equal(await loadableAddress(target, url, {}, to("10.0.0.1", "fd00::1")), "10.0.0.1");
    await assert.rejects(
      loadableAddress(target, url, {}, to("10.0.0.1", "203.0.113.7")),
      /no load for .*203\.0\.113\.7/,
    );
    await assert.rejects(loadableAddress(target, url, {}, to()), /has no address/);
  });

  it("are others only for who names the very host as one's own", async () => {
    const elsewhere = to("203.0.113.7");
    assert.equal(await loadableAddress(target, url, { [ownHost]: url.hostname }, elsewhere), "203.0.113.7");
    for (const value of ["", "1", "kubeflow.example.com", "*"]) {
      await assert.rejects(loadableAddress(target, url, { [ownHost]: value }, elsewhere), /no load/);
    }
  });

  it("are those that one connects to instead of asking DNS", async () => {
    const at = (address: string) => ({ address }) as never;
    assert.equal(await loadableAddress(at("[::1]"), url, {}), "::1");
    await assert.rejects(loadableAddress(at("8.8.8.8"), url, {}), /no load/);
  });
});

describe("durations", () => {
  it("have percentiles that are right to two per cent", () => {
    const histogram = new Histogram();
    for (let value = 1; value <= 1000; value += 1) {
      histogram.add(value);
    }
    for (const [share, right] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
      [1, 1000],
    ] as const) {
      const said = histogram.percentile(share);
      assert.ok(said >= right * 0.98 && said <= right * 1.021, `${share}: ${said}`);
    }
    assert.equal(histogram.count, 1000);
    assert.equal(new Histogram().percentile(0.5), 0);
  });
});

describe("memory", () => {
  const samples = (bytes: (part: number) => number): Sample[] =>
    Array.from({ length: 61 }, (_, at) => ({ at: at * 1000, memory: new Map([["proxy", bytes(at / 60)]]) }));

  it("is compared between the second sixth and the last", () => {
    assert.deepEqual(growthOf(samples(() => 5)), [{ container: "proxy", early: 5, late: 5 }]);
    const [growth] = growthOf(samples((part) => 100 * part));
    assert.ok(growth !== undefined && Math.abs(growth.early - 25) < 2 && Math.abs(growth.late - 92) < 2);
  });

  it("says nothing of what was not measured in both", () => {
    assert.deepEqual(growthOf([]), []);
    const late = samples(() => 5).map(({ at, memory }) => ({
      at,
      memory: at < 30_000 ? new Map<string, number>() : memory,
    }));
    assert.deepEqual(growthOf(late), []);
  });
});

describe("flat memory", () => {
  const faultsOf = (bytes: (part: number) => number) => {
    const { probe } = contextFor({} as never);
    const samples = Array.from({ length: 61 }, (_, at) => ({
      at: at * 1000,
      memory: new Map([["a/proxy", bytes(at / 60)]]),
    }));
    memoryIsFlat(probe, samples);
    return { faults: probe.faults.join("\n"), tried: probe.tried };
  };
  const mebi = 1024 * 1024;

  it("has not been seen where nothing was measured, and the report says when nothing could be", () => {
    const measured = contextFor({} as never).probe;
    memoryIsFlat(measured, [{ at: 0, memory: new Map() }]);
    assert.match(measured.faults.join(), /memory .* should be measured .* get nodes\/proxy/);
    const without = contextFor({} as never).probe;
    memoryIsFlat(without, undefined);
    assert.deepEqual([without.faults, without.tried], [[], 0]);
    assert.match(without.figures[0]?.name ?? "", /none without --kubeconfig/);
  });

  it("may grow by 15 % and 16 MiB and no more", () => {
    assert.deepEqual(
      faultsOf((part) => (part < 0.5 ? 100 : 131) * mebi),
      { faults: "", tried: 2 },
    );
    assert.match(
      faultsOf((part) => (part < 0.5 ? 100 : 132) * mebi).faults,
      /the memory of a\/proxy should stay below 131 MiB.*median is 132 MiB/,
    );
  });
});

describe("load", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const check = steadyLoad({ steps: [2], stepSeconds: 0.15, every: 10 });
  const start = async (faults: Faults = {}, platformOf = fakePlatform) => {
    platform = await platformOf(faults, { target: { loadSeconds: 1.2 } });
    for (const container of ["gatehouse-gateway/istio-proxy", "oauth2-proxy/oauth2-proxy"]) {
      platform.cluster.memory.set(container, 50_000_000);
    }
    return platform;
  };
  const outcome = (given: FakePlatform) => outcomeOf(given, (context) => check.run(context));

  it("passes where every answer is right and memory stays flat", async () => {
    const { faults, figures, tried } = await outcome(await start());
    assert.deepEqual(faults, []);
    assert.ok(tried >= 4);
    for (const name of ["maximum throughput", "steady rate", "steady latency p99", "steady errors"]) {
      assert.ok(figures.includes(name), name);
    }
    assert.ok(figures.includes("containers whose memory was measured"));
    assert.ok(figures.includes("identities in turn (cookie, token, nobody)"));
  });

  it("measures memory at the beginning and the end, where kubelet takes longer to tell than the load lasts", async () => {
    const given = await start();
    given.target.loadSeconds = 0.1;
    given.cluster.before = async ({ path }) => {
      await sleep(path.endsWith("/stats/summary") ? 500 : 0);
    };
    const { faults, figures } = await outcome(given);
    assert.deepEqual(faults, []);
    assert.equal(figures.filter((name) => /^memory of .*last sixth$/.test(name)).length, 4);
  });

  it("fails where some requests are refused", async () => {
    const given = await start();
    let count = 0;
    // One for the cookie of the sign-in, one for the page behind it; from then on no session is known.
    Object.defineProperty(given.state, "cookieSecret", { get: () => ((count += 1) <= 2 ? 1 : 2) });
    const { faults } = await outcome(given);
    assert.match(faults.join("\n"), /should be answered right; it came to .*cookie: status 403/);
  });

  it("fails where what a client sends is believed", async () => {
    const given = await start();
    given.faults.forgedHeaders = true;
    const { faults } = await outcome(given);
    assert.match(faults.join("\n"), /another answer than its identity allows; it came to .*another identity/);
  });

  it("passes without oauth2-proxy with tokens and nobody alone, and says that it looked at no session", async () => {
    assert.ok(!check.needs.includes("sessions"));
    const given = await start({}, withoutSessions);
    const { faults, figures } = await outcome(given);
    assert.deepEqual(faults, []);
    assert.ok(figures.includes("sessions looked at (none without oauth2-proxy)"));
    assert.ok(figures.includes("identities in turn (token, nobody)"));
    assert.ok(figures.some((name) => /^memory of gatehouse-gateway-.*last sixth$/.test(name)));
    const asked = given.gate.requests.filter(({ headers }) => headers["x-gatehouse-marker"] !== undefined);
    const withToken = asked.filter(({ headers }) => headers.authorization !== undefined).length;
    assert.ok(Math.abs(withToken - asked.length / 2) <= 2, `${withToken} of ${asked.length} with a token`);
    assert.ok(asked.every(({ headers }) => headers.cookie === undefined));
  });

  it("fails without oauth2-proxy where tokens are refused, and where nobody is let in", async () => {
    const refusing = await start({}, withoutSessions);
    let asked = 0;
    // The first one made sure of the token. All others, because a busy machine comes to very few.
    refusing.faults.refusesToken = () => (asked += 1) > 1;
    assert.match((await outcome(refusing)).faults.join("\n"), /answered right; it came to .*token: status 403/);
    await platform?.close();
    const open = await start({ failsOpen: true }, withoutSessions);
    assert.match(
      (await outcome(open)).faults.join("\n"),
      /another answer than its identity allows.*nobody: status 200/,
    );
  });

  it("fails where oauth2-proxy is not absent and gives no session", async () => {
    const given = await start();
    given.state.accepted = [];
    const { faults, tried } = await outcome(given);
    assert.match(faults.join("\n"), /^ended: /);
    assert.equal(tried, 1);
  });

  it("asks a public address nothing at all", async () => {
    const given = await start();
    given.target.address = "203.0.113.7";
    const { faults, tried } = await outcome(given);
    assert.match(faults.join("\n"), /ended: no load for echo\.kubeflow\.example\.com/);
    assert.equal(tried, 1);
    assert.deepEqual(given.gate.requests, []);
  });

  it("ends at once when it is told to", async () => {
    const given = await start();
    const controller = new AbortController();
    const site = { address: "127.0.0.1", url: given.target.echo?.href ?? "", ca: given.target.ca };
    const nobody = { cookies: [], token: "", user: "" };
    const generator = new Generator(site, nobody, controller.signal);
    const running = generator.constant(20, 4, 60);
    setTimeout(() => controller.abort(new Error("told to end")), 50);
    await assert.rejects(running, /told to end/);
    await assert.rejects(async () => generator.closed(1, 1), /told to end/);
    await generator.close();
  });

  it("counts what cannot be reached as errors and never as right", async () => {
    const given = await start();
    const site = { address: "127.0.0.1", url: "https://echo.kubeflow.example.com:1/", ca: given.target.ca };
    const generator = new Generator(site, { cookies: [], token: "", user: "" }, AbortSignal.timeout(10_000));
    const { sent, right, errors } = await generator.constant(50, 4, 0.2);
    await generator.close();
    assert.ok(sent > 5);
    assert.equal(right, 0);
    assert.match(Object.keys(errors).join(), /ECONNREFUSED/);
  });
});
