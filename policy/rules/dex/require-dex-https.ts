import { join } from "../../manifest";
import { type DexDocument, type DexEntry, entriesOf, leavesOf, sectionOf, storedConnectors } from "../../readers/dex";
import { type Finding, violation } from "../../rule";
import { kubeflowManifests, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

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
      asvs("12.2.1", "TLS without a way around it"),
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
        [...entriesOf(document, "connectors"), ...["storage", "signer"].map((key) => partOf(document, key))].flatMap(
          plain,
        ),
    ],
    objects: (manifest) => storedConnectors(manifest).flatMap(plain),
  },
);

/** The storage and the signer have settings as connectors have. */
function partOf(document: DexDocument, key: string): Pick<DexEntry, "field" | "entry"> {
  const { field, section } = sectionOf(document, key);
  return { field, entry: section };
}

function plain({ field: outer, entry }: Pick<DexEntry, "field" | "entry">): Finding[] {
  return leavesOf(join(outer, "config"), entry["config"])
    .filter(({ value }) => typeof value === "string" && /^http:/i.test(value.trim()))
    .map(({ field, value }) =>
      violation(field, `${field} = ${shown(value)} is plain HTTP. Write https://, and name a private CA in rootCAs.`),
    );
}
