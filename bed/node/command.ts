import { spawn } from "node:child_process";

/** A program of the bed that ended badly, with the last of what it said. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

export interface CommandOptions {
  input?: string;
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
}

/** Runs a program to its end and gives what it printed. */
export function run(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const [program = "", ...args] = command;
  const { input = "", env = process.env, timeoutMs = 120_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", (error) => reject(new CommandFailed(`${program}: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) {
        resolve(stdout);
      } else {
        const said = `${stderr}${stdout}`.trim().split("\n").slice(-15).join("\n");
        const how = code === null ? `was ended by ${signal ?? "a signal"}` : `ended with ${code}`;
        reject(new CommandFailed(`${command.slice(0, 12).join(" ")} ${how}\n${said}`));
      }
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
