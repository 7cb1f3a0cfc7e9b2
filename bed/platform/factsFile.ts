import { existsSync, readFileSync } from "node:fs";
import { appHost, certManagerNamespace, echo, hostsOf, serviceHost } from "../../components/topology";
import { isPipelinesUi } from "../../stacks/pipelinesUi";
import { type Settings } from "../../stacks/schema";
import { namespaces } from "../../stacks/namespaces";
import { notebookOriginsOf } from "../../stacks/notebookHosts";
import { type Api } from "./cluster/api";
import { type Deployed } from "./deployed";
import { type AppFacts, type BesideFacts, type Facts } from "./facts";
import { platformLayout } from "./layout";
import { type PlatformOptions } from "./options";
import { writePrivate, writePrivateJson } from "./privateFiles";
import { audience, type BedStack, unreachableIssuer } from "./stackFile";
import { type Steps } from "./steps";

export interface FactsArgs {
  options: Pick<PlatformOptions, "state" | "kubeconfig">;
  stack: BedStack;
  api: Pick<Api, "get">;
  steps: Steps;
  deployed: Deployed;
  whyNotPulumi?: string;
}

/** The client of Dex that oauth2-proxy is, in components/dex.ts. */
const clientId = "oauth2-proxy";

/** Writes what a user of the bed needs, the secret part of it in files of its own. */
export async function writeFacts({ options, stack, api, steps, deployed, whyNotPulumi }: FactsArgs): Promise<Facts> {
  const { state, kubeconfig } = options;
  const files = platformLayout(state);
  const { settings, name, file } = stack;
  const hosts = hostsOf(settings.domain);
  const notebooks = notebookOriginsOf(settings);
  const { type, nodePorts } = settings.ingress.service;
  const authority = `gatehouse-ca-${settings.rotation.certificateAuthority}`;
  writePrivate(files.ca, await secretOf(api, certManagerNamespace(settings), authority, "tls.crt"));
  writePrivateJson(files.passwords, deployed.passwords);
  // Another provider's client is nothing that the platform made.
  if (settings.identity.provider.type === "dex") {
    writePrivateJson(files.client, {
      id: clientId,
      secret: await secretOf(api, namespaces.auth, "oauth2-proxy", "client-secret"),
      redirectUri: `https://${hosts.gate}/oauth2/callback`,
    });
  }
  const facts: Facts = {
    format: "gatehouse.bed/v1",
    stack: name,
    environment: settings.environment,
    url: `https://${hosts.gate}/`,
    ...(settings.echo.enabled ? { echoUrl: `https://${hosts.echo}/` } : {}),
    ...(settings.apps.length > 0 ? { apps: appFacts(settings) } : {}),
    ...(notebooks === undefined
      ? {}
      : { notebooks: { domain: notebooks.domain, authorization: notebooks.forwardAuthorization } }),
    service: { type, ...(type === "NodePort" ? { nodePorts } : {}) },
    caFile: files.ca,
    passwordsFile: files.passwords,
    clientFile: files.client,
    groups: Object.fromEntries(settings.identity.staticUsers.map(({ email, groups }) => [email, [...groups]])),
    kubeconfig,
    audience,
    clusterIssuer: clusterIssuerOf(settings),
    unreachableIssuer,
    ...(settings.machines.cluster.type === "selfSigned" ? { clusterKeys: true } : {}),
    ...(byHttp01(settings) ? { acmeHttp01: true } : {}),
    stackFile: file,
    appliedBy: whyNotPulumi === undefined ? "pulumi up" : "server-side apply",
    ...(whyNotPulumi === undefined ? {} : { whyNotPulumi }),
    counts: deployed.counts,
    leftOut: deployed.leftOut,
    standIns: deployed.standIns,
    notes: steps.notes,
    durations: steps.durations,
  };
  writePrivateJson(files.facts, facts);
  return facts;
}

function clusterIssuerOf({ machines: { cluster, issuers } }: Settings): string {
  return cluster.type === "none" ? (issuers.find(({ name }) => name === "cluster")?.issuer ?? "") : cluster.issuer;
}

function byHttp01({ certificates: { edge } }: Settings): boolean {
  return edge.type === "acme" && edge.challenge.type === "http01";
}

/** What the suite can see of the stack's applications: those that lead to the echo. */
export function appFacts({ domain, apps, identity }: Pick<Settings, "domain" | "apps" | "identity">): AppFacts {
  const seen = apps.filter(({ service }) => service.namespace === echo.namespace && service.name === echo.name);
  const [first] = identity.staticUsers;
  const admits = (groups: readonly string[], of: readonly string[]) =>
    groups.length === 0 || groups.some((group) => of.includes(group));
  const open = seen.find(({ groups }) => admits(groups, first?.groups ?? []));
  const closed = seen.find(({ groups }) => identity.staticUsers.every((user) => !admits(groups, user.groups)));
  const ui = open === undefined || !isPipelinesUi(open) ? undefined : open;
  const called = seen.find(({ inCluster }) => inCluster);
  return {
    ...(open === undefined ? {} : { url: `https://${appHost(domain, open)}/` }),
    ...(closed === undefined ? {} : { closedUrl: `https://${appHost(domain, closed)}/` }),
    ...(ui === undefined ? {} : { pipelinesUi: `https://${appHost(domain, ui)}/` }),
    ...(called === undefined
      ? {}
      : { inCluster: `${serviceHost(called.service.name, called.service.namespace)}:${called.service.port}` }),
  };
}

/** The facts of the platform, and over them those of what stands beside it. */
export function readFacts(state: string): Facts {
  const { besideFacts } = platformLayout(state);
  const beside = existsSync(besideFacts) ? (JSON.parse(readFileSync(besideFacts, "utf8")) as BesideFacts) : {};
  return { ...readPlatformFacts(state), ...beside };
}

export function readPlatformFacts(state: string): Facts {
  return JSON.parse(readFileSync(platformLayout(state).facts, "utf8")) as Facts;
}

/** A value as the cluster has it, whoever made it. */
async function secretOf(api: Pick<Api, "get">, namespace: string, name: string, key: string): Promise<string> {
  const { data = {} } = await api.get<{ data?: Record<string, string> }>(
    `/api/v1/namespaces/${namespace}/secrets/${name}`,
  );
  const value = data[key];
  if (value === undefined) {
    throw new Error(`the Secret ${namespace}/${name} has no ${key}`);
  }
  return Buffer.from(value, "base64").toString();
}
