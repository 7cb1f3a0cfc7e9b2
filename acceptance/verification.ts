import { type Area, type Check, type Component, type Need } from "./check";
import { type Figure } from "./recordingProbe";

/** What `gatehouse verify --json` prints. Fields may be added; none changes its meaning within `v1`. */
export interface Verification {
  format: "gatehouse.verification/v1";
  /** 0 all that ran passed, 1 something failed, 2 nothing could run, 3 interrupted. */
  exitCode: 0 | 1 | 2 | 3;
  target: {
    gate: string;
    /** `null` where there is none, or none was wanted. */
    echo: string | null;
    /** Where it connected instead of asking DNS. */
    address: string | null;
    /** Whose certificates were trusted. */
    trust: "--ca" | "public";
    people: string[];
  };
  /** ISO 8601. */
  start: string;
  /** Seconds. */
  duration: number;
  counts: { passed: number; failed: number; leftOut: number; notAskedFor: number };
  /** What checks needed and was not there. */
  unmet: { need: Need; reason: string }[];
  /** The folder that the checks' files lie in; `null` where there are none. */
  directory: string | null;
  /** In the order in which they ran. */
  checks: CheckResult[];
}

export interface CheckResult {
  area: Area;
  name: string;
  proves: string;
  /** What it ran on; without oauth2-proxy, where the deployment has none. */
  exercises: readonly Component[];
  needs: readonly Need[];
  outcome: "passed" | "failed" | "left-out";
  /** How many things were looked at, right and wrong ones. */
  tried: number;
  wrong: string[];
  /** Where to look, and what to change. */
  mend: string;
  /** Why it was left out, else `null`. */
  reason: string | null;
  figures: Figure[];
  /** Names within the folder of the report. */
  files: string[];
  seconds: number;
}

/** What `gatehouse verify --list --json` prints. */
export interface CheckList {
  format: "gatehouse.checks/v1";
  checks: (Pick<Check, "area" | "name" | "proves" | "needs" | "exercises" | "mend"> & { timeout: number })[];
}

/** A check's name everywhere: `paths/dex-prefix-tricks`. */
export function titleOf({ area, name }: Pick<Check, "area" | "name">): string {
  return `${area}/${name}`;
}

/** Seconds that a check may take. */
export function timeoutOf({ timeout = 60 }: Pick<Check, "timeout">): number {
  return timeout;
}
