import { spawn } from "node:child_process";
import { describeError } from "../acceptance/describeError";
import { Failure } from "../cli/exit";
import { heedInterruption, tracked } from "./interruption";

/** How many of a program's last lines an error quotes: the compiler says what is wrong at its end. */
const quotedLines = 20;

/** How much of that goes where there is one line for it. */
const quotedCharacters = 400;

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the program reads from its standard input; nothing where it is missing. */
  input?: string;
  /** Ends the command with a failure after this time. */
  timeoutMs?: number;
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, whatever its exit code; fails only when it cannot start or takes too long. */
export function outcomeOf(
  program: string,
  args: readonly string[],
  { cwd, env = process.env, input = "", timeoutMs }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    heedInterruption();
    const child = tracked(spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] }));
    // A program that does not read to the end is no failure.
    child.stdin.on("error", () => undefined).end(input);
    let stdout = "";
    let stderr = "";
    let late = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            child.kill("SIGKILL");
          }, timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(new Failure(`${program} did not start: ${error.message}`));
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (late) {
        reject(new Failure(`${program} did not end within ${(timeoutMs ?? 0) / 1000} s`, lastLines(stderr)));
      } else {
        resolve({ code, stdout, stderr });
      }
    });
  });
}

/** Runs a program that must succeed; `doing` says in the error what it was run for. */
export async function run(
  doing: string,
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await outcomeOf(program, args, options);
  if (code !== 0) {
    const how = code === null ? "was ended by a signal" : `ended with exit code ${code}`;
    throw new Failure(`${doing}: ${program} ${args[0] ?? ""} ${how}`, lastLines(`${stdout}\n${stderr}`));
  }
  return stdout;
}

/** What went wrong, on one line: the error, and the end of what its program said, since an exit code alone tells nothing. */
export function reasonOf(error: unknown): string {
  const said = error instanceof Failure ? error.details.trim() : "";
  return said === ""
    ? describeError(error)
    : `${describeError(error)}: ${describeError(said.slice(-quotedCharacters))}`;
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-quotedLines).join("\n");
}
