import { mention, shown, spelled } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, rfc, weakness } from "../identitySources";
import { lacks, proxyRule, seen, wrong } from "./proxyRule";
import { speaksOpenIdConnect } from "./providerTypes";
import { asvs } from "../frameworks";

const name = "code_challenge_method";

/** The code of a sign-in is worth nothing to whoever steals it. */
export const requirePkce = proxyRule(
  {
    name: "require-pkce",
    title: "Sign-ins use PKCE with S256",
    why:
      "Without a code challenge whoever sees the code in an address, a log or a referrer can have it exchanged. oauth2-proxy " +
      "sends none unless it is told to, and plain is no protection from somebody who sees the request.",
    mend: 'Write code_challenge_method = "S256".',
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      294,
      "Authentication Bypass by Capture-replay",
      rfc(7636, "4.2", "S256 is mandatory for clients that can do it"),
      rfc(9700, "2.1.1", "confidential clients should use PKCE as well"),
      oauth2ProxyDocs("code_challenge_method"),
      asvs("10.2.1", "a sign-in that the client did not begin ends in nothing"),
    ),
    settings: [],
  },
  (proxy) =>
    proxy.providers.flatMap((layers) => {
      if (!speaksOpenIdConnect(layers)) return [];
      const setting = mention(layers, name) ?? mention(layers, "force_code_challenge_method");
      const mend = `Write ${spelled(name, "S256", setting?.origin)}.`;
      if (!setting)
        return proxy.shows.providers ? [lacks(proxy, `${name} isn't set, so sign-ins go without PKCE. ${mend}`)] : [];
      const visible = seen(setting);
      if (!visible || visible.value === "S256") return [];
      return [wrong(setting, `= ${shown(visible.value)} protects no code. ${mend}`)];
    }),
);
