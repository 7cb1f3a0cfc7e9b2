/** The webhook that puts sidecars into pods: a pod of the platform that it lets pass without one is open to its neighbours. */
import { at, Differences, type Difference, isAbsent, listOf } from "../existing/difference";
import { type LabelSelector, matches } from "../labelSelector";
import { meshObjects, type RequiredMesh } from "./requiredMesh";

export function webhookProblems(configuration: unknown, required: RequiredMesh): Difference[] {
  const { webhook, deployment } = meshObjects(required);
  const found = new Differences(`MutatingWebhookConfiguration ${webhook}`);
  const webhooks = listOf(at(configuration, "webhooks"));
  const asked = new Set<unknown>();
  for (const { namespace, labels, pods } of required.injected) {
    for (const pod of pods) {
      const matching = webhooks.filter(
        (each) => selects(at(each, "namespaceSelector"), labels) && selects(at(each, "objectSelector"), pod.labels),
      );
      matching.forEach((each) => asked.add(each));
      found.expect(
        matching.length > 0,
        `webhooks for ${namespace}/${pod.name}`,
        webhooks.map((each) => at(each, "name")),
        "name in istio.revision the revision that adds sidecars, and not a tag of it: no webhook here is asked about these pods",
      );
    }
  }
  for (const each of asked) {
    const name = `webhooks[${String(at(each, "name"))}]`;
    found.expect(
      at(each, "failurePolicy") === "Fail",
      `${name}.failurePolicy`,
      at(each, "failurePolicy"),
      "write Fail: without istiod, oauth2-proxy and Dex would start without what says who may ask them",
    );
    found.expect(
      listOf(at(each, "rules")).some(seesNewPods),
      `${name}.rules`,
      at(each, "rules"),
      "have it asked about every new pod (CREATE of pods): the platform's would start without what says who may ask them",
    );
    found.expect(
      isAbsent(at(each, "matchConditions")),
      `${name}.matchConditions`,
      at(each, "matchConditions"),
      "remove them: what they leave out gets no sidecar",
    );
    const service = at(each, "clientConfig", "service");
    found.expect(
      `${String(at(service, "namespace"))}/${String(at(service, "name"))}` === deployment,
      `${name}.clientConfig.service`,
      service ?? at(each, "clientConfig", "url"),
      `have ${deployment} asked: another istiod than the one that is looked at here would add the sidecars`,
    );
  }
  return found.all;
}

/** Whether one rule is about the creation of pods, whoever's they are. */
function seesNewPods(rule: unknown): boolean {
  const has = (key: string, ...texts: string[]) => listOf(at(rule, key)).some((text) => texts.includes(String(text)));
  const scope = at(rule, "scope");
  return (
    has("operations", "CREATE", "*") &&
    has("apiGroups", "", "*") &&
    has("apiVersions", "v1", "*") &&
    has("resources", "pods", "*", "*/*") &&
    (isAbsent(scope) || scope === "*" || scope === "Namespaced")
  );
}

/** No selector takes everything; what is none takes nothing, as for the API server, which would not have it. */
function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (isAbsent(selector)) {
    return true;
  }
  try {
    return matches(selector as LabelSelector, labels);
  } catch {
    return false;
  }
}
