import { mention, shown, spelled } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { lacks, proxyRule, seen, whereSet, wrong } from "./proxyRule";
import { asvs } from "../frameworks";

const safe = new Set(["lax", "strict"]);

/** No other site acts with a person's session. */
export const requireSameSiteCookies = proxyRule(
  {
    name: "require-same-site-cookies",
    title: "The session's cookie has SameSite lax or strict",
    why:
      "Without SameSite it is each browser's own matter whether other sites' requests carry the session, and with none they " +
      "do: a page anywhere starts pipelines in a signed-in person's name.",
    mend: 'Write cookie_samesite = "lax".',
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      1275,
      "Sensitive Cookie with Improper SameSite Attribute",
      oauth2ProxyDocs("cookie_samesite is empty by default"),
      asvs("3.3.2", "each cookie has the SameSite that fits it"),
    ),
    settings: [],
  },
  (proxy) => {
    const setting = mention(proxy.layers, "cookie_samesite");
    const mend = `Write ${spelled("cookie_samesite", "lax", setting?.origin)}.`;
    if (!setting)
      return proxy.shows.core
        ? [lacks(proxy, `cookie_samesite isn't set, and oauth2-proxy then writes none. ${mend}`)]
        : [];
    const visible = seen(setting);
    if (!visible || safe.has(String(visible.value))) return [];
    return [wrong(setting, `= ${shown(visible.value)} is neither lax nor strict. ${mend}`)];
  },
  // Where it isn't set, it is what the session's cookie has.
  ...whereSet(["cookie_csrf_samesite"], (value) =>
    value === "" || safe.has(String(value)) ? undefined : `= ${shown(value)} is neither lax nor strict. Remove it.`,
  ),
);
