import { asList, mention, mentions, shown } from "../../readers/oauth2Proxy/setting";
import { cookiePrefixes, oauth2ProxyDocs, weakness } from "../identitySources";
import { lacks, proxyRule, seen, whereListed, wrong } from "./proxyRule";
import { asvs } from "../frameworks";

/** The browser itself keeps other hosts and plain HTTP from setting the session's cookie. */
export const requireCookiePrefix = proxyRule(
  {
    name: "require-cookie-prefix",
    title: "The session's cookie has a name that browsers protect",
    why:
      "Any host below the same domain, and any plain HTTP answer, can set a cookie of the session's name and so sign a person " +
      "in as somebody else. Browsers refuse that for names that begin with __Secure- or __Host-.",
    mend: 'Write cookie_name = "__Host-…" with no cookie_domains and path /, or "__Secure-…" where hosts share the session.',
    severity: "low",
    enforcementLevel: "advisory",
    ...weakness(
      565,
      "Reliance on Cookies without Validation and Integrity Checking",
      cookiePrefixes,
      oauth2ProxyDocs("cookie_name, cookie_domains and cookie_path"),
      asvs("3.3.3", "cookies of one host are named __Host-"),
    ),
    settings: [],
  },
  (proxy) => {
    const { layers, shows } = proxy;
    const setting = mention(layers, "cookie_name");
    const mend = "Begin it with __Host-, or with __Secure- where hosts share the session.";
    if (!setting)
      return shows.core
        ? [
            lacks(
              proxy,
              `cookie_name isn't set, and _oauth2_proxy is a name that every host below the domain can set. ${mend}`,
            ),
          ]
        : [];
    const visible = seen(setting);
    if (!visible) return [];
    const name = String(visible.value);
    if (name.startsWith("__Secure-")) return [];
    if (!name.startsWith("__Host-"))
      return [wrong(setting, `= ${shown(name)} is a name that every host below the domain can set. ${mend}`)];
    const path = mention(layers, "cookie_path");
    const pathValue = path && seen(path)?.value;
    return [
      ...mentions(layers, "cookie_domains")
        .filter((domains) => asList(seen(domains)?.value).length > 0)
        .map((domains) =>
          wrong(
            domains,
            `is set, and browsers refuse a cookie named ${shown(name)} with a domain. Remove it, or name the cookie __Secure-….`,
          ),
        ),
      ...(path && pathValue !== undefined && pathValue !== "/"
        ? [
            wrong(
              path,
              `= ${shown(pathValue)}, and browsers refuse a cookie named ${shown(name)} with another path than /. Remove it.`,
            ),
          ]
        : []),
    ];
  },
  ...whereListed(["cookie_domains"], (domain) =>
    /^\.?[^.]+\.[^.]/.test(domain)
      ? undefined
      : `= ${shown(domain)} is no domain of one's own. Name the host, for example kubeflow.example.com.`,
  ),
);
