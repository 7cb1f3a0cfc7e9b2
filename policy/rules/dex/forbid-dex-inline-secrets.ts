import { type DexEntry, entriesOf, isReference, leavesOf, storedConnectors, storedEntry } from "../../readers/dex";
import { join } from "../../manifest";
import { type Finding, violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule } from "./dexRule";
import { asvs, secretsManagement } from "../frameworks";

const secretKey = /(secret|password|passwd|bindpw|privatekey|apikey|encryptionkey|token)$/i;

/** Secrets stand in Secrets, and Dex's configuration names the variables that hold them. */
export const forbidDexInlineSecrets = dexRule(
  {
    name: "forbid-dex-inline-secrets",
    title: "Dex's secrets stand in Secrets",
    why:
      "A ConfigMap is read by many and kept in Git. A client's secret there signs in as the client, a connector's as Dex, " +
      "and a password's hash is guessed at leisure.",
    mend: "Name a variable: secretEnv for a client, hashFromEnv for a password, $NAME in connectors and storage; or use a Secret.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      798,
      "Use of Hard-coded Credentials",
      dexDocs("configuration/general", "secretEnv, hashFromEnv and variables in connectors"),
      asvs("13.3.1", "secrets are kept by what manages secrets"),
      secretsManagement,
    ),
    settings: [],
  },
  {
    documents: [
      ({ root, config, inTheOpen }) =>
        inTheOpen ? secretsIn(root, config, "Put it into a Secret, and name its variable here.") : [],
      (document) => entriesOf(document, "staticPasswords").flatMap(hash),
    ],
    objects: (manifest) =>
      [...storedEntry(manifest, "OAuth2Client"), ...storedConnectors(manifest)].flatMap(({ field, entry }) =>
        secretsIn(field, entry, "Write it into Dex's configuration, and name its variable there."),
      ),
  },
);

function secretsIn(root: string, config: Record<string, unknown>, mend: string): Finding[] {
  return leavesOf(root, config)
    .filter(({ key, value }) => secretKey.test(key) && isLiteral(value))
    .map(({ field }) => complaint(field, "a secret", mend));
}

function hash({ field, entry, inTheOpen }: DexEntry): Finding[] {
  if (!inTheOpen || !isLiteral(entry["hash"])) return [];
  return [
    complaint(join(field, "hash"), "a password's hash", "Put it into a Secret, and name its variable in hashFromEnv."),
  ];
}

function complaint(field: string, what: string, mend: string): Finding {
  return violation(field, `${field} holds ${what} that everybody can read who may read this object. ${mend}`);
}

function isLiteral(value: unknown): boolean {
  return typeof value === "string" ? value !== "" && !isReference(value) : typeof value === "number";
}
