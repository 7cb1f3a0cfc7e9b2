/** The values of the injector's templates: what sidecars and gateways get that istiod puts into pods. */
import { at, Differences, type Difference } from "../existing/difference";
import { meshObjects, type RequiredMesh } from "./requiredMesh";

export function injectorProblems(configMap: unknown, required: RequiredMesh): Difference[] {
  const found = new Differences(`ConfigMap ${meshObjects(required).injector}`);
  const values = parsed(at(configMap, "data", "values"));
  found.expect(
    at(values, "pilot", "cni", "enabled") === true,
    "pilot.cni.enabled",
    at(values, "pilot", "cni", "enabled"),
    "write true, and install istio-cni: sidecars would need the right to change the node's network, which the platform's namespaces refuse",
  );
  const seccomp = at(values, "global", "proxy", "seccompProfile", "type");
  found.expect(
    seccomp === "RuntimeDefault" || seccomp === "Localhost",
    "global.proxy.seccompProfile.type",
    seccomp,
    "write RuntimeDefault: the platform's namespaces refuse pods without (Pod Security Standard restricted)",
  );
  return found.all;
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
