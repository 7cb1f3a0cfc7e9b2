import { type BesideFacts } from "../platform/facts";
import { platformLayout } from "../platform/layout";
import { writePrivateJson } from "../platform/privateFiles";
import { dex, istiod, oauth2Proxy } from "../../components/topology";
import { addresses, layout } from "../node/layout";
import { type ProgramPaths } from "../node/controlPlane";
import { application, withoutApplication } from "./application";
import { balancer, balancerMachine } from "./balancer";
import { certManagerPrograms } from "../platform/leftOut";
import { foundations } from "./foundations/foundations";
import { renewEdgeSecret } from "./edgeSecret";
import { ownAuthority, withOwnAuthority } from "./authority";
import { acmeServer, certificateIsThere } from "./servers/acme";
import { jobFile } from "./servers/jobToken";
import { endMachine } from "./machine";
import { companyMachine, putSecrets, serversMachine } from "./servers/company";
import { databasePort, databaseServer } from "./servers/database";
import { directoryPort, directoryServer } from "./servers/directory";
import { loginServer, type LoginServer } from "./servers/login";
import { peopleFacts } from "./servers/people";
import { publicIssuerServer } from "./servers/publicIssuer";
import { redisPort, redisServer } from "./servers/redis";
import { samlServer } from "./servers/saml";
import { namesOf, type Surroundings } from "./surroundings";

/** What the bed puts up beside the platform, as whoever runs it would have it already. */
export const besides = [
  /** The Secret that `certificates.edge.type: existingSecret` names, from a CA of the bed's own. */
  "edge-secret",
  /** A load balancer that ends TLS, with a certificate of that CA. */
  "tls-balancer",
  /** A load balancer that hands on TCP with the PROXY protocol's header. */
  "proxy-protocol-balancer",
  /** One that does both: it ends TLS, and hands on what comes out of it with that header. */
  "tls-proxy-protocol-balancer",
  /** An OpenID Connect provider, with which people sign in. */
  "people-at-login",
  /** The same as an issuer of jobs' tokens. */
  "jobs-at-login",
  /** The same where a connector of the platform's Dex leads. */
  "connector-at-login",
  /** The directory with the company's people, for another of its connectors. */
  "directory",
  /** An identity provider that speaks SAML, for another. */
  "saml-provider",
  /** What a cloud publishes of its clusters, whose API server names it. */
  "public-issuer",
  /** Where sessions are kept. */
  "redis",
  /** Where Dex keeps its state. */
  "database",
  /** An ACME server that looks at challenges from outside. */
  "acme-server",
  /** The pair that `certificates.edge.type: given` brings along, of the bed's CA. */
  "given-certificate",
  /** Somebody else's application at the gate's own host. */
  "application",
  /** The cert-manager and the Istio of somebody else's that the platform stands on. */
  ...foundations,
] as const;

export type Beside = (typeof besides)[number];

/** Programs that the lock has not, and without which the one or the other can't be put up. */
const neededPrograms: Partial<Record<Beside, readonly string[]>> = {
  directory: ["slapd"],
  redis: ["redis-server"],
  database: ["postgres", "initdb"],
  "acme-server": [...certManagerPrograms, "cert-manager-acmesolver"],
  "own-cert-manager": certManagerPrograms,
};

export function programsFor(names: readonly Beside[]): string[] {
  return names.flatMap((name) => neededPrograms[name] ?? []);
}

/** What is there before the platform is, and goes on while it comes. */
export interface Company {
  /** Puts its Secrets where the platform looks for them, as soon as it can. */
  secrets: () => Promise<void>;
  login?: LoginServer;
  facts: BesideFacts;
}

const atLogin = ["people-at-login", "jobs-at-login", "connector-at-login"] as const;
const servers: readonly Beside[] = [
  ...atLogin,
  "public-issuer",
  "directory",
  "saml-provider",
  "redis",
  "database",
  "acme-server",
];
const balancers: readonly Beside[] = ["tls-balancer", "proxy-protocol-balancer", "tls-proxy-protocol-balancer"];

/**
 * Starts the company's servers, which the platform asks from its first moment on. On a bed that is up they start anew, with
 * the data and the passwords that they had.
 */
export async function startCompany(names: readonly Beside[], programs: ProgramPaths, gate: string): Promise<Company> {
  const wants = (...some: Beside[]) => some.some((name) => names.includes(name));
  if (!wants(...servers)) {
    return { secrets: () => Promise.resolve(), facts: {} };
  }
  const machine = await companyMachine();
  const login = wants(...atLogin) ? await loginServer(machine, programs, gate) : undefined;
  const acmeRoot = wants("acme-server") ? await acmeServer(machine, programs, gate) : undefined;
  if (wants("public-issuer")) {
    await publicIssuerServer(machine, programs);
  }
  const directory = wants("directory") ? await directoryServer(machine, programs) : undefined;
  const connector = wants("connector-at-login") ? login?.connector : undefined;
  const bySaml = wants("saml-provider") ? await samlServer(machine, gate) : [];
  const people = [...(directory?.people ?? []), ...bySaml, ...(connector?.people ?? [])];
  const secrets = {
    ...directory?.secrets,
    ...connector?.secrets,
    ...(wants("redis") ? await redisServer(machine, programs) : {}),
    ...(wants("database") ? await databaseServer(machine, programs) : {}),
    ...(wants("people-at-login") ? login?.secrets : {}),
  };
  return {
    secrets: () => (Object.keys(secrets).length === 0 ? Promise.resolve() : putSecrets(programs, secrets)),
    ...(login === undefined ? {} : { login }),
    facts: {
      ...(wants("redis") ? { keepsSessions: true } : {}),
      ...(people.length > 0 ? peopleFacts(people) : {}),
      servers: besides.flatMap((name) => (wants(name) ? (waysTo[name] ?? []) : [])),
      ...(wants("people-at-login") ? login?.facts : {}),
      ...(acmeRoot === undefined ? {} : { caFile: acmeRoot }),
    },
  };
}

/** Which part of the platform, and no other, may connect to a server, by the latter's address. */
const waysTo: Partial<Record<Beside, string>> = Object.fromEntries(
  (
    [
      ["connector-at-login", 443, dex.name],
      ["public-issuer", 443, istiod.name],
      ["directory", directoryPort, dex.name],
      ["redis", redisPort, oauth2Proxy.name],
      ["database", databasePort, dex.name],
    ] as const
  ).map(([name, port, part]) => [name, `${addresses.servers}:${port}=${part}`]),
);

/** Puts the rest beside the platform once that is there, and says what is different now. */
export async function putBeside(
  names: readonly Beside[],
  surroundings: Surroundings,
  company: Company,
): Promise<BesideFacts> {
  const facts: BesideFacts = { ...company.facts };
  for (const name of names) {
    Object.assign(facts, await makers[name]?.(surroundings, company));
  }
  // What an earlier stack had beside it ends only now that nothing asks it any more.
  if (!names.includes("application")) {
    await withoutApplication(surroundings.programs);
  }
  for (const [machine, users] of [
    [serversMachine, servers],
    [balancerMachine, balancers],
  ] as const) {
    if (!users.some((name) => names.includes(name))) {
      await endMachine(machine);
    }
  }
  writePrivateJson(platformLayout(layout().state).besideFacts, facts);
  return facts;
}

type Maker = (surroundings: Surroundings, company: Company) => Promise<BesideFacts>;

const makers: Partial<Record<Beside, Maker>> = {
  "edge-secret": async ({ facts, programs }) => {
    await renewEdgeSecret(programs, namesOf(facts));
    return { caFile: (await ownAuthority()).file, renewsCertificate: true };
  },
  "given-certificate": async () => ({ caFile: (await ownAuthority()).file }),
  "tls-balancer": async (surroundings) => ({
    caFile: (await ownAuthority()).file,
    front: await balancer("offload", surroundings),
  }),
  "proxy-protocol-balancer": async (surroundings) => ({ front: await balancer("proxy-protocol", surroundings) }),
  "tls-proxy-protocol-balancer": async (surroundings) => ({
    caFile: (await ownAuthority()).file,
    front: await balancer("offload-proxy-protocol", surroundings),
  }),
  application: async ({ facts: { url }, programs }) => {
    await application(programs, new URL(url).hostname);
    return { echoUrl: url };
  },
  "people-at-login": async ({ facts }) => ({ caFile: await withOwnAuthority(facts.caFile) }),
  "connector-at-login": async ({ facts }) => ({ caFile: await withOwnAuthority(facts.caFile) }),
  "saml-provider": async ({ facts }) => ({ caFile: await withOwnAuthority(facts.caFile) }),
  "jobs-at-login": async ({ programs }, { login }) =>
    login === undefined ? {} : { jobFile: await jobFile(login, programs) },
  "acme-server": async ({ facts, programs }, { facts: { caFile } }) => {
    await certificateIsThere(programs, facts.url, caFile ?? facts.caFile);
    return {};
  },
};
