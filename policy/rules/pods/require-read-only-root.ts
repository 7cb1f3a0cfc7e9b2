import { identityServiceOf } from "../../readers/identity";
import { containersOf, ownSetting, show } from "../../readers/pods";
import { nsaHardening, owasp, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachPod } from "./containers";

const { framework, cwe } = weakness(732, "Incorrect Permission Assignment for Critical Resource");

/**
 * Nobody writes into the file system of a service that sees tokens.
 *
 * Only there: the restricted policy doesn't ask for it, and what Kubeflow runs for its users (notebooks, training) has to
 * write. oauth2-proxy, Dex and the pipelines' API write nothing outside of their volumes.
 */
export const requireReadOnlyRoot: Rule = {
  name: "require-read-only-root",
  title: "Identity services can't rewrite themselves",
  why:
    "Whoever can write a file in oauth2-proxy's, Dex's or ml-pipeline's container can leave a program or a changed " +
    "sign-in page there that goes on after the hole is closed.",
  mend: "Write readOnlyRootFilesystem: true in each container's securityContext, and mount an emptyDir where it has to write.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K01"), nsaHardening],
  settings: [],
  check: (manifest) =>
    eachPod(manifest, (pod) => {
      const service = identityServiceOf(pod);
      if (service === undefined) return [];
      return containersOf(pod).flatMap((container) => {
        const { field, value } = ownSetting(container, "readOnlyRootFilesystem");
        if (value === true) return [];
        return [violation(field, `${field} is ${show(value)}, in a pod of ${service}. Write true.`)];
      });
    }),
};
