import { shown } from "../../readers/oauth2Proxy/setting";
import { cve, ghsa, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, whereListed } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/**
 * Nothing passes without a sign-in. Also no anchored path: what may pass is left out of the gateway's check, which
 * normalises paths first, and not decided here on a text that a client writes.
 */
export const forbidAuthBypassRoutes = proxyRule(
  {
    name: "forbid-auth-bypass-routes",
    title: "No path and no address passes without a sign-in",
    why:
      "The lists skip_auth_routes and skip_auth_regex are regular expressions over what a client writes; queries, fragments and a " +
      "missing anchor have made them match protected paths. trusted_ips and skip_auth_preflight let in whoever forges an " +
      "address or a method.",
    mend: "Remove the setting; leave public paths, such as /dex/, out of the gateway's AuthorizationPolicy.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      288,
      "Authentication Bypass Using an Alternate Path or Channel",
      cve("2025-54576", "skip_auth_routes matches the query, fixed in 7.11.0"),
      ghsa("pxq7-h93f-9jrg", "skip_auth_routes is bypassed with a fragment, fixed in 7.15.2"),
      oauth2ProxyDocs("trusted_ips has inherent security flaws"),
      asvs("8.3.1", "who may do what is decided where a client can change nothing"),
    ),
    settings: [],
  },
  ...whereListed(
    ["skip_auth_routes", "skip_auth_regex", "trusted_ips"],
    (value) =>
      `lets ${shown(value)} pass without a sign-in. Remove it; a public path is left out of the gateway's AuthorizationPolicy.`,
  ),
  ...switchedTo(false, { skip_auth_preflight: "lets every OPTIONS request pass without a sign-in" }),
);
