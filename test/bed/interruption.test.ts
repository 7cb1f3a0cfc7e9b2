import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** A program that runs another one for a minute, and cleans up after it. */
const program = (options: string) => `
  const { endInOrder, heedInterruption, interruption } = require(${JSON.stringify(join(root, "bed", "interruption.ts"))});
  const { outcomeOf } = require(${JSON.stringify(join(root, "bed", "command.ts"))});
  endInOrder(${options});
  const work = outcomeOf("sh", ["-c", "echo $$ >&2; exec sleep 60"]);
  setTimeout(() => console.log("working"), 300);
  work
    .then(({ code }) => {
      console.log("ended", code);
      return outcomeOf("echo", ["more"]);
    })
    .catch((error) => console.log(error.message))
    .finally(() => console.log("cleaned up after", interruption()));
`;

async function interrupt(signals: readonly NodeJS.Signals[], options: string) {
  const args = ["--require", "tsx/cjs", "-e", program(options)];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines.push(...text.trim().split("\n"));
    if (text.includes("working")) {
      signals.forEach((signal) => child.kill(signal));
    }
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, lines };
}

describe("An interrupted command of the bed", () => {
  it("ends the program at work, begins no other one, and cleans up", async () => {
    const { code, lines } = await interrupt(["SIGTERM"], "{}");
    assert.deepEqual(lines, ["working", "ended null", "interrupted by SIGTERM", "cleaned up after SIGTERM"]);
    assert.equal(code, 0);
  });

  it("cleans up although the terminal and npm send the signal twice", async () => {
    const { lines } = await interrupt(["SIGINT", "SIGINT", "SIGHUP"], "{}");
    assert.match(lines.at(-1) ?? "", /^cleaned up after SIG(INT|HUP)$/);
  });

  it("ends with 3 as soon as its programs have, where somebody else cleans up", async () => {
    assert.equal((await interrupt(["SIGTERM"], "{ leave: true }")).code, 3);
  });
});
