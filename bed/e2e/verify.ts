import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Verification } from "../../acceptance/verification";
import { Failure } from "../../cli/exit";
import { clientCommand } from "../node/machines";
import { type Facts } from "../platform/facts";

const root = join(__dirname, "..", "..");

export interface VerifyRun {
  facts: Facts;
  /** Where the report goes. */
  directory: string;
  /** Further options of `gatehouse verify`. */
  args: readonly string[];
  /** Whether its progress is shown. */
  quiet?: boolean;
}

/** Runs the acceptance suite against the bed as anybody would against a deployment of theirs: from outside. */
export async function verifyBed({ facts, directory, args, quiet = false }: VerifyRun): Promise<Verification> {
  mkdirSync(directory, { recursive: true });
  const command = [
    process.execPath,
    join(root, "bin", "gatehouse.js"),
    "verify",
    facts.url,
    ...["--ca", facts.caFile, "--passwords", facts.passwordsFile, "--client", facts.clientFile],
    ...[
      "--kubeconfig",
      facts.kubeconfig,
      "--audience",
      facts.audience,
      "--unreachable-issuer",
      facts.unreachableIssuer,
    ],
    ...["--report", directory, "--junit", join(directory, "junit.xml")],
    ...args,
  ];
  const [file = "", ...rest] = clientCommand(command, root);
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(file, rest, { stdio: ["ignore", quiet ? "ignore" : "inherit", quiet ? "ignore" : "inherit"] });
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0 && code !== 1) {
    throw new Failure(`gatehouse verify ended with ${code ?? "a signal"} and not with a result`);
  }
  return JSON.parse(readFileSync(join(directory, "verification.json"), "utf8")) as Verification;
}
