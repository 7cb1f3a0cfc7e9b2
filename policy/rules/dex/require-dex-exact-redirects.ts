import { join, listAt } from "../../manifest";
import { type DexEntry, entriesOf, storedEntry } from "../../readers/dex";
import { type Finding, violation } from "../../rule";
import { rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

const https = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[^\s*#]*)?$/i;
/** On the issuer's own host, which require-dex-https wants to be HTTPS. */
const path = /^\/(?![/\\])[^\s*#]*$/;
/** Where a program on the person's own machine listens. */
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?(\/[^\s*#]*)?$/i;
/** A scheme of an application's own, which is a domain turned around. */
const ofAnApplication = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:\/[^\s*#]*$/i;

/** A code goes to one named address. */
export const requireDexExactRedirects = dexRule(
  {
    name: "require-dex-exact-redirects",
    title: "Dex's clients have exact https redirect URIs",
    why: "The code of a sign-in is sent to the redirect URI. Over plain HTTP, or at a pattern of addresses, others get it.",
    mend: "Write the whole address, for example https://kubeflow.example.com/oauth2/callback.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      601,
      "URL Redirection to Untrusted Site ('Open Redirect')",
      rfc(9700, "2.1", "redirect URIs are compared exactly, and are https"),
      rfc(8252, "7.3", "a native application may listen on the loopback interface"),
      asvs("10.4.1", "redirect URIs are compared exactly with those of the client"),
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
  const allowed = entry["public"] === true ? [https, path, loopback, ofAnApplication] : [https, path];
  return listAt(entry["redirectURIs"], place).flatMap((uri, index) => {
    // forbid-dex-out-of-band-clients' matter.
    if (typeof uri === "string" && (/^urn:/i.test(uri) || allowed.some((form) => form.test(uri)))) return [];
    const at = join(place, index);
    return [violation(at, `${at} = ${shown(uri)} is no exact https:// address. Write the whole address.`)];
  });
}
