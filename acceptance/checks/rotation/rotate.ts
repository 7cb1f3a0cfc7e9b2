import { spawn } from "node:child_process";
import { type CheckContext } from "../../check";
import { limited } from "../../limited";

/** What can be rotated, as the settings call it (docs/5-rotation.md). */
export type Rotation = "cookieSecret" | "clientSecret" | "certificateAuthority";

/** Longest that a rotation may take, in milliseconds. */
const longest = 900_000;

/**
 * Runs the command that rotates. What it writes goes to standard error, where it would be without us, and into no
 * report. When the check ends, so does the command with everything that it started.
 */
export async function rotate({ target, probe, signal }: CheckContext, what: Rotation): Promise<void> {
  const { rotateCommand } = target;
  if (rotateCommand === undefined) {
    throw new Error("no command that rotates a secret was given");
  }
  signal.throwIfAborted();
  probe.busy(`rotate ${what}`);
  const started = Date.now();
  const ended = limited(signal, longest);
  const child = spawn(rotateCommand, {
    shell: true,
    detached: true,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, GATEHOUSE_ROTATE: what },
  });
  let last: NodeJS.Timeout | undefined;
  const stop = () => {
    // Pulumi ends its update in order on this one.
    kill(child.pid, "SIGINT");
    last = setTimeout(() => kill(child.pid, "SIGKILL"), 20_000);
  };
  ended.addEventListener("abort", stop, { once: true });
  try {
    const how = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, by) => resolve(code === 0 ? "" : `${code === null ? `by ${by}` : `with ${code}`}`));
    });
    signal.throwIfAborted();
    if (how !== "") {
      throw new Error(`the command that rotates ${what} ended ${how}; its output stands on standard error`);
    }
  } finally {
    clearTimeout(last);
    ended.removeEventListener("abort", stop);
  }
  probe.figure(`${what}: the command took`, Date.now() - started, "ms");
}

function kill(pid: number | undefined, by: NodeJS.Signals): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, by);
  } catch {
    // It is gone already.
  }
}
