import { join, listAt } from "../../manifest";
import { type DexEntry, entriesOf, storedEntry } from "../../readers/dex";
import { type Finding, violation } from "../../rule";
import { dexDocs, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

/** No code is shown to a person to be copied, and no client is everybody. */
export const forbidDexOutOfBandClients = dexRule(
  {
    name: "forbid-dex-out-of-band-clients",
    title: "No client takes codes by copying",
    why:
      "With urn:ietf:wg:oauth:2.0:oob Dex shows the code on a page, and whoever talks a person into reading it to him is that " +
      "person. A public client without redirectURIs may use it, and every program on every machine may be that client.",
    mend: "Remove the address; name redirectURIs for a public client, such as http://127.0.0.1:8000/callback.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      1021,
      "Improper Restriction of Rendered UI Layers or Frames",
      rfc(8252, "7", "how native applications get the answer to a sign-in"),
      dexDocs("configuration/custom-scopes-claims-clients", "what a public client may do without redirectURIs"),
      asvs("10.4.1", "each client has redirect URIs of its own"),
    ),
    settings: [],
  },
  {
    documents: [(document) => entriesOf(document, "staticClients").flatMap(problems)],
    objects: (manifest) => storedEntry(manifest, "OAuth2Client").flatMap(problems),
  },
);

function problems({ field, entry }: DexEntry): Finding[] {
  const place = join(field, "redirectURIs");
  const uris = listAt(entry["redirectURIs"], place);
  const { public: isPublic } = entry;
  const named = uris.flatMap((uri, index) => {
    const at = join(place, index);
    return typeof uri === "string" && /^urn:/i.test(uri)
      ? [violation(at, `${at} = ${shown(uri)} shows codes to be copied. Remove it.`)]
      : [];
  });
  if (uris.length > 0 || isPublic === undefined || isPublic === null || isPublic === false) return named;
  return [
    violation(
      place,
      `${place} is empty for a public client, which may then have codes shown to be copied. Name its addresses.`,
    ),
  ];
}
