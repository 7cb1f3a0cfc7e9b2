import { mention, spelled } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, weakness } from "../identitySources";
import { lacks, proxyRule, seen, wrong } from "./proxyRule";
import { speaksOpenIdConnect } from "./providerTypes";
import { complaintAbout } from "./switchLook";
import { asvs } from "../frameworks";

const name = "insecure_oidc_skip_nonce";

/** The nonce of an ID token is checked, which it is not by default. */
export const requireOidcNonce = proxyRule(
  {
    name: "require-oidc-nonce",
    title: "An ID token belongs to the sign-in that asked for it",
    why:
      "The switch insecure_oidc_skip_nonce is true where nobody sets it, and oauth2-proxy then takes an ID token of another sign-in: " +
      "one that was stolen, or that an attacker wants his victim to work with.",
    mend: "Write insecure_oidc_skip_nonce = false; in an alpha configuration insecureSkipNonce: false under oidcConfig.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      294,
      "Authentication Bypass by Capture-replay",
      {
        id: "OpenID Connect Core 1.0, 3.1.3.7",
        url: "https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation",
        about: "a client that sent a nonce must verify it in the ID token",
      },
      oauth2ProxyDocs("insecure_oidc_skip_nonce, with its default of true"),
      asvs("10.5.1", "replayed ID tokens are refused"),
    ),
    settings: [],
  },
  (proxy) =>
    proxy.providers.flatMap((layers) => {
      if (!speaksOpenIdConnect(layers)) return [];
      const setting = mention(layers, name);
      if (!setting) {
        if (!proxy.shows.providers) return [];
        const mend = `Write ${spelled(name, "false")} (insecureSkipNonce: false in an alpha configuration)`;
        return [
          lacks(proxy, `${name} isn't set and is true by default, which takes ID tokens of other sign-ins. ${mend}.`),
        ];
      }
      const visible = seen(setting);
      const text = visible && complaintAbout(setting, visible.value, false, "takes ID tokens of other sign-ins");
      // Removing it is no mend here.
      return text === undefined ? [] : [wrong(setting, text.replace(", or remove it.", "."))];
    }),
);
