import { shown } from "../../readers/oauth2Proxy/setting";
import { cve, oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, whereSet } from "./proxyRule";
import { switchedTo } from "./switchLook";
import { asvs } from "../frameworks";

/** No User-Agent is a reason to answer 200. */
export const forbidHealthCheckBypass = proxyRule(
  {
    name: "forbid-health-check-bypass",
    title: "No User-Agent passes as a health check",
    why:
      "With ping_user_agent or gcp_healthchecks oauth2-proxy answers 200 to any path for a User-Agent that a client can send, and 200 is what " +
      "lets a request through where oauth2-proxy decides for a gateway.",
    mend: "Remove ping_user_agent and gcp_healthchecks; probe /ping and /ready, which are for that.",
    severity: "critical",
    enforcementLevel: "mandatory",
    ...weakness(
      290,
      "Authentication Bypass by Spoofing",
      cve("2026-34457", "authentication bypass by a health check's User-Agent"),
      oauth2ProxyDocs("ping_path and ready_path are for health checks"),
      asvs("6.3.4", "every way in is known, and equally strong"),
    ),
    settings: [],
  },
  ...whereSet(["ping_user_agent"], (value) =>
    value === ""
      ? undefined
      : `= ${shown(value)} lets everybody pass who sends that User-Agent. Remove it, and probe /ping.`,
  ),
  ...switchedTo(false, { gcp_healthchecks: "lets everybody pass who sends Google's User-Agent" }),
);
