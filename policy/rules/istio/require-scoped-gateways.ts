import { type Rule } from "../../rule";
import { istioPage, weakness } from "./facts";
import { isTrue, variableFindings } from "./istiodVariables";

const { framework, reference } = weakness(668, "Exposure of Resource to Wrong Sphere");

/**
 * Istio's own default is false, so its chart as it stands is rejected. That is meant: whoever may write a Gateway in any
 * namespace can open a listener on the platform's gateway otherwise, and Kubeflow's tenants are many.
 */
export const requireScopedGateways: Rule = {
  name: "require-scoped-gateways",
  title: "A Gateway is for gateways of its namespace",
  why:
    "A Gateway resource selects pods by labels, in any namespace. Whoever may write one, in a namespace of their own, opens " +
    "a port or takes over a host on the gateway that everybody signs in at.",
  mend: 'Set PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true" in istiod\'s environment, and keep Gateways beside their gateway.',
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio environment variables",
      "reference/commands/pilot-discovery/#envvars",
      "PILOT_SCOPE_GATEWAY_TO_NAMESPACE is false by default",
    ),
  ],
  settings: [],
  check: (manifest) =>
    variableFindings(manifest, [
      {
        name: "PILOT_SCOPE_GATEWAY_TO_NAMESPACE",
        holds: isTrue,
        mend: 'Write "true": anybody with a namespace could open a listener on the gateway.',
      },
    ]),
};
