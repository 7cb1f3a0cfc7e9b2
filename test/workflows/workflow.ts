import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

export interface Job {
  if?: string;
  needs?: string | string[];
  environment?: string;
  "timeout-minutes"?: number;
  permissions?: Record<string, string>;
  strategy?: { matrix?: { stack?: string[] } };
  env?: Record<string, string>;
  /** A workflow of its own. */
  uses?: string;
  with?: Record<string, unknown>;
  steps?: Step[];
}

export interface Workflow {
  on: {
    push?: { branches?: string[] };
    pull_request?: unknown;
    workflow_run?: { workflows: string[] };
    workflow_call?: unknown;
    workflow_dispatch?: unknown;
    schedule?: { cron: string }[];
  };
  permissions?: Record<string, string>;
  concurrency?: { group?: string; "cancel-in-progress"?: unknown };
  defaults?: { run?: { shell?: string } };
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}

export const root = join(__dirname, "..", "..");
const folder = join(root, ".github", "workflows");

export const files: readonly string[] = readdirSync(folder).sort();

export function textOf(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

export function read(file: string): Workflow {
  return parse(textOf(file)) as Workflow;
}

export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

export function jobOf(workflow: Workflow, name: string): Job {
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job;
}
