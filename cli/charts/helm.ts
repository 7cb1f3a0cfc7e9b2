import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { type Redactor } from "../engine/redactor";
import { type ChartRequest } from "./request";
import { type ChartSource } from "./source";

/** A repository that does not answer must not hold a preview up. */
const timeoutMs = 60_000;

/**
 * The Kubernetes version that charts are rendered for. A fixed one, so that two machines render the same; helm's own
 * default changes with its release.
 */
export const kubeVersion = "1.36.0";

export interface HelmOptions {
  /** The program, from GATEHOUSE_HELM or PATH. */
  program: string;
  /** The project's folder, to which paths of charts are relative. */
  directory: string;
  redactor: Redactor;
}

/** Renders charts with the helm program, a few at a time. */
export class Helm {
  #free = Math.max(2, availableParallelism());
  readonly #waiting: (() => void)[] = [];

  constructor(readonly options: HelmOptions) {}

  /** The manifests of a chart as one text, or why there are none. */
  async template(request: ChartRequest, source: ChartSource): Promise<{ manifests: string } | { reason: string }> {
    if (this.#free === 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#free -= 1;
    }
    try {
      return await this.#run(request, source);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) {
        this.#free += 1;
      } else {
        next();
      }
    }
  }

  #run(request: ChartRequest, source: ChartSource): Promise<{ manifests: string } | { reason: string }> {
    const { program, directory, redactor } = this.options;
    return new Promise((resolve) => {
      // Values go through the standard input: neither the process list nor a file ever shows them.
      const child = spawn(program, helmArguments(request, source), { cwd: directory, stdio: "pipe" });
      let manifests = "";
      let complaints = "";
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        child.kill();
      }, timeoutMs);
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (manifests += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (complaints += chunk));
      child.once("error", (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        resolve({ reason: error.code === "ENOENT" ? "helm is not on PATH" : `helm did not start: ${error.message}` });
      });
      child.once("close", (code) => {
        clearTimeout(timer);
        if (code === 0) {
          resolve({ manifests });
        } else if (late) {
          resolve({ reason: `helm did not answer within ${timeoutMs / 1000} s` });
        } else {
          resolve({ reason: `helm refused it: ${redactor.redact(lastLine(complaints))}` });
        }
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(JSON.stringify(request.values));
    });
  }
}

function helmArguments(request: ChartRequest, source: ChartSource): string[] {
  return [
    "template",
    request.releaseName,
    source.chart,
    ...(source.version === undefined ? [] : ["--version", source.version]),
    ...(source.repository === undefined ? [] : ["--repo", source.repository]),
    ...["--namespace", request.namespace, "--kube-version", kubeVersion, "--values", "-"],
    // Pulumi's Chart leaves hooks out: a hook without helm's life cycle would be an ordinary object.
    "--no-hooks",
    ...(request.skipCrds ? ["--skip-crds"] : ["--include-crds"]),
    ...(request.devel ? ["--devel"] : []),
    ...(request.dependencyUpdate ? ["--dependency-update"] : []),
  ];
}

function lastLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => line.startsWith("Error:")) ?? lines.at(-1) ?? "").replace(/^Error: /, "").slice(0, 300);
}
