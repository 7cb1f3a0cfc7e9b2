import { isBuiltIn } from "../../readers/builtInRoles";
import { bindingOf, isBinding } from "../../readers/rbac";
import { owasp, weakness } from "../../references";
import { type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(306, "Missing Authentication for Critical Function");

const anybody = ["system:unauthenticated", "system:anonymous", "system:authenticated"];

/** What the API server binds to them itself. */
const ownRoles = ["system:public-info-viewer", "system:discovery", "system:basic-user"];

/**
 * Nobody without a name may do anything. The API server's own bindings, for /healthz, /version and the like, pass.
 *
 * `system:authenticated` is everybody with any name at all: on GKE whoever has an account at Google, elsewhere every service
 * account of the cluster, those of notebooks among them.
 *
 * Kubeflow's way to let istiod read the cluster's token keys is to bind system:service-account-issuer-discovery to
 * everybody; the keys are public, but the discovery document tells every scanner that the API server is open.
 */
export const forbidAnonymousAccess: Rule = {
  name: "forbid-anonymous-access",
  title: "Nobody may do anything without a name, or with just any",
  why:
    "What is bound to system:unauthenticated or system:anonymous is open to everybody who reaches the API server, which " +
    "on most clouds is the internet; and system:authenticated is whoever has some account, on GKE any of Google's.",
  mend: "Remove the subject; give the program that needs the access a service account, and bind that.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K02"),
    {
      id: "kubeflow/manifests#2850",
      url: "https://github.com/kubeflow/manifests/issues/2850",
      about: "token keys that istiod has to read, which made installations open the issuer's discovery",
    },
    {
      id: "CIS GKE Benchmark 4.1.8, 4.1.9, 4.1.10",
      url: "https://www.cisecurity.org/benchmark/google_kubernetes_engine",
      about: "no bindings of one's own to system:anonymous, system:unauthenticated and system:authenticated",
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
    if (ownRoles.includes(role.name) && isBuiltIn(manifest)) return [];
    return subjects
      .filter(({ name }) => anybody.includes(name))
      .map(({ field, kind, name }) => {
        const message =
          `${field} binds the ${kind} ${JSON.stringify(name)} to ${JSON.stringify(role.name)}. ` +
          "Remove it, and bind the service account that needs the access.";
        return violation(field, message);
      });
  },
};
