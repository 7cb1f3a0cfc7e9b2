import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../command";
import { heedInterruption } from "../interruption";
import { layout } from "../node/layout";
import { takeDown } from "../node/takeDown";
import { type Report, timed } from "../programs/report";
import { NotHere, startUp } from "../startUp";
import { analyze } from "./analyze";
import { liveOn } from "./lifecycle";
import { type Mode, selectionOf } from "./mode";
import { mutateAll, type MutationChoice } from "./mutate";
import { outFolder } from "./outFolder";
import { provenTable } from "./proven";
import { count, type E2eCounts, emptyResult, failures, type ModeResult, needsMet, wronglyLeftOut } from "./result";
import { verifyBed } from "./verify";

export interface E2eOptions {
  /** Which ways of running the platform, one after the other. */
  modes: readonly Mode[];
  /** Where reports go; an earlier run's are replaced. */
  out: string;
  /** Seconds of steady load. */
  load: number;
  /** Which rules are broken once. */
  mutations: MutationChoice;
  /** Programs that are not used although they are there. */
  without: readonly string[];
  /** Leaves the last bed up, to look at. */
  keep: boolean;
  report: Report;
}

export interface E2eOutcome extends E2eCounts {
  /** What failed, a line each. */
  failures: string[];
}

/** Each mode on a bed of its own: up, verify, break and see it noticed, down. What was found is written whatever happens. */
export async function runE2e(options: E2eOptions): Promise<E2eOutcome> {
  const { out, keep, modes } = options;
  outFolder(out);
  await takeDown();
  const results: ModeResult[] = [];
  try {
    for (const [index, mode] of modes.entries()) {
      const result = emptyResult(mode);
      results.push(result);
      try {
        await runMode(result, options);
      } finally {
        keepLogs(join(out, mode.name));
        if (!keep || index < modes.length - 1) {
          await takeDown();
        }
      }
    }
  } finally {
    writeFileSync(join(out, "proven.md"), provenTable(results));
    writeFileSync(join(out, "e2e.json"), JSON.stringify(results, null, 2));
  }
  return { ...count(results), failures: failures(results) };
}

/** A step that fails takes those with it that need what it gives, and no other ones. */
async function runMode(result: ModeResult, options: E2eOptions): Promise<void> {
  const { out, load, mutations, without, keep, report } = options;
  const { mode } = result;
  const start = performance.now();
  const directory = join(out, mode.name);
  const step = async <T>(name: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      heedInterruption();
      return await run();
    } catch (error) {
      if (error instanceof NotHere) {
        result.leftOut = error.message;
        report(`${mode.name} is left out: ${error.message}`);
        return undefined;
      }
      const why = reasonOf(error);
      result.broken.push({ step: name, why });
      heedInterruption();
      report(`${name} ended without a result: ${why}`);
      return undefined;
    } finally {
      result.seconds = (performance.now() - start) / 1000;
    }
  };
  const bed = await step("up", () => startUp({ ...mode, without, report }));
  if (bed === undefined) {
    return;
  }
  Object.assign(result, { bed, met: needsMet(bed, mode, load) });
  result.analysis = await step("istioctl analyze", () =>
    timed(report, "istioctl analyze", () => analyze(join(layout().path, "istioctl"), mode.mesh)),
  );
  result.analysis?.wrong.forEach((wrong) => report(`analysis: ${wrong}`));
  const rotate = `${process.execPath} ${join(__dirname, "..", "..", "bin", "bed.js")} inside rotate "$GATEHOUSE_ROTATE"`;
  const args = [
    "--disturb",
    "--rotate",
    rotate,
    "--load",
    String(load),
    ...(mode.verify ?? []),
    ...(mode.mesh === undefined ? [] : ["--istiod", `${mode.mesh.namespace}/istiod-${mode.mesh.revision}`]),
    ...selectionOf(mode),
    "--require",
    ...result.met,
  ];
  const verification = await step("the acceptance suite", () => verifyBed({ bed, directory, args }));
  result.verification = verification;
  if (verification !== undefined) {
    wronglyLeftOut(verification.checks, result.met).forEach((check) => report(`wrongly left out: ${check}`));
  }
  if (mutations !== "none" && verification !== undefined) {
    await step("the mutations", async () => {
      for await (const noticed of mutateAll(mutations, mode, bed, verification, join(directory, "mutations"), report)) {
        result.mutations.push(noticed);
      }
    });
  }
  // With its pods their logs go, too.
  keepLogs(directory);
  if (!keep) {
    result.lifecycle = (await step("once more, and away", () => liveOn(bed.facts, mode.beside ?? [], report))) ?? [];
  }
}

/** What the bed's parts and its pods said goes with the reports, because the next bed begins anew. */
function keepLogs(directory: string): void {
  const { logs } = layout();
  if (existsSync(logs)) {
    mkdirSync(directory, { recursive: true });
    cpSync(logs, join(directory, "logs"), { recursive: true, dereference: false });
  }
}
