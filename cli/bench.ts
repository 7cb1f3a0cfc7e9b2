import { type Command, InvalidArgumentError, Option } from "commander";
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { chartsFolder } from "./charts/source";
import { type CommandContext } from "./context";
import { exitCodes, Failure } from "./exit";
import { formatTimes, type Times } from "./formats/times";
import { readProject, stackFile } from "./project/project";

interface BenchOptions {
  stack: string;
  runs: number;
  charts?: string;
  json?: boolean;
}

/** Seconds that a warm preview may take on two cores; a benchmark shows them, no test fails on them. */
const aims = { withoutCharts: 3, withCharts: 5 };

export function addBench(program: Command, context: CommandContext): void {
  program
    .command("bench")
    .description("time previews, each in a process of its own, after one that warms the caches")
    .addOption(new Option("--stack <stack>", "the stack to preview").default("dev"))
    .addOption(new Option("--runs <count>", "how often each is measured").argParser(count).default(5))
    .addOption(new Option("--charts <dir>", "measure previews with charts from this folder too; needs helm"))
    .addOption(new Option("--json", "print one JSON document and nothing else"))
    .action(async (options: BenchOptions) => {
      await bench(options, context);
      context.finish(exitCodes.clean);
    });
}

async function bench({ stack, runs, charts, json }: BenchOptions, { progress, output, style }: CommandContext) {
  stackFile(readProject(process.cwd()), stack);
  const folder = charts === undefined ? undefined : chartsFolder(resolve(charts));
  const cases = [
    // Without helm no chart is rendered, wherever it would be found.
    {
      name: `preview ${stack}, without charts`,
      aim: aims.withoutCharts,
      args: [stack],
      env: { GATEHOUSE_HELM: "/nonexistent/helm" },
    },
    ...(folder === undefined
      ? []
      : [{ name: `preview ${stack}, with charts`, aim: aims.withCharts, args: [stack, "--charts", folder], env: {} }]),
  ];
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
  progress.stop();
  await output.print(
    json === true ? JSON.stringify({ format: "gatehouse.bench/v1", times }, null, 2) : formatTimes(times, style),
  );
}

/** Seconds from the start of a preview to its end. */
function timed(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const started = process.hrtime.bigint();
  const preview = spawn(process.execPath, [resolve(__dirname, "../bin/gatehouse.js"), "preview", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...env },
  });
  let errors = "";
  preview.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  return new Promise((done, failed) => {
    preview.once("error", failed);
    preview.once("close", (code) => {
      if (code === exitCodes.clean || code === exitCodes.mandatoryViolation) {
        done(Number(process.hrtime.bigint() - started) / 1e9);
      } else {
        failed(new Failure(`The preview that was to be measured ended with ${code}.`, errors));
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
