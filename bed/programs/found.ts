import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { BadInput, type Problem } from "../../cli/exit";
import { dependencies } from "../../package.json";
import { outcomeOf } from "../command";
import { isProgram, onPath } from "./search";

/** A program that the bed never builds: it comes from its own project, or it is left out. */
export interface ForeignProgram {
  name: string;
  /** What is left out without it. */
  neededFor: string;
  /** Where it comes from. */
  from: string;
  /** Other names that it goes by. */
  alsoKnownAs?: readonly string[];
  /** Arguments that make it tell its version and end. */
  version?: readonly string[];
  /** Names the folders beside PATH where its own project puts it. */
  elsewhere?: () => string[];
}

const oauth2Proxy: ForeignProgram = {
  name: "oauth2-proxy",
  neededFor: "sign-in and sessions in the browser",
  from: "a release of github.com/oauth2-proxy/oauth2-proxy",
  version: ["--version"],
};

const certManager: readonly ForeignProgram[] = ["controller", "webhook", "cainjector", "startupapicheck"].map(
  (part) => ({
    name: `cert-manager-${part}`,
    neededFor: "certificates: without all four of cert-manager's programs it is left out",
    from: `the image quay.io/jetstack/cert-manager-${part}, or a build of github.com/cert-manager/cert-manager`,
  }),
);

/** Runs only while a challenge does. */
const acmeSolver: ForeignProgram = {
  name: "cert-manager-acmesolver",
  neededFor: "a certificate by ACME's HTTP-01, a mode of the end-to-end run",
  from: "the image quay.io/jetstack/cert-manager-acmesolver, or a build of github.com/cert-manager/cert-manager",
};

const pulumi: readonly ForeignProgram[] = [
  {
    name: "pulumi",
    neededFor: "a real `pulumi up`; without it the preview's objects are applied",
    from: "a release of github.com/pulumi/pulumi",
    version: ["version"],
    elsewhere: () => [join(pulumiHome(), "bin")],
  },
  {
    name: "pulumi-language-nodejs",
    neededFor: "a real `pulumi up`",
    from: "the same release as pulumi",
    elsewhere: () => [join(pulumiHome(), "bin"), ...besidePulumi()],
  },
  ...(["kubernetes", "random", "tls"] as const).map((provider) => ({
    name: `pulumi-resource-${provider}`,
    neededFor: "a real `pulumi up`",
    from: `\`pulumi plugin install resource ${provider}\``,
    version: ["--version"],
    elsewhere: () => [pluginFolder(provider), ...besidePulumi()],
  })),
];

const chromium: ForeignProgram = {
  name: "chromium",
  neededFor: "the checks in a browser",
  from: "Debian's package chromium",
  alsoKnownAs: ["chromium-browser", "google-chrome"],
  version: ["--version"],
};

/** Servers that companies keep state in; Debian has PostgreSQL's programs in a folder for each version. */
const servers: readonly ForeignProgram[] = [
  {
    name: "redis-server",
    neededFor: "sessions in Redis, a mode of the end-to-end run",
    from: "Debian's package redis-server",
    version: ["--version"],
  },
  {
    name: "slapd",
    neededFor: "people of an LDAP directory, a mode of the end-to-end run",
    from: "Debian's package slapd",
    version: ["-VV"],
    elsewhere: () => ["/usr/sbin"],
  },
  ...["postgres", "initdb"].map((name) => ({
    name,
    neededFor: "Dex's state in PostgreSQL, a mode of the end-to-end run",
    from: "Debian's package postgresql",
    version: ["--version"],
    elsewhere: postgresFolders,
  })),
];

/** Everything that the bed takes as it finds it. */
export const foreignPrograms: readonly ForeignProgram[] = [
  oauth2Proxy,
  ...certManager,
  acmeSolver,
  ...pulumi,
  chromium,
  ...servers,
];

/** A program that is left out. */
export interface MissingProgram {
  name: string;
  neededFor: string;
  mend: string;
}

export interface FoundProgram {
  name: string;
  path: string;
  version: string | undefined;
}

/** The variable that names a program: GATEHOUSE_OAUTH2_PROXY. */
export function variableOf(name: string): string {
  return `GATEHOUSE_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** Looks for each program; a variable that names something else than a program is a mistake and not a missing one. */
export async function findPrograms(
  list: readonly ForeignProgram[] = foreignPrograms,
): Promise<{ found: FoundProgram[]; missing: MissingProgram[] }> {
  const problems: Problem[] = [];
  const looked = list.map((program) => {
    const variable = variableOf(program.name);
    const named = process.env[variable];
    if (named !== undefined && named !== "" && !isProgram(named)) {
      problems.push({ key: variable, value: named, mend: `name the program ${program.name}, or unset it` });
    }
    return { program, path: named === undefined || named === "" ? lookFor(program) : named };
  });
  if (problems.length > 0) {
    throw new BadInput("A variable of the environment names no program.", problems);
  }
  const found = looked.flatMap(({ program, path }) => (path === undefined ? [] : [{ program, path }]));
  return {
    found: await Promise.all(
      found.map(async ({ program, path }) => ({ name: program.name, path, version: await versionOf(program, path) })),
    ),
    missing: looked.flatMap(({ program: { name, neededFor, from }, path }) =>
      path === undefined
        ? [{ name, neededFor, mend: `put it on PATH or name it in ${variableOf(name)}; it comes from ${from}` }]
        : [],
    ),
  };
}

function lookFor({ name, alsoKnownAs = [], elsewhere = () => [] }: ForeignProgram): string | undefined {
  const paths = [name, ...alsoKnownAs].flatMap((other) => onPath(other) ?? []);
  return [...paths, ...elsewhere().map((folder) => join(folder, name))].find(isProgram);
}

async function versionOf({ version }: ForeignProgram, path: string): Promise<string | undefined> {
  if (version === undefined) {
    return undefined;
  }
  try {
    const { code, stdout, stderr } = await outcomeOf(path, version, { timeoutMs: 20_000 });
    return code === 0 ? /\bv?\d+\.\d+(?:\.\d+)?[\w.+-]*/.exec(`${stdout}\n${stderr}`)?.[0] : undefined;
  } catch {
    return undefined;
  }
}

function postgresFolders(): string[] {
  const root = "/usr/lib/postgresql";
  return existsSync(root)
    ? readdirSync(root)
        .sort()
        .reverse()
        .map((version) => join(root, version, "bin"))
    : [];
}

function pulumiHome(): string {
  return process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
}

/** Pulumi's releases put the language hosts beside the program, which PATH may only link to. */
function besidePulumi(): string[] {
  const named = process.env[variableOf("pulumi")];
  const path = named === undefined || named === "" ? onPath("pulumi") : named;
  return path === undefined || !existsSync(path) ? [] : [dirname(path), dirname(realpathSync(path))];
}

/** `pulumi plugin install` keeps versions apart; the program's own SDK says which one it needs. */
function pluginFolder(provider: "kubernetes" | "random" | "tls"): string {
  return join(pulumiHome(), "plugins", `resource-${provider}-v${dependencies[`@pulumi/${provider}`]}`);
}
