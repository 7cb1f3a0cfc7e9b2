import { join } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, kubeflowManifests, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/** Dex's log tells no more than who signed in. */
export const limitDexLogLevel = dexRule(
  {
    name: "limit-dex-log-level",
    title: "Dex doesn't log details of sign-ins",
    why: "At debug Dex logs claims, groups and answers of providers, for everybody who may read the logs.",
    mend: "Write logger.level: info, or leave it out.",
    severity: "low",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      532,
      "Insertion of Sensitive Information into Log File",
      kubeflowManifests,
      dexDocs("configuration/general", "logger.level"),
      asvs("16.2.5", "what is confidential is logged as its protection asks"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const { field, section } = sectionOf(document, "logger");
        const level = section["level"];
        if (level === undefined || level === null) return [];
        if (typeof level === "string" && /^(info|warn|error)$/i.test(level)) return [];
        const place = join(field, "level");
        return [violation(place, `${place} = ${shown(level)} is more than info, warn or error. Write info.`)];
      },
    ],
  },
);
