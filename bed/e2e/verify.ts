import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Verification } from "../../acceptance/verification";
import { heedInterruption, tracked } from "../interruption";
import { clientCommand } from "../node/machines";
import { type Facts } from "../platform/facts";
import { type Bed } from "../startUp";

const root = join(__dirname, "..", "..");

export interface VerifyRun {
  bed: Bed;
  /** Where the report goes. */
  directory: string;
  /** Further options of `gatehouse verify`. */
  args: readonly string[];
  /** Whether its progress is shown. */
  quiet?: boolean;
}

/** The suite did not come to a result: nothing answers, something required is not there, or it broke off. */
export class NoResult extends Error {}

/** How many of the last characters that it said an error quotes. */
const quoted = 1000;

/** Runs the acceptance suite against the bed as anybody would against a deployment of theirs: from outside. */
export async function verifyBed({ bed, directory, args, quiet = false }: VerifyRun): Promise<Verification> {
  const { facts, address, browser, jupyterlab } = bed;
  heedInterruption();
  mkdirSync(directory, { recursive: true });
  // An earlier look's result is not to be taken for this one's.
  rmSync(join(directory, "verification.json"), { force: true });
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
    ...["--echo", facts.echoUrl ?? "none", "--browser", browser ?? "none"],
    ...groupsOf(facts),
    ...appsOf(facts),
    ...notebooksOf(facts, address),
    ...(jupyterlab === undefined ? [] : ["--jupyterlab", jupyterlab]),
    ...frontOf(facts),
    ...certificateOf(facts),
    ...othersOf(facts),
    ...["--report", directory, "--junit", join(directory, "junit.xml")],
    ...args,
  ];
  const [file = "", ...rest] = clientCommand(command, root);
  let said = "";
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = tracked(spawn(file, rest, { stdio: ["ignore", quiet ? "ignore" : "inherit", "pipe"] }));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-quoted);
      if (!quiet) {
        process.stderr.write(text);
      }
    });
    child.once("error", reject);
    child.once("close", resolve);
  });
  heedInterruption();
  if (code !== 0 && code !== 1) {
    throw new NoResult(`gatehouse verify ended with ${code ?? "a signal"}: ${said.trim()}`);
  }
  return JSON.parse(readFileSync(join(directory, "verification.json"), "utf8")) as Verification;
}

/** The applications with hosts of their own. */
export function appsOf({ apps = {} }: Pick<Facts, "apps">): string[] {
  const { url, closedUrl, inCluster, pipelinesUi } = apps;
  return [
    ...(url === undefined ? [] : ["--app", url]),
    ...(closedUrl === undefined ? [] : ["--closed-app", closedUrl]),
    ...(inCluster === undefined ? [] : ["--in-cluster-app", inCluster]),
    ...(pipelinesUi === undefined ? [] : ["--pipelines-ui", pipelinesUi]),
  ];
}

/** A file of names knows no wildcard, and each notebook has a name of its own: all of them are at one address. */
export function notebooksOf({ notebooks }: Pick<Facts, "notebooks">, address: string): string[] {
  if (notebooks === undefined) {
    return [];
  }
  const { domain, authorization } = notebooks;
  return ["--notebooks", domain, ...(authorization ? ["--notebook-authorization"] : []), "--connect", address];
}

/** What clients meet before the gateway, and who renews what they see. */
export function frontOf({ front, renewsCertificate = false }: Pick<Facts, "front" | "renewsCertificate">): string[] {
  const bed = join(root, "bin", "bed.js");
  return [
    ...(front === undefined
      ? []
      : ["--front", front.type, "--gateway", front.gateway, "--client-address", front.client]),
    ...(front?.bare === undefined ? [] : ["--bare", front.bare]),
    ...(renewsCertificate ? ["--renew", `${process.execPath} ${bed} inside renew-certificate`] : []),
  ];
}

/** Who else than the platform vouches for people and jobs, or keeps what they have. */
export function othersOf(facts: Partial<Facts>): string[] {
  const { provider, jobFile, keepsSessions = false, outsiders = [], servers = [] } = facts;
  return [
    ...(outsiders.length === 0 ? [] : ["--outsider", ...outsiders]),
    ...(servers.length === 0 ? [] : ["--server", ...servers]),
    ...(provider === undefined ? [] : ["--provider", provider]),
    ...(jobFile === undefined ? [] : ["--job", jobFile]),
    ...(keepsSessions ? ["--kept-sessions"] : []),
  ];
}

/** How the public certificate comes to be, and what that opens. */
export function certificateOf({ acmeHttp01 = false }: Pick<Facts, "acmeHttp01">): string[] {
  return acmeHttp01 ? ["--acme-http01"] : [];
}

/** Who has to arrive with which groups. */
export function groupsOf({ groups }: Pick<Facts, "groups">): string[] {
  const list = Object.entries(groups).map(([email, names]) => `${email}=${names.join(",")}`);
  return list.length === 0 ? [] : ["--groups", ...list];
}
