import { shown } from "../../readers/oauth2Proxy/setting";
import { kubeflowManifests, oauth2ProxyDocs, rfc, weakness } from "../identitySources";
import { proxyRule, whereListed, whereSet } from "./proxyRule";
import { asvs } from "../frameworks";

const urls = [
  "oidc_issuer_url",
  "oidc_jwks_url",
  "redeem_url",
  "login_url",
  "profile_url",
  "validate_url",
  "backend_logout_url",
  "pubjwk_url",
  "redirect_url",
];

/** Where the browser goes itself, a path is on the host that it is on already. */
const ofTheBrowser = new Set(["login_url", "redirect_url"]);

/** Everything that tokens, keys and codes travel over is HTTPS. */
export const requireHttpsIdentityEndpoints = proxyRule(
  {
    name: "require-https-identity-endpoints",
    title: "HTTPS between oauth2-proxy and the identity provider",
    why:
      "Codes, tokens, the client's secret and the keys that ID tokens are verified with travel over these URLs. Whoever is " +
      "on the path of an http one reads them, and gives out keys of his own.",
    mend: "Write https:// into the URL, and name a private CA in provider_ca_files.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      319,
      "Cleartext Transmission of Sensitive Information",
      rfc(6749, "3.2", "the token endpoint requires TLS"),
      kubeflowManifests,
      oauth2ProxyDocs("the URLs of a provider"),
      asvs("12.3.1", "all connections are encrypted, inside too"),
    ),
    settings: [],
  },
  ...whereSet(urls, (url, { name }) => (url === "" || isSafe(name, url) ? undefined : noHttps(url))),
  // Pairs of an issuer and an audience, with = between them.
  ...whereListed(["extra_jwt_issuers"], (pair) => (isSafe("", pair) ? undefined : noHttps(pair))),
);

function noHttps(url: unknown): string {
  return `= ${shown(url)} is no https:// URL. Write https://, and name a private CA in provider_ca_files.`;
}

function isSafe(name: string, url: unknown): boolean {
  if (typeof url !== "string") return false;
  if (ofTheBrowser.has(name) && /^\/(?![/\\])/.test(url)) return true;
  return /^https:\/\/[^/\s@]+/i.test(url);
}
