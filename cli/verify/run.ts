import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Check, type Need, type Target } from "../../acceptance/check";
import { undoEverything } from "../../acceptance/cluster/undo";
import { knownNeeds, unmetNeeds } from "../../acceptance/needs";
import { reach } from "../../acceptance/preflight";
import { runChecks } from "../../acceptance/run";
import { select } from "../../acceptance/select";
import { manner, settled } from "../../acceptance/settle";
import { tokensTaken } from "../../acceptance/tokensTaken";
import { readTarget } from "../../acceptance/target";
import { type CheckList, type CheckResult, timeoutOf, titleOf, type Verification } from "../../acceptance/verification";
import { visible } from "../../acceptance/visible";
import { withoutTokens } from "../../acceptance/withoutTokens";
import { type CommandContext } from "../context";
import { BadInput, type ExitCode, exitCodes, Failure } from "../exit";
import { catchFaults } from "../faults";
import { formatJunit } from "../formats/junit";
import { formatCheck, formatCheckList, formatClosing, formatTarget } from "../formats/verification";
import { type VerifyOptions } from "../verify";
import { untilInterrupted } from "./interrupt";

/** Prints the suite's checks. */
export async function list(
  options: VerifyOptions,
  { output, style }: CommandContext,
  every: readonly Check[],
): Promise<ExitCode> {
  const checks = asked(options, every).map(({ area, name, proves, needs, exercises, mend, timeout }) => {
    return { area, name, proves, needs, exercises, mend, timeout: timeoutOf({ timeout }) };
  });
  const report: CheckList = { format: "gatehouse.checks/v1", checks };
  await output.print(options.json === true ? JSON.stringify(report, null, 2) : formatCheckList(report, style));
  return exitCodes.clean;
}

/** Runs the suite against a deployment, and reports. */
export async function verify(
  url: string | undefined,
  options: VerifyOptions,
  context: CommandContext,
  every: readonly Check[],
): Promise<ExitCode> {
  const { output, progress, redactor, style } = context;
  const checks = asked(options, every);
  const required = readRequired(options);
  if (url === undefined) {
    const mend = "put it first: gatehouse verify https://kubeflow.example.com --ca gatehouse-ca.pem";
    throw new BadInput("There is nothing to verify.", [{ key: "<url>", value: "missing", mend }]);
  }
  const { target, secrets, warnings } = readTarget(url, options, process.env);
  secrets.forEach((secret) => redactor.learn(secret));
  const folders = readFolders(options);
  warnings.forEach((warning) => output.aside(`Warning: ${warning}\n`));
  const start = new Date();
  try {
    progress.phase(`connecting to ${target.gate.origin}`);
    await reach(target, target.gate, "<url>");
    if (options.echo !== undefined && target.echo !== undefined) {
      await reach(target, target.echo, "--echo");
    }
    const { results, unmet, interrupted } = await runAll({ checks, required, target, options, folders }, context);
    const report: Verification = {
      format: "gatehouse.verification/v1",
      exitCode: exitCodeOf(results, interrupted),
      target: aboutTarget(target),
      start: start.toISOString(),
      duration: Math.round(Date.now() - start.getTime()) / 1000,
      counts: { ...countsOf(results), notAskedFor: every.length - checks.length },
      unmet: [...unmet].map(([need, reason]) => ({ need, reason })),
      directory: folders.kept ? folders.files : null,
      checks: results,
    };
    writeReports(report, options, folders);
    await output.print(options.json === true ? JSON.stringify(report, null, 2) : formatClosing(report, style));
    return report.exitCode;
  } finally {
    progress.stop();
    if (!folders.kept) {
      rmSync(folders.files, { recursive: true, force: true });
    }
  }
}

interface Task {
  checks: readonly Check[];
  required: readonly Need[];
  target: Target;
  options: VerifyOptions;
  folders: Folders;
}

/** Looks at what the deployment offers, runs the checks, and says each result as soon as it is there. */
async function runAll(
  { checks, required, target: given, options, folders }: Task,
  { output, progress, redactor, style }: CommandContext,
) {
  const redact = (text: string) => visible(withoutTokens(redactor.redact(text)));
  const print = async (text: string) => {
    progress.stop();
    await (options.json === true ? undefined : output.print(text));
  };
  const { signal, release } = untilInterrupted((name) => {
    output.aside(`${name}: ending the check at work and restoring what it changed; once more ends at once\n`);
  });
  try {
    let target = given;
    const wanted = new Set([...checks.flatMap(({ needs }) => needs), ...required]);
    const found = await unmetNeeds({
      target,
      // Whether these parts are there concerns checks that can do without them, too.
      wanted: new Set<Need>([...wanted, "sessions", ...(wanted.has("cluster") ? (["cert-manager"] as const) : [])]),
      disturb: options.disturb === true,
      echoGiven: options.echo !== undefined,
      signal,
      busy: (what) => progress.phase(what),
    });
    const unmet = new Map([...found].map(([need, reason]) => [need, redact(reason)] as const));
    refuseMissing(required, unmet);
    target = {
      ...target,
      absent: new Set([
        ...(unmet.has("sessions") ? (["oauth2-proxy"] as const) : []),
        ...(unmet.has("cert-manager") ? (["cert-manager"] as const) : []),
        ...(target.provider === undefined ? [] : (["Dex"] as const)),
      ]),
    };
    if (checks.some(({ needs }) => needs.includes("client")) && !unmet.has("client") && !unmet.has("echo")) {
      progress.phase("looking whether the gate knows Dex's keys");
      await tokensTaken(target, signal);
    }
    const before = await manner(target, signal);
    await print(formatTarget(aboutTarget(target), style));
    let area = "";
    let doing = "";
    const results = await runChecks(checks, {
      target,
      unmet,
      signal,
      redact,
      directory: folders.files,
      settled: (stop) => settled(target, before, stop),
      catchFaults,
      undo: undoEverything,
      started: (check) => {
        const label = `${titleOf(check)} (${checks.indexOf(check) + 1} of ${checks.length})`;
        doing = "";
        progress.phase(() => `${label}${doing === "" ? "" : `: ${doing}`}`);
      },
      busy: (what) => (doing = what),
      ended: async (result) => {
        await print(formatCheck(result, style, result.area !== area, folders.kept ? folders.files : null));
        area = result.area;
      },
    });
    return {
      results,
      unmet: new Map([...unmet].filter(([need]) => wanted.has(need))),
      interrupted: signal.aborted,
    };
  } finally {
    release();
  }
}

/** The checks that `--only` and `--skip` leave. */
function asked({ only = [], skip = [] }: VerifyOptions, every: readonly Check[]): readonly Check[] {
  const names = (texts: readonly string[]) => texts.flatMap((text) => text.split(",")).filter((name) => name !== "");
  const { checks, unknown } = select(every, names(only), names(skip));
  if (unknown.length > 0) {
    const mend = `write an area or a check, with the address before the options: ${every.map(titleOf).join(", ")}`;
    throw new BadInput(
      "There are no such checks.",
      unknown.map((value) => ({ key: names(only).includes(value) ? "--only" : "--skip", value, mend })),
    );
  }
  if (checks.length === 0) {
    const value = [...names(only), ...names(skip).map((name) => `without ${name}`)].join(", ");
    throw new BadInput("No check is left to run.", [{ key: "--only, --skip", value, mend: "leave one of them out" }]);
  }
  return checks;
}

function readRequired({ require: names = [] }: VerifyOptions): Need[] {
  const needs = names.flatMap((text) => text.split(",")).filter((name) => name !== "");
  const unknown = needs.filter((name) => !(knownNeeds as readonly string[]).includes(name));
  if (unknown.length > 0) {
    const mend = `write any of ${knownNeeds.join(", ")}`;
    throw new BadInput(
      "There are no such needs.",
      unknown.map((value) => ({ key: "--require", value, mend })),
    );
  }
  return needs as Need[];
}

function refuseMissing(required: readonly Need[], unmet: ReadonlyMap<Need, string>): void {
  const missing = required.filter((need) => unmet.has(need));
  if (missing.length > 0) {
    const mend = "give what is missing, or mend the deployment; without --require these checks are left out";
    throw new BadInput(
      "What is required is not there; nothing was checked.",
      missing.map((need) => ({ key: `--require ${need}`, value: unmet.get(need) ?? "", mend })),
    );
  }
}

interface Folders {
  files: string;
  /** Whether the files stay. */
  kept: boolean;
}

/** Makes sure before a long run that its reports can be written. */
function readFolders({ report, junit }: VerifyOptions): Folders {
  if (junit !== undefined && !statSync(dirname(resolve(junit)), { throwIfNoEntry: false })?.isDirectory()) {
    const mend = "name a file in a folder that is there";
    throw new BadInput("The JUnit report can't be written.", [{ key: "--junit", value: junit, mend }]);
  }
  if (report === undefined) {
    return { files: mkdtempSync(join(tmpdir(), "gatehouse-verify-")), kept: false };
  }
  try {
    mkdirSync(report, { recursive: true });
    return { files: resolve(report), kept: true };
  } catch (error) {
    const value = `${report}: ${(error as NodeJS.ErrnoException).code ?? "can't be made"}`;
    throw new BadInput("The report can't be written.", [{ key: "--report", value, mend: "name a folder" }]);
  }
}

function writeReports(report: Verification, { junit }: VerifyOptions, { files, kept }: Folders): void {
  try {
    if (kept) {
      writeFileSync(join(files, "verification.json"), `${JSON.stringify(report, null, 2)}\n`);
    }
    if (junit !== undefined) {
      writeFileSync(junit, formatJunit(report));
    }
  } catch (error) {
    throw new Failure(`The report can't be written: ${(error as Error).message}`);
  }
}

function aboutTarget({ gate, echo, address, ca, people }: Target): Verification["target"] {
  return {
    gate: gate.href,
    echo: echo?.href ?? null,
    address: address ?? null,
    trust: ca === undefined ? "public" : "--ca",
    people: people.map(({ email }) => email),
  };
}

function countsOf(results: readonly CheckResult[]) {
  const having = (outcome: CheckResult["outcome"]) => results.filter((check) => check.outcome === outcome).length;
  return { passed: having("passed"), failed: having("failed"), leftOut: having("left-out") };
}

/** Nothing that ran proves nothing, so that it must not look like success. */
function exitCodeOf(results: readonly CheckResult[], interrupted: boolean): ExitCode {
  const { passed, failed } = countsOf(results);
  if (interrupted) {
    return exitCodes.ownFailure;
  }
  return failed > 0 ? exitCodes.mandatoryViolation : passed > 0 ? exitCodes.clean : exitCodes.badInput;
}
