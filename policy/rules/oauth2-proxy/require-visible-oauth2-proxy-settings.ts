import { weakness, oauth2ProxyDocs } from "../identitySources";
import { proxyRule } from "./proxyRule";

/** Every setting of an oauth2-proxy can be seen, or the other rules would pass what nobody looked at. */
export const requireVisibleOAuth2ProxySettings = proxyRule(
  {
    name: "require-visible-oauth2-proxy-settings",
    title: "All settings of oauth2-proxy can be seen",
    why:
      "An oauth2-proxy takes settings from flags, variables, files and other objects. One that comes from an object which " +
      "nobody showed, or from a text that can't be read, may turn off what the other rules ask for.",
    mend: "Hand in the ConfigMap or Secret that the workload refers to, mend its text, or write the setting into the workload.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      1059,
      "Insufficient Technical Documentation",
      oauth2ProxyDocs("flags, OAUTH2_PROXY_ variables and a configuration file set the same options"),
    ),
    settings: [],
  },
  ({ problems }) =>
    problems.map(({ about, field, message }) => ({ about, field, message: `${field} ${message}`.trim() })),
);
