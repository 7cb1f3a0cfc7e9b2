import { type Layer, mention, notShown } from "../../readers/oauth2Proxy/setting";

/** Providers of oauth2-proxy that take no ID token of OpenID Connect, or look at it in their own way (providers/*.go). */
const withoutIdToken = new Set([
  "bitbucket",
  "digitalocean",
  "facebook",
  "github",
  "google",
  "keycloak",
  "linkedin",
  "nextcloud",
  "sourcehut",
]);

/** Whether a provider speaks OpenID Connect; without a name it is Google. A name that nobody knows does. */
export function speaksOpenIdConnect(layers: readonly Layer[]): boolean {
  const value = mention(layers, "provider")?.read();
  if (value === notShown) return true;
  return typeof value === "string" && value !== "" && !withoutIdToken.has(value.toLowerCase());
}
