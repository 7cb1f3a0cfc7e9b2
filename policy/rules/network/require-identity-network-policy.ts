import { isMap, join } from "../../manifest";
import { isEverywhere } from "../../readers/addresses";
import { type IdentityService, identityServiceOf } from "../../readers/identity";
import { IngressPolicies } from "../../readers/ingressPolicies";
import { type Peer, takesEverything, type TrafficRule, trafficRules } from "../../readers/networkPolicies";
import { podsOf, show } from "../../readers/pods";
import { cis, nsaHardening, owasp, weakness } from "../../references";
import { type Finding, inspect, type Member, type StackRule, violation } from "../../rule";
import { eachMember } from "../eachMember";

const { framework, cwe } = weakness(284, "Improper Access Control");

/**
 * Not everybody reaches oauth2-proxy, Dex and ml-pipeline.
 *
 * NetworkPolicies only: a mesh's policies are about the sidecar, which a pod may not have, and those of a network plugin
 * (Cilium, Calico) are no part of Kubernetes. Several policies add up, so that one that lets everybody in is enough.
 */
export const requireIdentityNetworkPolicy: StackRule = {
  name: "require-identity-network-policy",
  title: "Few pods reach the identity services",
  why:
    "Pipelines believe the kubeflow-userid header of whoever reaches ml-pipeline, Dex's and oauth2-proxy's ports answer without " +
    "the gateway's policies: from any pod of the cluster, a notebook among them, unless a NetworkPolicy stops it.",
  mend: "Add a NetworkPolicy to the service's namespace whose podSelector takes its pods and whose ingress.from names the gateway's.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K05"),
    nsaHardening,
    cis("5.3.2", "every namespace has NetworkPolicies"),
    {
      id: "kubeflow/pipelines#4440",
      url: "https://github.com/kubeflow/pipelines/issues/4440",
      about: "calls from inside of the cluster carry no identity, and the API takes the header's word",
    },
  ],
  settings: [],
  checkTogether(members) {
    const policies = new IngressPolicies(members);
    const guarding = new Map<Member, IdentityService>();
    const unguarded = eachMember(this, members, (member) =>
      podsOf(member.manifest).flatMap((pod) =>
        inspect(() => {
          const service = identityServiceOf(pod);
          if (service === undefined) return [];
          const about = policies.about(pod.labels, member.namespace);
          for (const policy of about.fresh) guarding.set(policy, service);
          if (about.any) return [];
          const field = `${pod.field.replace(/(^|\.)spec$/, "$1metadata")}.labels`;
          const message =
            `${field} is selected by no NetworkPolicy for ingress in the namespace ${JSON.stringify(member.namespace)}, ` +
            `so every pod of the cluster reaches ${service}. Add one that lets in the gateway's pods.`;
          return [violation(field, message)];
        }),
      ),
    );
    const open = eachMember(this, [...guarding.keys()], (member) =>
      trafficRules(member.manifest, "ingress").flatMap((rule) =>
        inspect(() => openFindings(rule, guarding.get(member) ?? "Dex")),
      ),
    );
    return [...unguarded, ...open];
  },
};

function openFindings(rule: TrafficRule, service: IdentityService): Finding[] {
  const then = `so everybody reaches ${service}. Name the gateway's namespace and pods.`;
  if (rule.peers.length === 0) {
    const field = join(rule.field, "from");
    return [violation(field, `${field} is absent, ${then}`)];
  }
  return rule.peers.flatMap((peer) => {
    const reason = openness(peer);
    return reason === undefined ? [] : [violation(peer.field, `${peer.field} ${reason}, ${then}`)];
  });
}

function openness({ field, values }: Peer): string | undefined {
  const { ipBlock, namespaceSelector, podSelector } = values;
  if (isMap(ipBlock)) return isEverywhere(ipBlock["cidr"]) ? `has the cidr ${show(ipBlock["cidr"])}` : undefined;
  // Without a namespaceSelector the peers are in the policy's own namespace.
  if (namespaceSelector === undefined || namespaceSelector === null) return undefined;
  const everyNamespace = takesEverything(namespaceSelector, join(field, "namespaceSelector"));
  const everyPod = podSelector === undefined || podSelector === null || takesEverything(podSelector, field);
  return everyNamespace && everyPod ? "takes every pod of every namespace" : undefined;
}
