import { type Rule } from "../../rule";
import { istioPage, vulnerability, weakness } from "./facts";
import { isFalse, isUnset, variableFindings } from "./istiodVariables";

const { framework, reference } = weakness(918, "Server-Side Request Forgery (SSRF)");

/** Addresses that no issuer has, and a cloud's metadata server or istiod's own debug port does. */
const ranges = ["127.0.0.0/8", "169.254.0.0/16", "::1/128", "fe80::/10"];

/**
 * Istio's own default is nothing, so its chart as it stands is rejected, for the reason of the CVE. Later code blocks
 * link-local addresses by itself (jwksBlockedIP in pilot/pkg/model/jwks_resolver.go), and still not those of istiod's own pod.
 */
export const requireBlockedJwksRanges: Rule = {
  name: "require-blocked-jwks-ranges",
  title: "Nobody has istiod ask the node or the cloud for keys",
  why:
    "For keys istiod asks whatever address a RequestAuthentication names, and whoever may write one can have it ask the " +
    "cloud's metadata server, or itself. A name can lead to such an address, which only istiod sees.",
  mend: `Set BLOCKED_CIDRS_IN_JWKS_URIS: ${JSON.stringify(ranges.join(","))} in istiod's environment, of 1.28.6, 1.29.2 or later.`,
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2026-41413", "istiod asks whatever address a jwksUri names"),
    istioPage(
      "Istio environment variables",
      "reference/commands/pilot-discovery/#envvars",
      "BLOCKED_CIDRS_IN_JWKS_URIS is empty by default",
    ),
  ],
  settings: [],
  check: (manifest) =>
    variableFindings(manifest, [
      {
        name: "BLOCKED_CIDRS_IN_JWKS_URIS",
        // A range around one of them blocks it as well, but nobody needs one that can't be compared.
        holds: (value = "") => {
          const blocked = value.split(",").map((range) => range.trim());
          return ranges.every((range) => blocked.includes(range));
        },
        mend: `Have ${ranges.join(",")} in it: istiod could be led to the metadata server (CVE-2026-41413).`,
      },
      {
        name: "PILOT_JWT_ENABLE_REMOTE_JWKS",
        holds: (value) => isUnset(value) || isFalse(value) || value === "istiod",
        mend: "Write false: Envoy would ask for keys itself, and knows nothing of the ranges.",
      },
    ]),
};
