import { Denials } from "../../readers/denials";
import { isKind } from "../../readers/istio";
import { type StackRule, violation } from "../../rule";
import { about } from "./about";
import { aboutPorts } from "./aboutPorts";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(306, "Missing Authentication for Critical Function");

/** A RequestAuthentication refuses bad tokens and lets whoever has none pass, so that a policy beside it has to refuse them. */
export const requirePrincipalDenial: StackRule = {
  name: "require-principal-denial",
  title: "Whoever has no token is refused",
  why:
    "A RequestAuthentication looks at tokens that are there. A request without one passes it untouched, and only a policy " +
    "that denies requests without a principal keeps it out, whatever other policies allow.",
  mend:
    'Add an AuthorizationPolicy with the same selector, action DENY and from.source.notRequestPrincipals: ["*"], which ' +
    "leaves out /dex/* and /oauth2/* at the most.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio RequestAuthentication",
      "reference/config/security/request_authentication/",
      "a request without a token is accepted, and has no authenticated identity",
    ),
    {
      id: "kubeflow/manifests#2864",
      url: "https://github.com/kubeflow/manifests/pull/2864",
      about: "istio-ingressgateway-require-jwt is what keeps people without a token out of Kubeflow",
    },
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const denials = new Denials(members, context);
    return members
      .filter(({ manifest }) => isKind(manifest, "RequestAuthentication"))
      .flatMap((member) =>
        about(member, () => {
          const protection = denials.of(member);
          if (protection.isWhole) return [];
          const message =
            "No AuthorizationPolicy here denies requests without a principal on the workloads of this RequestAuthentication, " +
            'so whoever sends no token gets in. Add one with its selector, action DENY and notRequestPrincipals: ["*"].' +
            aboutPorts(protection);
          return [violation("spec.selector", message)];
        }),
      );
  },
};
