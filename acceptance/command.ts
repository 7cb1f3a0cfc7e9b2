import { spawn } from "node:child_process";
import { type CheckContext } from "./check";
import { limited } from "./limited";

/** Longest that a command may take, in milliseconds. */
const longest = 900_000;

/**
 * Runs a command of whoever runs the suite. What it writes goes to standard error, where it would be without us, and into
 * no report. When the check ends, so does the command with everything that it started.
 */
export async function runCommand(
  { signal }: Pick<CheckContext, "signal">,
  command: string | undefined,
  environment: Readonly<Record<string, string>>,
  does: string,
): Promise<void> {
  if (command === undefined) {
    throw new Error(`no command that ${does} was given`);
  }
  signal.throwIfAborted();
  const ended = limited(signal, longest);
  const child = spawn(command, {
    shell: true,
    detached: true,
    stdio: ["ignore", 2, 2],
    env: { ...process.env, ...environment },
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
      throw new Error(`the command that ${does} ended ${how}; its output stands on standard error`);
    }
  } finally {
    clearTimeout(last);
    ended.removeEventListener("abort", stop);
  }
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
