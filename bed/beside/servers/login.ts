import { join } from "node:path";
import { stringify } from "yaml";
import { layout, serverNames } from "../../node/layout";
import { type ProgramPaths } from "../../node/controlPlane";
import { type Started } from "../../node/processes";
import { writePrivate, writePrivateJson } from "../../platform/privateFiles";
import { bcryptOf } from "../../platform/values/passwords";
import { type BesideFacts } from "../../platform/facts";
import { keptSecret, secretNames, serverFiles, startServer } from "./company";
import { type ConnectorPerson } from "./people";

/** The company's issuer, of people and of jobs. */
export const loginIssuer = `https://${serverNames.login}/dex`;

/** The client that oauth2-proxy is there, the one that the gate's Dex is, and the one that jobs get their tokens with. */
export const loginClient = "kubeflow";
export const connectorClient = "gatehouse";
export const jobsClient = "ci";

/** Who signs in there; a job's name stands where a person's does. */
export const people = [{ email: "person@example.com", groups: ["ml-engineers"] }] as const;
/** The connector of the gate's Dex that leads there, and what Dex puts before the groups that it gives. */
export const loginConnector = { id: "company", groupsPrefix: "partners:" } as const;
export const jobs = {
  ours: { email: "ours@jobs.example.com", name: "repo:example/pipelines:ref:refs/heads/main" },
  others: { email: "others@jobs.example.com", name: "repo:somebody/else:ref:refs/heads/main" },
} as const;

export interface LoginServer {
  secrets: Record<string, string>;
  facts: Pick<BesideFacts, "provider" | "passwordsFile" | "clientFile" | "groups">;
  /** The same people where they come by a connector of the gate's Dex, and that connector's secret. */
  connector: { secrets: Record<string, string>; people: ConnectorPerson[] };
  /** To get jobs' tokens with, as a CI would. */
  jobs: { clientSecret: string; password: string };
}

/** A Dex of the company's own; that it is a Dex, too, lets the suite fill in its form. */
export async function loginServer(machine: Started, programs: ProgramPaths, gate: string): Promise<LoginServer> {
  const { folder, certificate, key } = await serverFiles(serverNames.login);
  const clientSecret = keptSecret(folder, "client");
  const connectorSecret = keptSecret(folder, "connector-client");
  const jobsSecret = keptSecret(folder, "jobs-client");
  const jobsPassword = keptSecret(folder, "jobs");
  const redirectUri = `https://${gate}/oauth2/callback`;
  const passwords = Object.fromEntries(people.map(({ email }) => [email, keptSecret(folder, email)]));
  const user = async (email: string, username: string, password: string, groups: readonly string[]) => ({
    email,
    username,
    userID: email,
    groups,
    emailVerified: true,
    hash: await bcryptOf(password),
  });
  const config = {
    issuer: loginIssuer,
    storage: { type: "memory" },
    web: { https: "0.0.0.0:443", tlsCert: certificate, tlsKey: key },
    oauth2: { skipApprovalScreen: true, passwordConnector: "local" },
    expiry: { idTokens: "1h" },
    enablePasswordDB: true,
    staticClients: [
      { id: loginClient, name: "Kubeflow", secret: clientSecret, redirectURIs: [redirectUri] },
      {
        id: connectorClient,
        name: "Kubeflow's Dex",
        secret: connectorSecret,
        redirectURIs: [`https://${gate}/dex/callback`],
      },
      { id: jobsClient, name: "Jobs", secret: jobsSecret, redirectURIs: [] },
    ],
    staticPasswords: await Promise.all([
      ...people.map(({ email, groups }) => user(email, "person", passwords[email] ?? "", groups)),
      ...Object.values(jobs).map(({ email, name }) => user(email, name, jobsPassword, [])),
    ]),
  };
  const file = writePrivate(join(folder, "dex.yaml"), stringify(config, { lineWidth: 0 }));
  await startServer(machine, "login", 443, [programs("dex"), "serve", file]);
  const { beside } = layout();
  return {
    secrets: { [secretNames.login]: clientSecret },
    facts: {
      provider: loginIssuer,
      passwordsFile: writePrivateJson(join(beside, "passwords.json"), passwords),
      clientFile: writePrivateJson(join(beside, "client.json"), { id: loginClient, secret: clientSecret, redirectUri }),
      groups: Object.fromEntries(people.map(({ email, groups }) => [email, [...groups]])),
    },
    connector: {
      secrets: { [secretNames.connector]: connectorSecret },
      people: people.map(({ email, groups }) => ({
        email,
        password: passwords[email] ?? "",
        connector: loginConnector.id,
        issuer: loginIssuer,
        groups: groups.map((group) => `${loginConnector.groupsPrefix}${group}`),
      })),
    },
    jobs: { clientSecret: jobsSecret, password: jobsPassword },
  };
}
