import { listAt, mapAt } from "../../manifest";
import { type Container, ownSetting, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Mended, type Rule, violation } from "../../rule";
import { eachContainer, onLinux } from "./containers";

const { framework, cwe } = weakness(269, "Improper Privilege Management");

/** Each field with the only values it may have; the first one is the mend. */
const allowed: readonly { key: string; values: readonly unknown[]; then: string }[] = [
  // Absent means true, so that a setuid program gets what the container hasn't.
  { key: "allowPrivilegeEscalation", values: [false], then: "a process may get more rights than its parent" },
  { key: "privileged", values: [false, undefined, null], then: "the container is the node's root" },
  { key: "procMount", values: ["Default", undefined, null], then: "the kernel's own /proc is open" },
];

/**
 * No container gets more rights than it starts with.
 *
 * Mended is `allowPrivilegeEscalation` alone. Whoever wrote `privileged` meant it, and nobody knows here what for.
 */
export const forbidPrivilegeEscalation: Rule = {
  name: "forbid-privilege-escalation",
  title: "Containers can't gain privileges",
  why:
    "A setuid program in the image turns a hole in a web server into root; a privileged container needs no hole at all " +
    "to own the node and every Secret on it.",
  mend: "Write allowPrivilegeEscalation: false in each container's securityContext, and remove privileged and procMount.",
  remedy:
    "Writes allowPrivilegeEscalation: false, which takes nothing from a container but what a setuid program would add; one " +
    "that is privileged is left alone.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K01"),
    podSecurityStandards,
    cis("5.2.2", "few privileged containers are admitted"),
    cis("5.2.6", "few containers are admitted that may gain privileges"),
  ],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (pod, container) =>
      allowed.flatMap(({ key, values, then }) => {
        const { field, value } = ownSetting(container, key);
        if (values.includes(value)) return [];
        const message = `${field} is ${show(value)}, so ${then}. Write ${String(values[0])}.`;
        const isMendable = key === "allowPrivilegeEscalation" && onLinux(pod) && !isPrivileged(container);
        return [violation(field, message, isMendable ? mended : undefined)];
      }),
    ),
};

const mended: Mended = { value: false };

/** With these the API server refuses `allowPrivilegeEscalation: false`: a privileged process can have every right anyway. */
function isPrivileged(container: Container): boolean {
  const { field, value } = ownSetting(container, "capabilities");
  const added = listAt(mapAt(value, field)["add"], `${field}.add`);
  const isAdmin = added.some((name) => name === "SYS_ADMIN" || name === "CAP_SYS_ADMIN");
  return isAdmin || ![undefined, null, false].includes(ownSetting(container, "privileged").value as null);
}
