import { join } from "../../manifest";
import { jwtRulesOf } from "../../readers/jwtRules";
import { inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(598, "Use of GET Request Method With Sensitive Query Strings");

/** Tokens come in headers. The session's cookie is oauth2-proxy's, which hands its token over in a header, too. */
export const limitTokenLocations: Rule = {
  name: "limit-token-locations",
  title: "Tokens come in headers alone",
  why:
    "A token in an address is in the browser's history, in logs and in the Referer of the next page. A token in a cookie " +
    "is sent by any page that makes the browser ask, with nothing of oauth2-proxy's protection against that.",
  mend: "Remove fromParams and fromCookies, and take tokens from the Authorization header.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    {
      id: "RFC 6750, section 5.3",
      url: "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
      about: "tokens don't belong in addresses, and in cookies only with protection against forged requests",
    },
    istioPage("Istio JWTRule", "reference/config/security/jwt/", "fromHeaders, fromParams and fromCookies"),
  ],
  settings: [],
  check: (manifest) =>
    jwtRulesOf(manifest).flatMap((rule) => [
      ...inspect(() =>
        rule
          .otherPlaces()
          .filter(({ value }) => value.length > 0)
          .map(({ field, value }) =>
            violation(field, `${field} is ${JSON.stringify(value)}. Remove it; the Authorization header is enough.`),
          ),
      ),
      ...rule.unknownFields().map((key) => {
        const field = join(rule.field, key);
        return violation(
          field,
          `${field} is a field that this rule doesn't know. Remove it, or report it to the authors of these rules.`,
        );
      }),
    ]),
};
