import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { layout } from "./layout";

/** A process that the bed started; the start time tells it from a later process with the same number. */
export interface Started extends Kind {
  name: string;
  pid: number;
  startTime: string;
}

export interface Kind {
  /** The machine whose network it uses without being its first program. */
  on?: string;
  /** The signal at which it ends in order; SIGTERM where it is missing. */
  asks?: "SIGINT";
}

/** Starts a program that outlives this one, with its output in a log file of its own. */
export function startDetached(
  name: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  kind: Kind = {},
): Started {
  const { logs } = layout();
  mkdirSync(logs, { recursive: true });
  const log = openSync(join(logs, `${name}.log`), "a");
  const [program = "", ...args] = command;
  const child = spawn(program, args, { detached: true, stdio: ["ignore", log, log], env });
  closeSync(log);
  child.on("error", () => undefined);
  child.unref();
  if (child.pid === undefined) {
    throw new Error(`${program} could not be started`);
  }
  const started = { name, pid: child.pid, startTime: startTimeOf(child.pid) ?? "", ...kind };
  remember(started);
  return started;
}

export function remember(started: Started): void {
  const { processes } = layout();
  const others = knownProcesses().filter(({ name }) => name !== started.name);
  mkdirSync(dirname(processes), { recursive: true });
  writeFileSync(`${processes}.new`, JSON.stringify([...others, started], null, 2));
  renameSync(`${processes}.new`, processes);
}

export function knownProcesses(): Started[] {
  const { processes } = layout();
  return existsSync(processes) ? (JSON.parse(readFileSync(processes, "utf8")) as Started[]) : [];
}

/** Whether the process still runs, and is the one that was started. */
export function isAlive({ pid, startTime }: Started): boolean {
  return startTimeOf(pid) === startTime;
}

/** The process with a number, as it is now. */
export function processOf(name: string, pid: number): Started {
  const startTime = startTimeOf(pid);
  if (startTime === undefined) {
    throw new Error(`${name} (process ${pid}) has ended`);
  }
  return { name, pid, startTime };
}

/** A process that was started under a name and still runs. */
export function running(name: string): Started | undefined {
  return knownProcesses().find((started) => started.name === name && isAlive(started));
}

/** proc(5), field 22 of `stat`; the name in field 2 may itself hold spaces and parentheses. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The children of a process, as the kernel knows them. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
}

/** Ends one process of ours: first asks, then insists. */
export async function end(started: Started, patienceMs = 5000): Promise<void> {
  for (const signal of [started.asks ?? "SIGTERM", "SIGKILL"] as const) {
    if (!isAlive(started)) {
      return;
    }
    process.kill(started.pid, signal);
    const deadline = Date.now() + patienceMs;
    while (isAlive(started) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
