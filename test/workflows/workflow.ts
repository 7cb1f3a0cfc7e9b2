import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  run?: string;
  shell?: string;
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

/** An action of this repository's own, as its steps. */
interface Action {
  inputs?: Record<string, { default?: string }>;
  runs: { using: string; steps: Step[] };
}

export const actionsFolder = join(root, ".github", "actions");

/** Those that there are, by the folders that they are in. */
export const actions: readonly string[] = readdirSync(actionsFolder).sort();

export function actionText(name: string): string {
  return readFileSync(join(actionsFolder, name, "action.yaml"), "utf8");
}

export function readAction(name: string): Action {
  return parse(actionText(name)) as Action;
}

/** A workflow with the steps of this repository's actions in place of them. */
export function read(file: string): Workflow {
  const workflow = parse(textOf(file)) as Workflow;
  const jobs = Object.entries(workflow.jobs).map(([name, job]) => [
    name,
    job.steps === undefined ? job : { ...job, steps: job.steps.flatMap(expanded) },
  ]);
  return { ...workflow, jobs: Object.fromEntries(jobs) as Record<string, Job> };
}

const own = "./.github/actions/";

function expanded(step: Step): Step[] {
  if (!step.uses?.startsWith(own)) return [step];
  const { inputs = {}, runs } = readAction(step.uses.slice(own.length));
  const given = (step.with ?? {}) as Record<string, string | number | boolean>;
  for (const key of Object.keys(given)) if (!(key in inputs)) throw new Error(`${step.uses} has no input ${key}`);
  return runs.steps.filter(({ if: condition }) => {
    if (condition === undefined) return true;
    const [, name = "", value] = /^inputs\.(\w+) == '(\w+)'$/.exec(condition) ?? [];
    if (!(name in inputs)) throw new Error(`${step.uses} asks for ${condition}`);
    return String(given[name] ?? inputs[name]?.default) === value;
  });
}

export function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

export function jobOf(workflow: Workflow, name: string): Job {
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  return job;
}
