import { join, listAt } from "../../manifest";
import { entriesOf, sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, ghsa, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const grants = ["authorization_code", "refresh_token", tokenExchange];

/**
 * Dex offers the grants that are named, and none by default.
 *
 * Token exchange is one that machines need. It is passed where it is named and no client relies on `allowedConnectors`,
 * which Dex ignores there.
 */
export const limitDexGrantTypes = dexRule(
  {
    name: "limit-dex-grant-types",
    title: "Dex offers only the grants that are needed",
    why:
      "Where oauth2.grantTypes isn't set, Dex offers every grant that it knows: implicit, password, device code, and a token " +
      "exchange that ignores which connectors a client may use.",
    mend: "Write oauth2.grantTypes: [authorization_code, refresh_token].",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      1188,
      "Initialization of a Resource with an Insecure Default",
      ghsa("7qjx-gp9h-65qj", "Dex's token exchange ignores a client's allowed connectors"),
      rfc(9700, "2.4", "the password grant must not be used"),
      dexDocs("configuration/oauth2", "grantTypes defaults to all that are supported"),
      asvs("10.4.4", "only the grants that a client needs; never implicit or password"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "oauth2");
        const place = join(field, "grantTypes");
        const named = listAt(section["grantTypes"], place);
        if (named.length === 0) {
          return [
            violation(
              place,
              `${place} isn't set, so Dex offers every grant. Write [authorization_code, refresh_token].`,
            ),
          ];
        }
        return named.flatMap((grant, index) => {
          if (grants.includes(String(grant))) return [];
          const at = join(place, index);
          return [violation(at, `${at} = ${shown(grant)} is no grant that Kubeflow needs. Remove it.`)];
        });
      },
      (document) => {
        const { field, section } = sectionOf(document, "oauth2");
        const named = listAt(section["grantTypes"], join(field, "grantTypes"));
        if (named.length > 0 && !named.includes(tokenExchange)) return [];
        return entriesOf(document, "staticClients")
          .filter(({ entry }) => listAt(entry["allowedConnectors"], "allowedConnectors").length > 0)
          .map(({ field: client }) => {
            const at = join(client, "allowedConnectors");
            return violation(
              at,
              `${at} is ignored by the token exchange (GHSA-7qjx-gp9h-65qj). Leave ${tokenExchange} out of oauth2.grantTypes.`,
            );
          });
      },
    ],
  },
);
