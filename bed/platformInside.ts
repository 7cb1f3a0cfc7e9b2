import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeError } from "../acceptance/describeError";
import { BadInput, Failure } from "../cli/exit";
import { tracked } from "./interruption";
import { layout } from "./node/layout";
import { clientCommand } from "./node/machines";
import { compareEngines, deploy, deployAgain, prepare, remove, rotate } from "./platform/deploy";
import { type PlatformOptions, rotations } from "./platform/options";

/** What a deployment was started with; the client's side reads it, because the cluster can be reached from there only. */
export interface Request {
  stack: string;
  settings: Readonly<Record<string, unknown>>;
  /** Settings that are secrets, each with the file that has it. */
  secrets: Readonly<Record<string, string>>;
  charts: string;
  /** Paths of the programs that are there. */
  programs: Readonly<Record<string, string>>;
  /** Images that there are not. */
  leftOut: readonly string[];
}

/** Has this program do a step on the client's side, with what it says shown as it comes. */
export async function askInside(args: readonly string[]): Promise<void> {
  const command = [process.execPath, join(__dirname, "..", "bin", "bed.js"), "inside", ...args];
  const [file = "", ...rest] = clientCommand(command);
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = tracked(spawn(file, rest, { stdio: ["ignore", "inherit", "inherit"] }));
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) {
    throw new Failure(`${args.join(" ")} failed; what it said stands above`);
  }
}

/** Writes the stack's settings, for whoever has to know them before it is deployed. */
export async function prepareInside(): Promise<void> {
  await prepare(options());
}

export async function deployInside(): Promise<void> {
  await deploy(options());
}

/** Deploys what must be refused, and writes what was said against it. */
export async function refusedInside(file: string): Promise<void> {
  try {
    await deploy(options());
  } catch (error) {
    const details = error instanceof Failure ? error.details : "";
    writeFileSync(file, `${describeError(error)}\n${details}`, { mode: 0o600 });
    return;
  }
  throw new Failure("it was deployed, and nothing was said against it");
}

/** Writes how the offline preview and the real engine's differ. */
export async function compareInside(file: string): Promise<void> {
  writeFileSync(file, JSON.stringify(await compareEngines(options())), { mode: 0o600 });
}

export async function deployAgainInside(): Promise<void> {
  await deployAgain(options());
}

export async function removeInside(): Promise<void> {
  await remove(options());
}

export async function rotateInside(secret: string): Promise<void> {
  const rotation = rotations.find((name) => name === secret);
  if (rotation === undefined) {
    throw new BadInput("This secret cannot be rotated.", [
      { key: "secret", value: secret, mend: `write one of ${rotations.join(", ")}` },
    ]);
  }
  await rotate(options(), rotation);
}

function options(): PlatformOptions {
  const { state, kubeconfig, request: file } = layout();
  const request = JSON.parse(readFileSync(file, "utf8")) as Request;
  return {
    stack: request.stack,
    settings: request.settings,
    secrets: request.secrets,
    charts: request.charts,
    leftOut: request.leftOut,
    kubeconfig,
    state,
    programs: {
      has: (name) => request.programs[name] !== undefined,
      path: (name) => {
        const path = request.programs[name];
        if (path === undefined) {
          throw new Failure(`${name} is not among the programs of this bed`);
        }
        return path;
      },
    },
    progress: (text) => process.stderr.write(`        ${text}\n`),
  };
}
