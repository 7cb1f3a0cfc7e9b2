import { join, listAt } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/** Only named pages read Dex's answers. */
export const limitDexOrigins = dexRule(
  {
    name: "limit-dex-origins",
    title: "Only named origins read Dex's answers",
    why:
      "With * in web.allowedOrigins the scripts of every page in a browser read Dex's discovery, keys, token and userinfo " +
      "answers.",
    mend: "Remove web.allowedOrigins, or name the origins, for example https://kubeflow.example.com.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      942,
      "Permissive Cross-domain Policy with Untrusted Domains",
      dexDocs("configuration/general", "web.allowedOrigins"),
      asvs("3.4.2", "other origins are those of a list"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "web");
        const place = join(field, "allowedOrigins");
        return listAt(section["allowedOrigins"], place).flatMap((origin, index) => {
          if (typeof origin === "string" && /^https:\/\/[a-z0-9-]+(\.[a-z0-9-]+)+(:\d{1,5})?$/i.test(origin)) return [];
          const at = join(place, index);
          return [violation(at, `${at} = ${shown(origin)} is no single https:// origin. Name the origins.`)];
        });
      },
    ],
  },
);
