import { bindingOf, isBinding, isBuiltIn } from "../../readers/rbac";
import { weakness } from "../../references";
import { type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(306, "Missing Authentication for Critical Function");

/**
 * Nobody without a name may do anything. The API server's own binding for /healthz, /version and the like passes.
 *
 * Kubeflow's way to let istiod read the cluster's token keys is to bind system:service-account-issuer-discovery to
 * everybody; the keys are public, but the discovery document tells every scanner that the API server is open.
 */
export const forbidAnonymousAccess: Rule = {
  name: "forbid-anonymous-access",
  title: "Nobody anonymous may do anything",
  why:
    "What is bound to system:unauthenticated or system:anonymous is open to everybody who reaches the API server, which " +
    "on most clouds is the internet.",
  mend: "Remove the subject; give the program that needs the access a service account, and bind that.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    {
      id: "kubeflow/manifests#2850",
      url: "https://github.com/kubeflow/manifests/issues/2850",
      about: "token keys that istiod has to read, which made installations open the issuer's discovery",
    },
    {
      id: "Anonymous requests",
      url: "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",
      about: "who system:anonymous and system:unauthenticated are",
    },
  ],
  settings: [],
  check(manifest) {
    if (!isBinding(manifest)) return [];
    const { role, subjects } = bindingOf(manifest);
    if (role.name === "system:public-info-viewer" && isBuiltIn(manifest)) return [];
    return subjects
      .filter(({ name }) => name === "system:unauthenticated" || name === "system:anonymous")
      .map(({ field, kind, name }) => {
        const message =
          `${field} binds the ${kind} ${JSON.stringify(name)} to ${JSON.stringify(role.name)}. ` +
          "Remove it, and bind the service account that needs the access.";
        return violation(field, message);
      });
  },
};
