import { asList, mentions } from "../../readers/oauth2Proxy/setting";
import { oauth2ProxyDocs, rfc, weakness } from "../identitySources";
import { proxyRule, seen } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** No application gets the person's tokens. An upstream that is static gives them to nobody. */
export const forbidTokensToUpstreams = proxyRule(
  {
    name: "forbid-tokens-to-upstreams",
    title: "Applications don't get people's tokens",
    why:
      "The switches pass_access_token and pass_authorization_header hand the person's token to whatever is behind oauth2-proxy, and each " +
      "such application, a notebook among them, can then act for the person everywhere else.",
    mend: "Remove pass_access_token and pass_authorization_header; headers with the address and the groups are enough.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      522,
      "Insufficiently Protected Credentials",
      rfc(9700, "2.3", "tokens should be restricted to the resource server that they are for"),
      oauth2ProxyDocs("pass_access_token and pass_authorization_header"),
      asvs("10.1.1", "tokens go only where they are needed"),
    ),
    settings: [],
  },
  ...switchedTo(false, {
    pass_access_token: "hands people's access tokens to the upstream",
    pass_authorization_header: "hands people's ID tokens to the upstream",
  }).map((look): typeof look => (proxy) => {
    const upstreams = mentions(proxy.layers, "upstreams").flatMap((setting) => asList(seen(setting)?.value));
    const allStatic = upstreams.length > 0 && upstreams.every((upstream) => upstream.startsWith("static://"));
    return allStatic ? [] : look(proxy);
  }),
);
