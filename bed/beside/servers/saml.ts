import { join } from "node:path";
import { addresses, serverNames } from "../../node/layout";
import { type Started } from "../../node/processes";
import { repository } from "../../platform/layout";
import { writePrivateJson } from "../../platform/privateFiles";
import { signingPair } from "../signingPair";
import { keptSecret, serverFiles, startServer } from "./company";
import { type ConnectorPerson } from "./people";
import { type ProgramConfig } from "./saml/pages";

/** Names as the settings of a mode have them. */
export const saml = {
  connector: "sign-in",
  entityId: `https://${serverNames.saml}/metadata`,
  sso: `https://${serverNames.saml}/sso`,
  audience: "urn:example:gate",
  attributes: { name: "displayName", email: "mail", groups: "memberOf" },
} as const;

/** Who may sign in there, by the name that people type; the last one is in no group that a mode allows. */
const accounts = [
  { name: "ada", email: "ada@example.com", groups: ["ml-engineers", "on-call"] },
  { name: "eve", email: "eve@example.com", groups: ["sales"] },
] as const;

const outsiders: readonly string[] = ["eve"];

/** An identity provider that speaks SAML 2.0, with the bindings that Dex has. */
export async function samlServer(machine: Started, gate: string): Promise<ConnectorPerson[]> {
  const { folder, certificate, key } = await serverFiles(serverNames.saml);
  const people = accounts.map(({ name, email, groups }): ConnectorPerson => ({
    email,
    password: keptSecret(folder, name),
    connector: saml.connector,
    login: name,
    issuer: `https://${serverNames.saml}`,
    saml: true,
    groups,
    outsider: outsiders.includes(name),
  }));
  const { attributes } = saml;
  const config: ProgramConfig = {
    address: addresses.servers,
    port: 443,
    certificateFile: certificate,
    keyFile: key,
    issuer: saml.entityId,
    audience: saml.audience,
    recipient: `https://${gate}/dex/callback`,
    signing: await signingPair(),
    accounts: Object.fromEntries(
      people.map(({ email, password, login = "", groups }) => [
        login,
        {
          password,
          attributes: { [attributes.name]: [login], [attributes.email]: [email], [attributes.groups]: groups },
        },
      ]),
    ),
  };
  const program = join(repository, "bed/beside/servers/saml/program.ts");
  await startServer(machine, "saml", 443, [
    process.execPath,
    ...["--require", join(repository, "bin/typescript.js"), program],
    writePrivateJson(join(folder, "server.json"), config),
  ]);
  return people;
}
