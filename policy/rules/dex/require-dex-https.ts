import { join } from "../../manifest";
import { entriesOf, leavesOf } from "../../readers/dex";
import { violation } from "../../rule";
import { kubeflowManifests, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";

/** Dex is an https issuer, and asks providers over TLS. */
export const requireDexHttps = dexRule(
  {
    name: "require-dex-https",
    title: "Dex and its providers speak HTTPS",
    why:
      "Passwords, codes and tokens travel to the issuer's address, and identities come from the providers'. Over plain HTTP " +
      "whoever is on the path reads them, or answers in the provider's place.",
    mend: "Write https:// into issuer and into the URLs of connectors; a private CA is named in rootCAs or rootCA.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      319,
      "Cleartext Transmission of Sensitive Information",
      rfc(6749, "3.1", "the authorization endpoint requires TLS"),
      kubeflowManifests,
    ),
    settings: [],
  },
  {
    documents: [
      ({ root, config }) => {
        const issuer = config["issuer"];
        const field = join(root, "issuer");
        if (typeof issuer === "string" && /^https:\/\/[^/\s@]/i.test(issuer)) return [];
        return [violation(field, `${field} = ${shown(issuer)} is no https:// URL. Write https://.`)];
      },
      (document) =>
        entriesOf(document, "connectors")
          .flatMap(({ field, entry }) => leavesOf(join(field, "config"), entry["config"]))
          .filter(({ value }) => typeof value === "string" && /^http:/i.test(value.trim()))
          .map(({ field, value }) =>
            violation(
              field,
              `${field} = ${shown(value)} is plain HTTP. Write https://, and name a private CA in rootCAs.`,
            ),
          ),
    ],
  },
);
