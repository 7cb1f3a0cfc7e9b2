import { join, listAt, mapAt } from "../../manifest";
import { ownSetting, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachContainer, onLinux } from "./containers";

const { framework, cwe } = weakness(250, "Execution with Unnecessary Privileges");

/** The one capability that the restricted policy lets a container add. */
const mayAdd = new Set(["NET_BIND_SERVICE"]);

/**
 * Every capability is dropped; only the one for ports below 1024 comes back.
 *
 * A remedy drops them and takes no `add` away: a capability that somebody asks for by name is needed for something.
 */
export const limitCapabilities: Rule = {
  name: "limit-capabilities",
  title: "Capabilities are dropped",
  why:
    "Container runtimes leave a dozen of root's capabilities to every container, NET_RAW among them, with which a pod " +
    "forges its neighbours' packets.",
  mend: 'Write capabilities.drop: ["ALL"] in each container\'s securityContext, and add nothing but NET_BIND_SERVICE.',
  remedy:
    'Writes capabilities.drop: ["ALL"], which takes nothing from a process that is not root and has not asked for a ' +
    "capability by name; what is in add stays.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K01"),
    podSecurityStandards,
    cis("5.2.8", "few containers are admitted with NET_RAW"),
    cis("5.2.9", "few containers are admitted with capabilities"),
  ],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (pod, container) => {
      const { field, value } = ownSetting(container, "capabilities");
      const { drop, add } = mapAt(value, field);
      const dropField = join(field, "drop");
      const addField = join(field, "add");
      const dropped = listAt(drop, dropField).includes("ALL");
      return [
        ...(dropped
          ? []
          : [
              violation(
                dropField,
                `${dropField} is ${show(drop)}. Write ["ALL"].`,
                onLinux(pod) ? { value: ["ALL"] } : undefined,
              ),
            ]),
        ...listAt(add, addField).flatMap((capability, index) => {
          if (mayAdd.has(String(capability))) return [];
          const place = join(addField, index);
          return [violation(place, `${place} is ${show(capability)}. Remove it; only NET_BIND_SERVICE may be added.`)];
        }),
      ];
    }),
};
