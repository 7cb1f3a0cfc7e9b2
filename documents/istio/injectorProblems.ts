/** The injector's policy, and the values of its templates: what sidecars and gateways get that istiod puts into pods. */
import { at, Differences, type Difference, isAbsent, listOf, mappingOf } from "../existing/difference";
import { type LabelSelector, matches } from "../labelSelector";
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
  const proxy = at(values, "global", "proxy");
  const taken = at(proxy, "includeInboundPorts");
  found.expect(
    isAbsent(taken) || taken === "*",
    "global.proxy.includeInboundPorts",
    taken,
    "write *: requests to other ports would go past the sidecars",
  );
  const left = at(proxy, "excludeInboundPorts");
  found.expect(
    isAbsent(left),
    "global.proxy.excludeInboundPorts",
    left,
    "remove it: requests to these ports would go past the sidecars of the platform, too; pods that need it have an annotation",
  );
  const config = readConfig(at(configMap, "data", "config"));
  for (const { namespace, pods } of required.injected) {
    for (const pod of pods.filter(({ labels }) => labels["sidecar.istio.io/inject"] === undefined)) {
      const selector = listOf(at(config, "neverInjectSelector")).find((each) => mayTake(each, pod.labels));
      found.expect(
        selector === undefined,
        `neverInjectSelector for ${namespace}/${pod.name}`,
        selector,
        "name other labels: these pods would run without what says who may ask them",
      );
    }
  }
  // istio-cni reads them (cni/pkg/plugin/sidecar_redirect.go), and they win over those of the pod and the template.
  for (const [name, value] of Object.entries(mappingOf(at(config, "injectedAnnotations")))) {
    found.expect(
      !/(^|\.)sidecar\.istio\.io\//.test(name),
      `injectedAnnotations[${name}]`,
      value,
      "remove it: it would change for every pod what its sidecar takes",
    );
  }
  const policy = at(config, "policy");
  found.expect(
    policy === "enabled",
    "policy",
    policy,
    "write enabled (global.proxy.autoInject): oauth2-proxy and Dex would run without what says who may ask them",
  );
  return found.all;
}

/** Istio takes no notice of a selector that is empty or that it cannot read; what cannot be read here may be one. */
function mayTake(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (isAbsent(selector)) {
    return false;
  }
  try {
    return matches(selector as LabelSelector, labels);
  } catch {
    return true;
  }
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
