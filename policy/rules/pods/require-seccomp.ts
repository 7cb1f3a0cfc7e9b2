import { join, mapAt } from "../../manifest";
import { effective, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachContainer, onLinux } from "./containers";

const { framework, cwe } = weakness(653, "Improper Isolation or Compartmentalization");

const profiles = new Set(["RuntimeDefault", "Localhost"]);

/**
 * System calls are filtered. The annotations of old releases don't count: Kubernetes 1.27 stopped reading them.
 *
 * istiod's chart leaves the profile out unless its value `seccompProfile` says one, and is rejected for it.
 */
export const requireSeccomp: Rule = {
  name: "require-seccomp",
  title: "System calls are filtered",
  why:
    "Without a seccomp profile a container may make every system call, and most ways out of a container are a rare one; " +
    "the kubelet applies none by itself.",
  mend: "Write seccompProfile: { type: RuntimeDefault } in the securityContext of the pod.",
  remedy:
    "Writes seccompProfile.type: RuntimeDefault, the container runtime's own list, which leaves out system calls that " +
    "programs in containers don't make.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K01"), podSecurityStandards, cis("5.6.2", "pods have a seccomp profile")],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (pod, container) => {
      const { field, value } = effective(pod, container, "seccompProfile");
      const { type, localhostProfile } = mapAt(value, field);
      if (typeof type === "string" && profiles.has(type)) return [];
      const place = join(field, "type");
      const wide = `${join(pod.field, "securityContext")}.seccompProfile.type`;
      const where = place === wide ? "" : ` there or in ${wide}`;
      // The API server takes the name of a profile beside no other type; somebody meant Localhost.
      const isMendable = onLinux(pod) && (localhostProfile === undefined || localhostProfile === null);
      const message = `${place} is ${show(type)}. Write RuntimeDefault${where}.`;
      return [violation(place, message, isMendable ? { value: "RuntimeDefault" } : undefined)];
    }),
};
