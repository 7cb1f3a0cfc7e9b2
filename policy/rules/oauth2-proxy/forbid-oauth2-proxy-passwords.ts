import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, whereSet } from "./proxyRule";
import { asvs } from "../frameworks";

/** People sign in at the identity provider, and not with passwords of oauth2-proxy's own. */
export const forbidOAuth2ProxyPasswords = proxyRule(
  {
    name: "forbid-oauth2-proxy-passwords",
    title: "No passwords of oauth2-proxy's own",
    why:
      "A password of an htpasswd file is a second way in: nobody is blocked, audited or asked for a second factor there, and " +
      "oauth2-proxy counts no wrong guesses.",
    mend: "Remove htpasswd_file, and sign people in at the identity provider.",
    severity: "high",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      308,
      "Use of Single-factor Authentication",
      oauth2ProxyDocs("htpasswd_file authenticates against a file besides the provider"),
      asvs("6.3.3", "more than one factor is asked for"),
    ),
    settings: [],
  },
  ...whereSet(["htpasswd_file"], (value) =>
    value === ""
      ? undefined
      : "signs people in with passwords of oauth2-proxy's own. Remove it, and use the identity provider.",
  ),
);
