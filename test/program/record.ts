import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { Platform } from "../../components/platform";
import { everything } from "../../stacks/everything";
import { type Settings } from "../../stacks/schema";
import { compliantCluster } from "./live";
import { type Mode, RecordingMonitor } from "./monitor";
import { quicken } from "./quickRuntime";
import { Recording } from "./recording";

export const project = "kubeflow-gatehouse";

export interface RecordArgs {
  /** Default: `update`, where every value is there to be looked at. */
  mode?: Mode;
  stack?: string;
  /** The stack's configuration, keys with their namespace; only what reads `pulumi.Config` needs it. */
  config?: Record<string, string>;
  /** Keys of `config` that hold a secret. */
  secretKeys?: string[];
  /** What is in the cluster already, by kind and id. Default: what the settings say that there is, as it has to be. */
  live?: Readonly<Record<string, object>>;
  /** How long registrations may take. */
  limitSeconds?: number;
}

/** Runs one program at a time; Pulumi's runtime keeps the one that it serves in a global. */
let running: Promise<unknown> = Promise.resolve();

/**
 * Runs a program as a preview of an empty stack would, and hands over what it declared. It fails when a registration is
 * refused or never made, when a promise is rejected with nobody to hear it, and when the program throws.
 */
export function record(program: () => unknown, args: RecordArgs = {}): Promise<Recording> {
  const result = running.then(() => run(program, args));
  running = result.catch(() => undefined);
  return result;
}

/** Records the platform with these settings. */
export function recordPlatform(settings: Settings, args: RecordArgs = {}): Promise<Recording> {
  return record(() => void new Platform("gatehouse", settings), { live: compliantCluster(settings), ...args });
}

let whole: Promise<Recording> | undefined;

/** The platform with everything on, recorded once for all tests; nobody may change what is in it. */
export function recordEverything(): Promise<Recording> {
  return (whole ??= recordPlatform(everything()));
}

/** Records `index.ts` as it stands, with the configuration of `Pulumi.<stack>.yaml`. */
export function recordStack(stack: string, args: RecordArgs = {}): Promise<Recording> {
  const root = join(__dirname, "../..");
  const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> };
  const config = Object.entries(file.config).map(([key, value]): [string, string] => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return recordIndex({ ...args, stack, config: Object.fromEntries(config) });
}

export function recordIndex(args: RecordArgs): Promise<Recording> {
  const index = require.resolve("../../index");
  return record(() => {
    // A module runs once in a process, and this one is the program.
    delete require.cache[index];
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only require runs a module again
    return { ...(require(index) as Record<string, unknown>) };
  }, args);
}

async function run(
  program: () => unknown,
  { mode = "update", stack = "test", config = {}, secretKeys = [], live = {}, limitSeconds = 15 }: RecordArgs,
): Promise<Recording> {
  const monitor = new RecordingMonitor(project, stack, mode, live);
  pulumi.runtime.setMockOptions(monitor, project, stack, mode === "preview");
  pulumi.runtime.setAllConfig(config, secretKeys);

  const announced: string[] = [];
  const rejections = new Rejections();
  const release = quicken();
  try {
    const ended = pulumi.runtime
      .runInPulumiStack(() => {
        pulumi.runtime.registerStackTransformation(({ type, name }) => {
          announced.push(`${type} ${name}`);
          return undefined;
        });
        return Promise.resolve(program() as Record<string, unknown>);
      })
      .then(() => pulumi.runtime.disconnect());
    await Promise.race([ended, rejections.first, afterSeconds(limitSeconds, () => stuck(monitor, announced))]);
    // What is rejected with the last registration surfaces a turn of the loop later.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    release();
    rejections.release();
    pulumi.runtime.disconnectSync();
  }
  const [error] = [...monitor.errors, ...rejections.errors];
  if (error !== undefined) {
    throw error;
  }
  return new Recording([...monitor.declared.values()], monitor.outputs);
}

function stuck(monitor: RecordingMonitor, announced: readonly string[]): Error {
  const registered = new Set([...monitor.declared.values()].map(({ type, name }) => `${type} ${name}`));
  const waiting = announced.filter((resource) => !registered.has(resource));
  return new Error(`the program waits for what never comes; not registered: ${waiting.join(", ")}`);
}

function afterSeconds(seconds: number, reason: () => Error): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(reason()), seconds * 1000).unref());
}

/** Listens to rejections that nobody handles, in place of the test runner, which would blame whatever test runs then. */
class Rejections {
  readonly errors: Error[] = [];
  readonly first: Promise<never>;
  private readonly others = process.listeners("unhandledRejection");
  private readonly listener: (reason: unknown) => void;

  constructor() {
    let fail!: (error: Error) => void;
    this.first = new Promise<never>((_, reject) => (fail = reject));
    this.first.catch(() => undefined);
    this.listener = (reason) => {
      const error = reason instanceof Error ? reason : new Error(String(reason));
      this.errors.push(error);
      fail(error);
    };
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", this.listener);
  }

  release(): void {
    process.off("unhandledRejection", this.listener);
    for (const other of this.others) {
      process.on("unhandledRejection", other);
    }
  }
}
