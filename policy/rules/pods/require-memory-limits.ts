import { mapAt } from "../../manifest";
import { identityServiceOf } from "../../readers/identity";
import { containersOf, show } from "../../readers/pods";
import { weakness } from "../../references";
import { type Rule, violation } from "../../rule";
import { eachPod } from "./containers";

const { framework, cwe } = weakness(770, "Allocation of Resources Without Limits or Throttling");

/**
 * Who is not signed in yet can make an identity service work, so that its memory has an end.
 *
 * Only there, and advisory: the charts of Dex and oauth2-proxy name no limits, because only an operator knows how many people
 * sign in. No limit of CPU is asked for, which slows sign-ins down and protects nobody.
 */
export const requireMemoryLimits: Rule = {
  name: "require-memory-limits",
  title: "Identity services have a limit of memory",
  why:
    "Everybody who reaches the sign-in page can make oauth2-proxy and Dex use memory. Without a limit the node runs out of it, " +
    "and takes the gateway or other people's notebooks down in place of the one pod.",
  mend: "Write resources.limits.memory in each container, for example 256Mi.",
  severity: "low",
  enforcementLevel: "advisory",
  framework,
  references: [
    cwe,
    {
      id: "Resource management",
      url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
      about: "a container beyond its limit of memory is ended, without one it takes the node's",
    },
  ],
  settings: [],
  check: (manifest) =>
    eachPod(manifest, (pod) => {
      const service = identityServiceOf(pod);
      if (service === undefined) return [];
      return containersOf(pod).flatMap(({ field, values }) => {
        const resources = mapAt(values["resources"], `${field}.resources`);
        const memory = mapAt(resources["limits"], `${field}.resources.limits`)["memory"];
        if ((typeof memory === "string" || typeof memory === "number") && /^[1-9]/.test(String(memory))) return [];
        const place = `${field}.resources.limits.memory`;
        return [violation(place, `${place} is ${show(memory)}, in a pod of ${service}. Write one, for example 256Mi.`)];
      });
    }),
};
