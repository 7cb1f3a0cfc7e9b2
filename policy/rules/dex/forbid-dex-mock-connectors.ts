import { join } from "../../manifest";
import { entriesOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";

/** Connectors that ask somebody who a person is (`ConnectorsConfig` in server/server.go, without the two mocks). */
const connectors = new Set([
  "atlassian-crowd",
  "authproxy",
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
      "its examples.",
    mend: "Remove the connector, and use one of a real provider, such as oidc, github, ldap or saml.",
    severity: "critical",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(287, "Improper Authentication", dexDocs("connectors", "the connectors that Dex has")),
    settings: [],
  },
  {
    documents: [
      (document) =>
        entriesOf(document, "connectors")
          .filter(({ entry }) => !connectors.has(String(entry["type"])))
          .map(({ field, entry }) => {
            const place = join(field, "type");
            return violation(
              place,
              `${place} = ${shown(entry["type"])} is no connector that asks who somebody is. Use one of a real provider.`,
            );
          }),
    ],
  },
);
