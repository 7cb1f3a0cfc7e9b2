import { join } from "../../manifest";
import { entriesOf, sectionOf, storedEntry } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, kubeflowManifests, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

const mend = "Remove it, and sign people in with a connector.";

/** People sign in at a provider, and not with passwords in Dex's configuration. */
export const forbidDexStaticPasswords = dexRule(
  {
    name: "forbid-dex-static-passwords",
    title: "Dex has no passwords of its own",
    why:
      "A password in Dex's configuration is shared, is never changed and has no second factor; Kubeflow's own, 12341234, is " +
      "in every copy of its manifests. Whoever leaves keeps it.",
    mend: "Remove staticPasswords, enablePasswordDB and oauth2.passwordConnector, and configure a connector.",
    severity: "high",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      798,
      "Use of Hard-coded Credentials",
      kubeflowManifests,
      dexDocs("connectors/local", "static passwords are for trying Dex out"),
      asvs("6.3.2", "there are no accounts that a program comes with"),
    ),
    settings: [],
  },
  {
    documents: [
      ({ root, config }) => {
        const enabled = config["enablePasswordDB"];
        const field = join(root, "enablePasswordDB");
        if (enabled === undefined || enabled === null || enabled === false) return [];
        return [
          violation(field, `${field} = ${shown(enabled)} has Dex sign people in with passwords of its own. ${mend}`),
        ];
      },
      (document) =>
        entriesOf(document, "staticPasswords").map(({ field, entry }) =>
          violation(field, `${field} gives ${shown(entry["email"] ?? "somebody")} a password of Dex's own. ${mend}`),
        ),
      (document) => {
        const { field, section } = sectionOf(document, "oauth2");
        const connector = section["passwordConnector"];
        if (connector === undefined || connector === null || connector === "") return [];
        const place = join(field, "passwordConnector");
        return [
          violation(
            place,
            `${place} = ${shown(connector)} lets every client ask people for their password itself. Remove it.`,
          ),
        ];
      },
    ],
    objects: (manifest) =>
      storedEntry(manifest, "Password").map(({ entry }) =>
        violation("email", `email ${shown(entry["email"])} gets a password of Dex's own. ${mend}`),
      ),
  },
);
