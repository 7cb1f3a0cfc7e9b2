import { isOff, show } from "../../readers/istio";
import { jwtRulesOf } from "../../readers/jwtRules";
import { inspect, type Rule, violation } from "../../rule";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(522, "Insufficiently Protected Credentials");

/**
 * Advisory, because a backend that asks Kubernetes as the user needs the token: Kubeflow Pipelines takes one from pods of the
 * cluster. For notebooks, whose images anybody chooses, it is a theft waiting to happen.
 */
export const forbidForwardedTokens: Rule = {
  name: "forbid-forwarded-tokens",
  title: "Backends don't get the user's token",
  why:
    "With the original token every backend, a notebook of somebody else among them, can act as whoever opens it, here and " +
    "wherever else the token is good. What a backend needs to know is in kubeflow-userid and kubeflow-groups.",
  mend: "Write forwardOriginalToken: false, or keep the token to the one backend that needs it.",
  severity: "medium",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    {
      id: "GHSA-qjw6-hpc7-w36h",
      url: "https://github.com/kubeflow/notebooks/pull/562",
      about: "a notebook gets the session of whoever opens it",
    },
    istioPage(
      "Istio JWTRule",
      "reference/config/security/jwt/",
      "forwardOriginalToken keeps the token for the backend",
    ),
  ],
  settings: [],
  check: (manifest) =>
    jwtRulesOf(manifest).flatMap((rule) =>
      inspect(() => {
        const { field, value } = rule.forwards();
        if (isOff(value)) return [];
        return [violation(field, `${field} is ${show(value)}, so every backend gets the user's token. Write false.`)];
      }),
    ),
};
