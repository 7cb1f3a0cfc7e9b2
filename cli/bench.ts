import { type Command, InvalidArgumentError, Option } from "commander";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type CrowdFigures, measureCrowd } from "./bench/crowd";
import { findEnvoy } from "./bench/findEnvoy";
import { manyManifests } from "./bench/manifests";
import { chartsFolder } from "./charts/source";
import { type CommandContext } from "./context";
import { exitCodes, Failure } from "./exit";
import { formatCrowd } from "./formats/crowd";
import { formatTimes, type Times } from "./formats/times";
import { readProject, stackFile } from "./project/project";

interface BenchOptions {
  stack: string;
  runs: number;
  charts?: string;
  only?: "preview" | "scan" | "notebooks";
  json?: boolean;
}

/** Seconds that a warm run may take on two cores; a benchmark shows them, no test fails on them. */
const aims = { withoutCharts: 3, withCharts: 5, scan: 5 };
/** How many objects are scanned. */
const scanned = 2000;
/** How many notebooks Envoy gets, and how long the first and the last of them are asked, in milliseconds. */
const crowds = [10, 1000, 4000];
const crowdDuration = 2000;

export function addBench(program: Command, context: CommandContext): void {
  program
    .command("bench")
    .description(
      "time previews and a scan, each in a process of its own, after one that warms the caches; and notebooks behind an Envoy",
    )
    .addOption(new Option("--stack <stack>", "the stack to preview").default("dev"))
    .addOption(new Option("--runs <count>", "how often each is measured").argParser(count).default(5))
    .addOption(new Option("--charts <dir>", "measure previews with charts from this folder too; needs helm"))
    .addOption(
      new Option("--only <what>", "measure previews, the scan or notebooks alone").choices([
        "preview",
        "scan",
        "notebooks",
      ]),
    )
    .addOption(new Option("--json", "print one JSON document and nothing else"))
    .addHelpText(
      "after",
      "\nNotebooks need an Envoy: GATEHOUSE_ENVOY names it, or it is on PATH as envoy. Load goes to loopback alone.",
    )
    .action(async (options: BenchOptions) => {
      await bench(options, context);
      context.finish(exitCodes.clean);
    });
}

interface Case {
  name: string;
  aim: number;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

async function bench({ runs, json, only, ...options }: BenchOptions, { progress, output, style }: CommandContext) {
  const measures = (what: BenchOptions["only"]) => only === undefined || only === what;
  const previews = measures("preview") ? previewCases(options) : [];
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
  try {
    const cases = [...previews, ...(measures("scan") ? [scanCase(folder)] : [])];
    const times: Times[] = [];
    for (const { name, aim, args, env } of cases) {
      await timed(args, env);
      const seconds: number[] = [];
      for (let run = 1; run <= runs; run++) {
        progress.phase(`${name}: run ${run} of ${runs}`);
        seconds.push(await timed(args, env));
      }
      times.push({ name, aim, seconds });
    }
    const notebooks = measures("notebooks") ? await crowdsBehindEnvoy(folder, progress) : [];
    progress.stop();
    const without =
      notebooks === undefined ? "Left out: notebooks, because no Envoy was found (GATEHOUSE_ENVOY or PATH)." : "";
    const shown = [
      ...(times.length === 0 ? [] : [formatTimes(times, style)]),
      ...(notebooks === undefined || notebooks.length === 0 ? [] : [formatCrowd(notebooks, style)]),
      ...(without === "" ? [] : [without]),
    ];
    await output.print(
      json === true
        ? JSON.stringify({ format: "gatehouse.bench/v1", times, notebooks: notebooks ?? null }, null, 2)
        : shown.join("\n\n"),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each layout with each number of notebooks; nothing where there is no Envoy. */
async function crowdsBehindEnvoy(
  folder: string,
  progress: CommandContext["progress"],
): Promise<CrowdFigures[] | undefined> {
  const envoy = findEnvoy();
  if (envoy === undefined) {
    return undefined;
  }
  const figures: CrowdFigures[] = [];
  for (const layout of ["hosts", "path"] as const) {
    for (const notebooks of crowds) {
      progress.phase(`${notebooks} notebooks, ${layout === "hosts" ? "a host for each" : "paths of one host"}`);
      figures.push(await measureCrowd({ envoy, folder, layout, notebooks, duration: crowdDuration }));
    }
  }
  return figures;
}

function scanCase(folder: string): Case {
  const file = join(folder, "cluster.yaml");
  writeFileSync(file, manyManifests(scanned));
  return { name: `scan of ${scanned} objects`, aim: aims.scan, args: ["scan", file], env: {} };
}

function previewCases({ stack, charts }: Pick<BenchOptions, "stack" | "charts">): Case[] {
  stackFile(readProject(process.cwd()), stack);
  const folder = charts === undefined ? undefined : chartsFolder(resolve(charts));
  return [
    // Without helm no chart is rendered, wherever it would be found.
    {
      name: `preview ${stack}, without charts`,
      aim: aims.withoutCharts,
      args: ["preview", stack],
      env: { GATEHOUSE_HELM: "/nonexistent/helm" },
    },
    ...(folder === undefined
      ? []
      : [
          {
            name: `preview ${stack}, with charts`,
            aim: aims.withCharts,
            args: ["preview", stack, "--charts", folder],
            env: {},
          },
        ]),
  ];
}

/** Seconds from the start of a command to its end. */
function timed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const started = process.hrtime.bigint();
  const measured = spawn(process.execPath, [resolve(__dirname, "../bin/gatehouse.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  let errors = "";
  measured.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((done, failed) => {
    measured.once("error", failed);
    measured.once("close", (code) => {
      if (code === exitCodes.clean || code === exitCodes.mandatoryViolation) {
        done(Number(process.hrtime.bigint() - started) / 1e9);
      } else {
        failed(new Failure(`What was to be measured, ${args.join(" ")}, ended with ${code}.`, errors));
      }
    });
  });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100) {
    throw new InvalidArgumentError("write a whole number from 1 to 100");
  }
  return value;
}
