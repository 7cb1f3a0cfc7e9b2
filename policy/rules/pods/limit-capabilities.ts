import { join, listAt, mapAt } from "../../manifest";
import { ownSetting, show } from "../../readers/pods";
import { podSecurityStandards, weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachContainer } from "./containers";

const { framework, cwe } = weakness(250, "Execution with Unnecessary Privileges");

/** The one capability that the restricted policy lets a container add. */
const mayAdd = new Set(["NET_BIND_SERVICE"]);

/**
 * Every capability is dropped; only the one for ports below 1024 comes back. istio-cni, a node agent, needs others to set
 * pods' networks up, and is exempted by its name.
 */
export const limitCapabilities: Rule = {
  name: "limit-capabilities",
  title: "Capabilities are dropped",
  why:
    "Container runtimes leave a dozen of root's capabilities to every container, NET_RAW among them, with which a pod " +
    "forges its neighbours' packets.",
  mend: 'Write capabilities.drop: ["ALL"] in each container\'s securityContext, and add nothing but NET_BIND_SERVICE.',
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, podSecurityStandards],
  settings: [],
  check: (manifest) =>
    eachContainer(manifest, (_, container) => {
      const { field, value } = ownSetting(container, "capabilities");
      const { drop, add } = mapAt(value, field);
      const dropField = join(field, "drop");
      const addField = join(field, "add");
      const dropped = listAt(drop, dropField).includes("ALL");
      return [
        ...(dropped ? [] : [violation(dropField, `${dropField} is ${show(drop)}. Write ["ALL"].`)]),
        ...listAt(add, addField).flatMap((capability, index) => {
          if (mayAdd.has(String(capability))) return [];
          const place = join(addField, index);
          return [violation(place, `${place} is ${show(capability)}. Remove it; only NET_BIND_SERVICE may be added.`)];
        }),
      ];
    }),
};
