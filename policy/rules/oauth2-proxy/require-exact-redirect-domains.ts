import { shown } from "../../readers/oauth2Proxy/setting";
import { ghsa, oauth2ProxyDocs, rfc, weakness } from "../identitySources";
import { proxyRule, whereListed } from "./proxyRule";
import { asvs } from "../frameworks";

/** A host with at least two labels, or an IPv4 address, and a port of its own where it has one. */
const exact = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+(:\d{1,5})?$/i;

/** After a sign-in the browser goes to named hosts only. */
export const requireExactRedirectDomains = proxyRule(
  {
    name: "require-exact-redirect-domains",
    title: "A sign-in returns to named hosts only",
    why:
      "The setting whitelist_domains says where a browser may be sent after the sign-in. A domain with everything below it, or with " +
      "every port, includes hosts that others control, and is an open redirect.",
    mend: "Name each host in whitelist_domains, for example kubeflow.example.com, without a leading dot, * or :*.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      601,
      "URL Redirection to Untrusted Site ('Open Redirect')",
      ghsa("4mf2-f3wh-gvf2", "open redirect in oauth2-proxy"),
      ghsa("5m6c-jp6f-2vcv", "open redirect in oauth2-proxy"),
      rfc(9700, "4.11", "open redirectors at clients and at authorization servers"),
      oauth2ProxyDocs("a leading dot or *. allows subdomains, :* every port"),
      asvs("3.7.2", "redirects to other hosts lead to those of a list"),
    ),
    settings: [],
  },
  ...whereListed(["whitelist_domains"], (domain) =>
    exact.test(domain)
      ? undefined
      : `allows ${shown(domain)}, which is no single host. Name each host, for example kubeflow.example.com.`,
  ),
);
