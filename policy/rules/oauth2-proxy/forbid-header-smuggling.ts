import { cve, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** Identity headers of a client never reach the upstream, in no spelling. */
export const forbidHeaderSmuggling = proxyRule(
  {
    name: "forbid-header-smuggling",
    title: "A client's identity headers are removed in every spelling",
    why:
      "Upstreams take X_Forwarded_User for X-Forwarded-User. oauth2-proxy removes both, unless it is told to leave " +
      "underscores alone or to strip nothing where no sign-in is needed.",
    mend: "Remove InsecureSkipHeaderNormalization and preserveRequestValue, and leave skip_auth_strip_headers at true.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      290,
      "Authentication Bypass by Spoofing",
      cve("2025-64484", "header smuggling with underscores, fixed in 7.13.0"),
      oauth2ProxyDocs("skip_auth_strip_headers strips identity headers on paths that need no sign-in"),
      asvs("4.1.3", "a client overrides no header that a proxy in front sets"),
    ),
    settings: [],
  },
  ...switchedTo(false, {
    insecure_skip_header_normalization: "lets a client send the header with underscores",
    preserve_request_value: "passes a client's own header on",
  }),
  ...switchedTo(true, { skip_auth_strip_headers: "passes a client's own identity headers on" }),
);
