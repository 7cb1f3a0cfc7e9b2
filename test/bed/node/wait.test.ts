import assert from "node:assert/strict";
import { reasonOf, run } from "../../../bed/command";
import { patiently } from "../../../bed/node/wait";

/** A program that says what is wrong and fails, as kubeadm does. */
const failing = (says: string) =>
  run("on the node", process.execPath, ["-e", `process.stderr.write(${JSON.stringify(says)}); process.exitCode = 1`]);

describe("waiting for a part of the cluster", () => {
  it("tries again when a program fails, and gives what it says once it works", async () => {
    let attempts = 0;
    const said = await patiently("CoreDNS", 10, async () => {
      attempts += 1;
      return attempts === 2 ? "configured" : await failing("forbidden\n");
    });
    assert.deepEqual({ said, attempts }, { said: "configured", attempts: 2 });
  });

  it("says after its time what the program said at last, and not only that it failed", async () => {
    const started = performance.now();
    await assert.rejects(
      patiently("CoreDNS", 0.3, () => failing("first line\nerror: deployments.apps is forbidden\n")),
      (error) =>
        error instanceof Error &&
        /^CoreDNS was not ready after 0\.3 s: on the node: \S+ -e ended with exit code 1: .*deployments\.apps is forbidden$/.test(
          error.message,
        ),
    );
    assert.ok(performance.now() - started >= 300);
  });

  it("puts the end of what a program said on one line, however much it was", async () => {
    const why = await failing(`${"noise ".repeat(1000)}\nerror: the disk is full\n`).then(() => "", reasonOf);
    assert.match(why, /exit code 1: .*error: the disk is full$/);
    assert.ok(!why.includes("\n") && why.length < 700, why);
  });
});
