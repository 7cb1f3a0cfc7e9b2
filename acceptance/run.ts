import { setMaxListeners } from "node:events";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { type Check, type Component, type Need, type Target } from "./check";
import { describeError, isAbort } from "./describeError";
import { RecordingProbe } from "./recordingProbe";
import { type CheckResult, timeoutOf, titleOf } from "./verification";
import { visible } from "./visible";

/** More of the same tells nobody anything. */
const mostFaults = 100;

export interface RunOptions {
  target: Target;
  /** Needs that are not met, with the reason. */
  unmet: ReadonlyMap<Need, string>;
  /** Ends the run: the check at work is told, and no other one starts. */
  signal: AbortSignal;
  /** The folder for the checks' files. */
  directory: string;
  /** Takes secrets out of what checks say. */
  redact: (text: string) => string;
  /** Waits until the gate answers as before, and says what is different if it never does. */
  settled: (signal: AbortSignal) => Promise<readonly string[]>;
  /** Catches errors that nobody else does, until the returned function is called. */
  catchFaults: (handler: (error: unknown) => void) => () => void;
  /** Undoes what a check that doesn't end has left changed, and says what it could not undo. */
  undo: () => Promise<readonly string[]>;
  started?: (check: Check) => void;
  /** What the check at work is busy with. */
  busy?: (what: string) => void;
  ended?: (result: CheckResult) => void | Promise<void>;
  /** Milliseconds that a check has for restoring things after it was told to end. */
  grace?: (check: Check) => number;
}

/** Whether things may be different for a while after a check. */
export function disturbs({ needs }: Pick<Check, "needs">): boolean {
  return needs.some((need) => need === "disturb" || need === "rotate" || need === "load");
}

/** Bringing a workload back takes its time; see `cluster/undo.ts`. */
const usualGrace = (check: Check) => (disturbs(check) ? 300_000 : 15_000);

/** Runs checks one after the other. Whatever a check does, it ends as passed, failed or left out, never as nothing. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<CheckResult[]> {
  const { target, unmet, signal, ended } = options;
  const redact = (text: string) => visible(options.redact(text));
  const results: CheckResult[] = [];
  /** Why nothing more can be learned from this deployment in this run. */
  let stopped: string | undefined;
  let current: RecordingProbe | undefined;
  const strays: unknown[] = [];
  const release = options.catchFaults((error) => {
    // It belongs to the check at work, or to the last one that ran, which left something running.
    const said = redact(`An error that nobody caught: ${describeError(error)}.`);
    const last = results.findLast(({ outcome }) => outcome !== "left-out");
    if (current !== undefined) {
      current.wrong(said);
    } else if (last !== undefined) {
      fail(last, said);
    } else {
      strays.push(error);
    }
  });
  try {
    for (const check of checks) {
      const reason =
        missing(check, unmet) ?? stopped ?? (signal.aborted ? "the run was interrupted before" : undefined);
      let result = leftOut(check, reason ?? "");
      if (reason === undefined) {
        const busy = (what: string) => options.busy?.(what);
        const directory = join(options.directory, check.area);
        current = new RecordingProbe({ directory, redact: options.redact, busy });
        options.started?.(check);
        const one = await runOne(check, target, current, { ...options, redact });
        current = undefined;
        result = one.result;
        if (one.abandoned) {
          busy("undoing what it left changed");
          for (const notRestored of await options.undo()) {
            fail(result, redact(notRestored));
          }
        }
        if (disturbs(check) && !signal.aborted) {
          busy("waiting until the gate answers as before");
          const different = await options.settled(signal);
          if (different.length > 0) {
            fail(result, redact(`The gate does not answer as before the check: ${different.join("; ")}.`));
            stopped = `the gate has not recovered from ${titleOf(check)}`;
          } else if (one.abandoned) {
            stopped = `${titleOf(check)} did not end and may still be at work`;
          }
        }
      }
      results.push(result);
      await ended?.(result);
    }
  } finally {
    release();
  }
  if (strays.length > 0) {
    throw strays[0];
  }
  return results;
}

function fail(result: CheckResult, wrong: string): void {
  result.wrong.push(wrong);
  result.outcome = "failed";
}

function missing({ needs }: Check, unmet: ReadonlyMap<Need, string>): string | undefined {
  const reasons = needs.flatMap((need) => unmet.get(need) ?? []);
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

async function runOne(
  check: Check,
  target: Target,
  probe: RecordingProbe,
  { signal, redact, directory, grace = usualGrace }: RunOptions,
): Promise<{ result: CheckResult; abandoned: boolean }> {
  const seconds = timeoutOf(check);
  const controller = new AbortController();
  // A check may have hundreds of requests under way, and each of them listens.
  setMaxListeners(0, controller.signal);
  const timeOver = setTimeout(
    () => controller.abort(new DOMException(`the ${seconds} s of the check are over`, "TimeoutError")),
    seconds * 1000,
  );
  const interrupt = () => controller.abort(signal.reason);
  signal.addEventListener("abort", interrupt, { once: true });
  let graceOver: NodeJS.Timeout | undefined;
  const told = new Promise<"abandoned">((resolve) => {
    controller.signal.addEventListener("abort", () => {
      graceOver = setTimeout(() => resolve("abandoned"), grace(check));
    });
  });
  const started = performance.now();
  // An `async` function, so that an error thrown before the first `await` is caught too.
  const work = async (): Promise<{ error?: unknown }> => {
    try {
      await check.run({ target, probe, signal: controller.signal });
      return {};
    } catch (error) {
      return { error };
    }
  };
  const end = await Promise.race([work(), told]);
  const took = (performance.now() - started) / 1000;
  clearTimeout(timeOver);
  clearTimeout(graceOver);
  signal.removeEventListener("abort", interrupt);

  const wrong = [...probe.faults];
  const result: CheckResult = {
    ...base(check),
    exercises: exercised(check, target),
    tried: probe.tried,
    seconds: Math.round(took * 1000) / 1000,
  };
  result.figures = [...probe.figures];
  result.files = probe.files.filter((path) => existsSync(path)).map((path) => relative(directory, path));
  const abandoned = end === "abandoned";
  const error = end === "abandoned" ? undefined : end.error;
  const said = error === undefined ? undefined : redact(describeError(error));
  if (abandoned) {
    wrong.push(`It did not end within ${grace(check) / 1000} s after it was told to.`);
  }
  if (signal.aborted) {
    // An interrupted check has not failed; but what it found, and what it could not restore, is told.
    const why = said === undefined || isAbort(error) ? "" : `: ${said}`;
    result.reason = wrong.length > 0 ? null : `the run was interrupted at this check${why}`;
    if (wrong.length > 0 && why !== "") {
      wrong.push(`It ended with an error${why}`);
    }
  } else if (controller.signal.aborted) {
    wrong.push(`It was not done after ${seconds} s.${said === undefined || isAbort(error) ? "" : ` It said: ${said}`}`);
  } else if (said !== undefined) {
    wrong.push(`It ended with an error: ${said}`);
  } else if (probe.tried === 0) {
    wrong.push("It looked at nothing, so that it proves nothing.");
  }
  result.outcome = wrong.length > 0 ? "failed" : result.reason !== null ? "left-out" : "passed";
  result.wrong = wrong.slice(0, mostFaults);
  if (wrong.length > mostFaults) {
    result.wrong.push(`… and ${wrong.length - mostFaults} more.`);
  }
  return { result, abandoned };
}

/**
 * A check that can do without oauth2-proxy has shown nothing of it where it is absent. Of cert-manager nobody knows without
 * access to the cluster, and its certificates are seen all the same.
 */
function exercised({ exercises }: Check, { absent }: Target): Component[] {
  return exercises.filter((component) => !(component === "oauth2-proxy" && absent?.has(component) === true));
}

function leftOut(check: Check, reason: string): CheckResult {
  return { ...base(check), outcome: "left-out", reason };
}

function base({ area, name, proves, exercises, needs, mend }: Check): CheckResult {
  const nothing = { tried: 0, wrong: [], reason: null, figures: [], files: [], seconds: 0 };
  return { area, name, proves, exercises, needs, outcome: "passed", mend, ...nothing };
}
