import { join } from "../../manifest";
import { type DexEntry, entriesOf, storedConnectors } from "../../readers/dex";
import { type Finding, violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/**
 * Connectors that ask somebody who a person is: those of Dex (server/server.go) without the two mocks, and without
 * authproxy, which believes a header. Dex's paths are open to everybody, and so is its callback.
 */
const connectors = new Set([
  "atlassian-crowd",
  "bitbucket-cloud",
  "gitea",
  "github",
  "gitlab",
  "google",
  "keystone",
  "ldap",
  "linkedin",
  "microsoft",
  "oauth",
  "oidc",
  "openshift",
  "saml",
]);

/** No connector lets everybody in. */
export const forbidDexMockConnectors = dexRule(
  {
    name: "forbid-dex-mock-connectors",
    title: "Dex's connectors ask who somebody is",
    why:
      "The mock connectors sign everybody in as one made-up person, without a question. They are in every Dex and in many of " +
      "its examples. The connector authproxy takes a person's name from a header that anybody can send to Dex.",
    mend: "Remove the connector, and use one of a real provider, such as oidc, github, ldap or saml.",
    severity: "critical",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      287,
      "Improper Authentication",
      dexDocs("connectors", "the connectors that Dex has"),
      asvs("6.3.4", "every way in is known, and equally strong"),
    ),
    settings: [],
  },
  {
    documents: [(document) => entriesOf(document, "connectors").flatMap(problems)],
    objects: (manifest) => storedConnectors(manifest).flatMap(problems),
  },
);

function problems({ field, entry }: DexEntry): Finding[] {
  const { type } = entry;
  if (typeof type === "string" && connectors.has(type)) return [];
  const place = join(field, "type");
  return [
    violation(
      place,
      `${place} = ${shown(type)} is no connector that asks who somebody is. Use one of a real provider.`,
    ),
  ];
}
