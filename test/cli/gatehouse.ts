import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gatehouseCommand } from "../../cli/commands";
import { errorReport, type ErrorReport, formatError } from "../../cli/errorReport";
import { type PreviewReport } from "../../cli/preview/report";
import { recordingContext } from "./verifyContext";

const root = join(__dirname, "..", "..");

/** The folder of a fixture project. */
export function fixture(name: string): string {
  return join(__dirname, "fixtures", name);
}

/** The program that stands in for helm. */
export const fakeHelm = fixture("helm.js");
export const noHelm = join(__dirname, "no-such-helm");

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the CLI as people do: a process of its own, in a folder. */
export function gatehouse(directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "bin", "gatehouse.js"), ...args], {
      cwd: directory,
      env: { ...process.env, GATEHOUSE_HELM: noHelm, FORCE_COLOR: "", NODE_OPTIONS: "", ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * Runs a command of the CLI without a process of its own, which would take a second to start; in this project's folder
 * unless said otherwise. Only for commands that leave the process as it was.
 */
export async function gatehouseHere(args: readonly string[], directory = root): Promise<Run> {
  const { context, printed, aside } = recordingContext();
  let code: number | null = null;
  context.finish = (finished) => (code = finished);
  const before = process.cwd();
  process.chdir(directory);
  try {
    await gatehouseCommand(context).parseAsync(args, { from: "user" });
  } catch (error) {
    const summary = errorReport(error, context.redactor);
    code = summary.exitCode;
    if (args.includes("--json")) {
      printed.push(JSON.stringify(summary));
    } else {
      aside.push(formatError(summary, context.style));
    }
  } finally {
    process.chdir(before);
  }
  return { code, stdout: printed.map((text) => `${text.replace(/\n$/, "")}\n`).join(""), stderr: aside.join("") };
}

/** Previews a fixture. */
export function preview(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  return gatehouse(fixture(name), ["preview", "test", ...args], env);
}

export function reportOf({ stdout, stderr }: Run): PreviewReport {
  try {
    return JSON.parse(stdout) as PreviewReport;
  } catch {
    throw new Error(`no JSON document, but: ${stdout}\n${stderr}`);
  }
}

export function errorOf(run: Run): ErrorReport {
  return reportOf(run) as unknown as ErrorReport;
}

/** An empty folder for the tests of a suite, which goes with them. */
export function temporaryFolder(): { path: (...names: string[]) => string; remove: () => void } {
  const directory = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
  return {
    path: (...names) => join(directory, ...names),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The files below a folder with their contents, by path. */
export function filesIn(directory: string): Map<string, string> {
  return new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(directory, path), readFileSync(path, "utf8")]),
  );
}
