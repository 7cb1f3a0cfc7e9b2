import { kubeflowManifests, rfc, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** The session's cookie travels over HTTPS only and is out of a script's reach. */
export const requireSecureCookies = proxyRule(
  {
    name: "require-secure-cookies",
    title: "The session's cookie is Secure and HttpOnly",
    why:
      "A cookie without Secure goes over plain HTTP to whoever answers for the host, and one without HttpOnly to every " +
      "script on its pages: a notebook's too.",
    mend: "Remove cookie_secure and cookie_httponly, which are true by default, or write true.",
    severity: "high",
    enforcementLevel: "mandatory",
    ...weakness(
      614,
      "Sensitive Cookie in HTTPS Session Without 'Secure' Attribute",
      kubeflowManifests,
      rfc(6265, "4.1.2.5", "what the Secure attribute does"),
      oauth2ProxyDocs("cookie_secure and cookie_httponly"),
      asvs("3.3.1", "cookies are Secure"),
      asvs("3.3.4", "scripts read no session"),
    ),
    settings: [],
  },
  ...switchedTo(true, {
    cookie_secure: "sends the session over plain HTTP",
    cookie_httponly: "shows the session to every script on the page",
  }),
);
