import { isApiServerAudience } from "../../../documents/kubernetes/apiServerAudience";
import { jwtRulesOf } from "../../readers/jwtRules";
import { inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(345, "Insufficient Verification of Data Authenticity");

/**
 * Every issuer's rule says whom its tokens are for.
 *
 * A request with a token never meets oauth2-proxy, so this is the only place where anybody looks at the audience.
 */
export const requireJwtAudiences: Rule = {
  name: "require-jwt-audiences",
  title: "Tokens are for this platform",
  why:
    "A rule without audiences takes every token that its issuer has signed: one that was made for another application, " +
    "or for the cluster's API server, is then good for signing in here.",
  mend:
    "Write in audiences the client ids or audiences that tokens for this platform carry, and nothing else; of a cluster's " +
    "tokens one that has to be asked for, such as pipelines.kubeflow.org.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    {
      id: "RFC 8725, section 3.9",
      url: "https://www.rfc-editor.org/rfc/rfc8725#section-3.9",
      about: "an issuer's tokens for several parties need their audience looked at",
    },
    istioPage("Istio JWTRule", "reference/config/security/jwt/", "without audiences every token of the issuer passes"),
  ],
  settings: [],
  check: (manifest) =>
    jwtRulesOf(manifest).flatMap((rule) =>
      inspect(() => {
        const { field, value } = rule.audiences();
        if (value.length > 0 && value.every((audience) => audience.trim() !== "")) {
          const issuer = rule.issuer().value;
          return value
            .filter((audience) => isApiServerAudience(audience, issuer))
            .map((audience) => violation(field, tooCommon(field, audience)));
        }
        const message =
          `${field} is ${value.length === 0 ? "empty" : JSON.stringify(value)}, so tokens that the issuer made for ` +
          "others are taken. Name what tokens for this platform carry in aud.";
        return [violation(field, message)];
      }),
    ),
};

function tooCommon(field: string, audience: string): string {
  return (
    `${field} has ${JSON.stringify(audience)}, the audience of tokens for the API server, which are in every pod. Name one ` +
    "that tokens for this platform have to be asked for, such as pipelines.kubeflow.org."
  );
}
