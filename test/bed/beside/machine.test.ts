import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { endMachine } from "../../../bed/beside/machine";
import { keptSecret } from "../../../bed/beside/servers/company";
import { layout } from "../../../bed/node/layout";
import { firstProcess } from "../../../bed/node/machines";
import { childrenOf, isAlive, processOf, startDetached, type Started } from "../../../bed/node/processes";
import { takeDown } from "../../../bed/node/takeDown";
import { privateFolder } from "../../../bed/platform/privateFiles";
import { withBedState } from "../programs/folder";

describe("A machine beside the platform", () => {
  // Before the state goes that says what runs.
  afterEach(takeDown);
  const folder = withBedState();

  const sleeper = (name: string, on?: string): Started =>
    startDetached(name, ["sleep", "60"], process.env, on === undefined ? {} : { on });

  it("ends with the servers on it, and with nothing that runs elsewhere", async () => {
    const machine = sleeper("servers");
    const redis = sleeper("server-redis", "servers");
    const database = sleeper("server-database", "servers");
    const balancer = sleeper("balancer");
    const client = sleeper("client");
    assert.equal(await endMachine("servers"), 3);
    assert.deepEqual(
      [machine, redis, database, balancer, client].map((each) => isAlive(each)),
      [false, false, false, true, true],
    );
  });

  it("ends with the servers that are left of it", async () => {
    const redis = sleeper("server-redis", "servers");
    assert.equal(await endMachine("servers"), 1);
    assert.equal(isAlive(redis), false);
    assert.equal(await endMachine("servers"), 0);
  });

  it("ends with what its first process waits with, which would hold on to its network", async () => {
    const machine = startDetached("servers", firstProcess);
    let waiting: number[] = [];
    while (waiting.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      waiting = childrenOf(machine.pid);
    }
    const sleep = processOf("sleep", waiting[0] ?? 0);
    assert.equal(await endMachine("servers"), 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(isAlive(sleep), false);
  });

  it("leaves no server behind when the bed goes down", async () => {
    const started = [sleeper("servers"), sleeper("server-redis", "servers")];
    assert.deepEqual(await takeDown(), { ended: 2 });
    assert.deepEqual(started.map(isAlive), [false, false]);
  });

  it("asks a server by the signal at which it ends in order", async () => {
    const place = join(folder().path, "in-order");
    const ready = join(folder().path, "ready");
    const script = `trap '' TERM; trap 'touch ${place}; exit' INT; touch ${ready}; while :; do sleep 0.05; done`;
    startDetached("server-database", ["sh", "-c", script], process.env, { on: "servers", asks: "SIGINT" });
    while (!existsSync(ready)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(await endMachine("servers"), 1);
    assert.ok(existsSync(place));
  });

  it("keeps the secrets of its servers until the bed goes down, each of its own and for nobody else to read", async () => {
    const place = () => privateFolder(join(layout().beside, "redis.example.com"));
    const first = keptSecret(place(), "gatehouse");
    assert.match(first, /^[0-9a-f]{48}$/);
    assert.equal(keptSecret(place(), "gatehouse"), first);
    assert.notEqual(keptSecret(place(), "other"), first);
    assert.equal(statSync(join(place(), "gatehouse.secret")).mode & 0o777, 0o600);
    await takeDown();
    assert.deepEqual(readdirSync(layout().state), []);
    assert.notEqual(keptSecret(place(), "gatehouse"), first);
  });
});
