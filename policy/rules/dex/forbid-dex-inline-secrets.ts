import { type DexEntry, entriesOf, isReference, leavesOf } from "../../readers/dex";
import { join } from "../../manifest";
import { type Finding, violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule } from "./dexRule";

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
    ),
    settings: [],
  },
  {
    documents: [
      ({ root, config, inTheOpen }) =>
        inTheOpen
          ? leavesOf(root, config)
              .filter(({ key, value }) => secretKey.test(key) && isLiteral(value))
              .map(({ field }) => complaint(field, "a secret", "Put it into a Secret, and name its variable here."))
          : [],
      (document) => entriesOf(document, "staticPasswords").flatMap(hash),
    ],
  },
);

function hash({ field, entry, inTheOpen }: DexEntry): Finding[] {
  if (!inTheOpen || !isLiteral(entry["hash"])) return [];
  return [
    complaint(join(field, "hash"), "a password's hash", "Put it into a Secret, and name its variable in hashFromEnv."),
  ];
}

function complaint(field: string, what: string, mend: string): Finding {
  return violation(field, `${field} holds ${what} that everybody can read who may read the ConfigMap. ${mend}`);
}

function isLiteral(value: unknown): boolean {
  return typeof value === "string" ? value !== "" && !isReference(value) : typeof value === "number";
}
