import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** An error's details go to the log. */
export const forbidDebugErrors = proxyRule(
  {
    name: "forbid-debug-errors",
    title: "Error pages tell no details",
    why: "With show_debug_on_error the error of the identity provider, with addresses and parts of requests, stands on a public page.",
    mend: "Remove show_debug_on_error, and read the log.",
    severity: "low",
    enforcementLevel: "mandatory",
    inDev: "advisory",
    ...weakness(
      209,
      "Generation of Error Message Containing Sensitive Information",
      oauth2ProxyDocs("show_debug_on_error is unsafe for production"),
      asvs("16.5.1", "whoever meets an error learns nothing of the inside"),
    ),
    settings: [],
  },
  ...switchedTo(false, { show_debug_on_error: "shows errors of the identity provider to everybody" }),
);
