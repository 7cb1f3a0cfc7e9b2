import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Verification } from "../../acceptance/verification";
import { layout } from "../node/layout";
import { takeDown } from "../node/takeDown";
import { type Report, timed } from "../programs/report";
import { type Bed, startUp } from "../startUp";
import { analyze, type Analysis } from "./analyze";
import { liveOn, type LifecycleStep } from "./lifecycle";
import { type Mode, modes } from "./modes";
import { mutateAll, type Noticed } from "./mutate";
import { provenTable } from "./proven";
import { verifyBed } from "./verify";

export interface E2eOptions {
  /** Where reports go; an earlier run's are replaced. */
  out: string;
  /** Seconds of steady load. */
  load: number;
  /** Whether each rule is broken once. */
  mutations: boolean;
  /** Programs that are not used although they are there. */
  without: readonly string[];
  /** Leaves the last bed up, to look at. */
  keep: boolean;
  report: Report;
}

export interface ModeResult {
  mode: Mode;
  bed: Bed;
  /** What `istioctl analyze` says of the configuration. */
  analysis: Analysis;
  verification: Verification;
  mutations: Noticed[];
  /** What came after the suite: once more, and away. */
  lifecycle: LifecycleStep[];
  seconds: number;
}

export interface E2eCounts {
  passed: number;
  failed: number;
  leftOut: number;
}

/** Each mode on a bed of its own: up, verify, break and see it noticed, down. */
export async function runE2e(options: E2eOptions): Promise<E2eCounts> {
  const { out, report, keep } = options;
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await takeDown();
  const results: ModeResult[] = [];
  try {
    for (const [index, mode] of modes.entries()) {
      results.push(await runMode(mode, options));
      if (!keep || index < modes.length - 1) {
        await takeDown();
      }
    }
  } catch (error) {
    report(`what the bed's parts said is in ${layout().logs}`);
    if (!keep) {
      await takeDown();
    }
    throw error;
  }
  writeFileSync(join(out, "proven.md"), provenTable(results));
  writeFileSync(join(out, "e2e.json"), JSON.stringify(results, null, 2));
  return count(results);
}

async function runMode(mode: Mode, { out, load, mutations, without, keep, report }: E2eOptions): Promise<ModeResult> {
  const start = performance.now();
  const directory = join(out, mode.name);
  const bed = await startUp({ stack: mode.stack, settings: mode.settings, without, report });
  const { facts } = bed;
  const analysis = await timed(report, "istioctl analyze", () => analyze(join(layout().path, "istioctl")));
  for (const wrong of analysis.wrong) {
    report(`analysis: ${wrong}`);
  }
  const rotate = `${process.execPath} ${join(__dirname, "..", "..", "bin", "bed.js")} inside rotate "$GATEHOUSE_ROTATE"`;
  const verification = await verifyBed({
    facts,
    directory,
    args: ["--disturb", "--rotate", rotate, "--load", String(load)],
  });
  const noticed = mutations ? await mutateAll(facts, verification, join(directory, "mutations"), report) : [];
  const lifecycle = keep ? [] : await liveOn(facts, report);
  const seconds = (performance.now() - start) / 1000;
  return { mode, bed, analysis, verification, mutations: noticed, lifecycle, seconds };
}

function count(results: readonly ModeResult[]): E2eCounts {
  const counts = { passed: 0, failed: 0, leftOut: 0 };
  for (const { analysis, verification, mutations, lifecycle } of results) {
    counts[analysis.wrong.length > 0 ? "failed" : "passed"] += 1;
    counts.passed += verification.counts.passed + mutations.filter(({ outcome }) => outcome === "noticed").length;
    counts.failed += verification.counts.failed + mutations.filter(({ outcome }) => outcome === "missed").length;
    counts.leftOut += verification.counts.leftOut + mutations.filter(({ outcome }) => outcome === "left-out").length;
    for (const { outcome } of lifecycle) {
      counts[outcome === "left-out" ? "leftOut" : outcome] += 1;
    }
  }
  return counts;
}
