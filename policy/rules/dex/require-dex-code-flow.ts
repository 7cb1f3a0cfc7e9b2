import { join, listAt } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/** Tokens don't travel in addresses. */
export const requireDexCodeFlow = dexRule(
  {
    name: "require-dex-code-flow",
    title: "Dex answers a sign-in with a code",
    why:
      "The implicit flow puts tokens into the browser's address, from where they get into histories, logs and referrers, and " +
      "where anybody can put another one.",
    mend: "Write oauth2.responseTypes: [code], or leave it out.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      598,
      "Use of GET Request Method With Sensitive Query Strings",
      rfc(9700, "2.1.2", "clients should not use the implicit grant"),
      dexDocs("configuration/oauth2", "responseTypes"),
      asvs("10.4.4", "only the grants that a client needs; never implicit or password"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "oauth2");
        const place = join(field, "responseTypes");
        return listAt(section["responseTypes"], place).flatMap((type, index) => {
          if (type === "code") return [];
          const at = join(place, index);
          return [violation(at, `${at} = ${shown(type)} puts tokens into the browser's address. Keep only code.`)];
        });
      },
    ],
  },
);
