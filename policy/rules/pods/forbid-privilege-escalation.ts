import { ownSetting, show } from "../../readers/pods";
import { podSecurityStandards, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachContainer } from "./containers";

const { framework, cwe } = weakness(269, "Improper Privilege Management");

/** Each field with the only values it may have; the first one is the mend. */
const allowed: readonly { key: string; values: readonly unknown[]; then: string }[] = [
  // Absent means true, so that a setuid program gets what the container hasn't.
  { key: "allowPrivilegeEscalation", values: [false], then: "a process may get more rights than its parent" },
  { key: "privileged", values: [false, undefined, null], then: "the container is the node's root" },
  { key: "procMount", values: ["Default", undefined, null], then: "the kernel's own /proc is open" },
];

/**
 * No container gets more rights than it starts with. The charts of Dex and istio-cni leave the switch out, and are rejected
 * for it: absent means true.
 */
export const forbidPrivilegeEscalation: Rule = {
  name: "forbid-privilege-escalation",
  title: "Containers can't gain privileges",
  why:
    "A setuid program in the image turns a hole in a web server into root; a privileged container needs no hole at all " +
    "to own the node and every Secret on it.",
  mend: "Write allowPrivilegeEscalation: false in each container's securityContext, and remove privileged and procMount.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, podSecurityStandards],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (_, container) =>
      allowed.flatMap(({ key, values, then }) => {
        const { field, value } = ownSetting(container, key);
        if (values.includes(value)) return [];
        return [violation(field, `${field} is ${show(value)}, so ${then}. Write ${String(values[0])}.`)];
      }),
    ),
};
