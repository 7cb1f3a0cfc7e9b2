import { X509Certificate } from "node:crypto";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { z } from "zod";
import { BadInput, type Problem } from "../cli/exit";
import { type Target } from "./check";
import { readFront } from "./targetFront";
import { readNotebookOptions } from "./targetNotebooks";
import { passwordsIn, passwordsSchema, readPeople } from "./targetPeople";
import { readServers } from "./targetServers";

/** The options of `gatehouse verify` that say what is tested, as they were given. */
export interface TargetOptions {
  ca?: string;
  /** False with `--no-wildcard`. */
  wildcard?: boolean;
  user?: string[];
  passwords?: string;
  outsider?: string[];
  groups?: string[];
  client?: string;
  connect?: string;
  echo?: string;
  app?: string;
  closedApp?: string;
  inClusterApp?: string;
  pipelinesUi?: string;
  notebooks?: string;
  notebookAuthorization?: boolean;
  notebookNamespace?: string;
  jupyterlab?: string;
  provider?: string;
  server?: string[];
  job?: string;
  keptSessions?: boolean;
  front?: string;
  gateway?: string;
  clientAddress?: string;
  bare?: string;
  renew?: string;
  acmeHttp01?: boolean;
  istiod?: string;
  browser?: string;
  kubeconfig?: string;
  disturb?: boolean;
  audience?: string;
  unreachableIssuer?: string;
  rotate?: string;
  load?: string;
  wait?: string;
}

export interface GivenTarget {
  target: Target;
  /** What must never be shown. */
  secrets: string[];
  /** What is unwise, though it works. */
  warnings: string[];
}

/** Longest steady load, and longest wait: an hour. */
const mostSeconds = 3600;
const browsers = ["chromium", "chromium-browser", "google-chrome"];
const jobSchema = z.object({
  client: z.string().min(1),
  secret: z.string().min(1),
  connector: z.string().min(1),
  user: z.string().min(1),
  token: z.string().min(1),
  othersToken: z.string().min(1).optional(),
});
const clientSchema = z.object({ id: z.string().min(1), secret: z.string().min(1), redirectUri: z.url() });

/** Reads the options and the files that they name; every problem is reported at once. */
export function readTarget(url: string, options: TargetOptions, env: NodeJS.ProcessEnv): GivenTarget {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const problem = (key: string, value: string, mend: string): undefined => {
    problems.push({ key, value, mend });
  };
  const file = (key: string, path: string | undefined, secret: boolean): string | undefined => {
    if (path === undefined) {
      return undefined;
    }
    try {
      // So that passwords need not be written to a disk.
      const standardInput = path === "-" && key === "--passwords";
      const content = readFileSync(standardInput ? 0 : path, "utf8");
      if (secret && !standardInput && readableByOthers(path)) {
        warnings.push(`${path} holds secrets and can be read by others: chmod 600 ${path}`);
      }
      return content;
    } catch (error) {
      return problem(key, `${path}: ${(error as NodeJS.ErrnoException).code ?? "unreadable"}`, "name a readable file");
    }
  };

  const gate = readOrigin("<url>", url, problem);
  const echo = readEcho(options.echo, gate, problem);
  const app = options.app === undefined ? undefined : readOrigin("--app", options.app, problem);
  const closedApp =
    options.closedApp === undefined ? undefined : readOrigin("--closed-app", options.closedApp, problem);
  const pipelinesUi =
    options.pipelinesUi === undefined ? undefined : readOrigin("--pipelines-ui", options.pipelinesUi, problem);
  const { inClusterApp } = options;
  if (inClusterApp !== undefined && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:[1-9]\d{0,4}$/.test(inClusterApp)) {
    problem(
      "--in-cluster-app",
      inClusterApp,
      "write the Service's host and port, such as ml-pipeline-ui.kubeflow.svc.cluster.local:80",
    );
  }
  const notebooks = readNotebookOptions(options, gate, problem);
  const ca = readCa(file("--ca", options.ca, false), options.ca, problem);
  const passwords = readJson("--passwords", file("--passwords", options.passwords, true), passwordsSchema, problem, {
    mend: 'write a JSON object of e-mail address to password, as "pulumi stack output --show-secrets --json staticPasswords" prints it, or to {"password": …, "connector": …, "login": …, "issuer": …}',
  });
  const client = readJson("--client", file("--client", options.client, true), clientSchema, problem, {
    mend: 'write {"id": …, "secret": …, "redirectUri": "https://…"}',
  });
  const job = readJson("--job", file("--job", options.job, true), jobSchema, problem, {
    mend: 'write {"client": …, "secret": …, "connector": …, "user": …, "token": …}',
  });
  const { people, outsiders } = readPeople(options, passwords, problem);
  const servers = readServers(options.server, problem);
  // Its syntax is checked when the API server is asked.
  file("--kubeconfig", options.kubeconfig, true);
  if (options.disturb === true && options.kubeconfig === undefined) {
    problem("--disturb", "no --kubeconfig", "name the cluster that may be disturbed with --kubeconfig");
  }
  const { connect } = options;
  if (connect !== undefined && isIP(connect) === 0 && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(connect)) {
    problem("--connect", connect, "write an IP address or a name, without a port");
  }
  const { front, clientAddress, provider } = readFront(options, problem);
  const issuer = options.unreachableIssuer;
  if (issuer !== undefined && (!URL.canParse(issuer) || !issuer.startsWith("https://"))) {
    problem(
      "--unreachable-issuer",
      issuer,
      "write the issuer as its tokens have it in iss, such as https://id.example.com",
    );
  }
  if (issuer !== undefined && options.audience === undefined) {
    problem("--unreachable-issuer", "no --audience", "say with --audience which audience its tokens need");
  }
  const istiod = readWorkload("--istiod", options.istiod, problem);
  const loadSeconds = readSeconds("--load", options.load, problem);
  const waitSeconds = readSeconds("--wait", options.wait, problem);
  const browser = readBrowser(options.browser, env, problem);
  if (gate === undefined || problems.length > 0) {
    throw new BadInput("This deployment can't be verified with these options; nothing was asked.", problems);
  }
  return {
    target: {
      gate,
      echo,
      app,
      closedApp,
      inClusterApp,
      ...(pipelinesUi === undefined ? {} : { pipelinesUi }),
      ...notebooks,
      ca,
      ...(options.wildcard === false ? { wildcard: false } : {}),
      address: connect,
      ...(provider === undefined ? {} : { provider }),
      ...(job === undefined ? {} : { job }),
      ...(options.keptSessions === true ? { keptSessions: true } : {}),
      ...(front === undefined ? {} : { front }),
      ...(clientAddress === undefined ? {} : { clientAddress }),
      ...(options.renew === undefined ? {} : { renewCommand: options.renew }),
      ...(options.acmeHttp01 === true ? { acmeHttp01: true } : {}),
      ...(istiod === undefined ? {} : { istiod }),
      people,
      ...(outsiders.length === 0 ? {} : { outsiders }),
      ...(servers.length === 0 ? {} : { servers }),
      client,
      browser,
      kubeconfig: options.kubeconfig === undefined ? undefined : resolve(options.kubeconfig),
      machineAudience: options.audience,
      unreachableIssuer: issuer === undefined ? undefined : { issuer, audience: options.audience ?? "" },
      rotateCommand: options.rotate,
      loadSeconds,
      ...(waitSeconds === 0 ? {} : { waitSeconds }),
    },
    secrets: [
      ...passwordsIn(passwords),
      ...(client === undefined ? [] : [client.secret]),
      ...(job === undefined ? [] : [job.secret, job.token, job.othersToken ?? []].flat()),
    ],
    warnings,
  };
}

export type Report = (key: string, value: string, mend: string) => undefined;

function readSeconds(key: string, text = "0", problem: Report): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > mostSeconds) {
    problem(key, text, `write a whole number of seconds from 0 to ${mostSeconds}; 0 leaves it out`);
  }
  return seconds;
}

/** A Deployment by its namespace and its name. */
function readWorkload(key: string, text: string | undefined, problem: Report): Target["istiod"] {
  const label = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
  const [, namespace, name] = new RegExp(`^(${label})/(${label}(?:\\.${label})*)$`).exec(text ?? "") ?? [];
  if (namespace !== undefined && name !== undefined) {
    return { namespace, name };
  }
  return text === undefined
    ? undefined
    : problem(key, text, "write the namespace and the name of the Deployment, such as mesh/istiod-stable");
}

/** A URL that is an origin and nothing more. */
function readOrigin(key: string, text: string, problem: Report): URL | undefined {
  const mend = "write the gate's address and nothing else, such as https://kubeflow.example.com";
  if (!URL.canParse(text)) {
    return problem(key, text, mend);
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return problem(key, "an address with a user or a password", mend);
  }
  if (url.protocol !== "https:") {
    return problem(key, text, `${mend}; without TLS there is nothing to verify`);
  }
  return url.pathname === "/" && url.search === "" && url.hash === "" ? url : problem(key, text, mend);
}

function readEcho(given: string | undefined, gate: URL | undefined, problem: Report): URL | undefined {
  if (given === "none" || gate === undefined) {
    return undefined;
  }
  if (given !== undefined) {
    return readOrigin("--echo", given, problem);
  }
  // An address has no names below it.
  return isIP(gate.hostname.replace(/^\[|\]$/g, "")) === 0 ? new URL(`https://echo.${gate.host}`) : undefined;
}

function readCa(content: string | undefined, path: string | undefined, problem: Report): string | undefined {
  if (content === undefined) {
    return undefined;
  }
  const blocks = content.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const mend = "name a file with the CA's certificate as PEM: pulumi stack output caCertificate > gatehouse-ca.pem";
  try {
    blocks.forEach((block) => new X509Certificate(block));
  } catch {
    return problem("--ca", `${path}: holds a certificate that can't be read`, mend);
  }
  return blocks.length > 0 ? content : problem("--ca", `${path}: holds no certificate`, mend);
}

/** Reads JSON whose content is secret: no message may quote it. */
function readJson<T>(
  key: string,
  content: string | undefined,
  schema: z.ZodType<T>,
  problem: Report,
  { mend }: { mend: string },
): T | undefined {
  if (content === undefined) {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return problem(key, "not JSON", mend);
  }
  const { success, data } = schema.safeParse(value);
  return success ? data : problem(key, "JSON of another shape", mend);
}

function readBrowser(given: string | undefined, env: NodeJS.ProcessEnv, problem: Report): string | undefined {
  if (given === "none") {
    return undefined;
  }
  const named = given ?? (env.GATEHOUSE_CHROMIUM === "" ? undefined : env.GATEHOUSE_CHROMIUM);
  if (named !== undefined) {
    const path = resolve(named);
    const mend = "name the program of Chromium, such as /usr/bin/chromium";
    return isProgram(path) ? path : problem(given === undefined ? "GATEHOUSE_CHROMIUM" : "--browser", named, mend);
  }
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return browsers.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Windows has no such bits, and a pipe is nobody else's. */
function readableByOthers(path: string): boolean {
  const { mode } = statSync(path);
  return process.platform !== "win32" && statSync(path).isFile() && (mode & 0o077) !== 0;
}
