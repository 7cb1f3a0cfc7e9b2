/** The injector's policy, and the values of its templates: what sidecars and gateways get that istiod puts into pods. */
import { at, Differences, type Difference } from "../existing/difference";
import { UnreadableText } from "../unreadable";
import { readYaml } from "../yaml";
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
  const policy = at(readConfig(at(configMap, "data", "config")), "policy");
  found.expect(
    policy === "enabled",
    "policy",
    policy,
    "write enabled (global.proxy.autoInject): oauth2-proxy and Dex would run without what says who may ask them",
  );
  return found.all;
}

function readConfig(text: unknown): unknown {
  try {
    return typeof text === "string" ? readYaml(text)[0] : undefined;
  } catch (error) {
    if (error instanceof UnreadableText) {
      return undefined;
    }
    throw error;
  }
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === "string" ? (JSON.parse(text) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
