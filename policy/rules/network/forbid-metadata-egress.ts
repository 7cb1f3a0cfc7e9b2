import { isMap, join, listAt } from "../../manifest";
import { contains, isOneAddress } from "../../readers/addresses";
import { isNetworkPolicy, type Peer, type TrafficRule, trafficRules } from "../../readers/networkPolicies";
import { show } from "../../readers/pods";
import { nsaHardening, owasp, weakness } from "../../references";
import { type Finding, inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(918, "Server-Side Request Forgery (SSRF)");

/** Where a cloud gives the node's credentials to whoever asks: AWS, Azure and Google; AWS and Google under IPv6. */
const metadataServers = ["169.254.169.254", "fd00:ec2::254", "fd20:ce::254"];

/**
 * No pod gets to the cloud's metadata server because somebody opened everything.
 *
 * A rule for DNS alone passes, because nothing but names is on port 53. So does a CIDR of that one address: Workload
 * Identity needs it, and whoever writes it means it.
 */
export const forbidMetadataEgress: Rule = {
  name: "forbid-metadata-egress",
  title: "The metadata server is out of reach",
  why:
    "A request that a user makes a service send (CVE-2026-54745 in Kubeflow Pipelines) reads the node's cloud " +
    "credentials from the metadata server, when the service's egress is open.",
  mend: "Name the destinations, or write except: [169.254.169.254/32] beside 0.0.0.0/0 and except: [fd00:ec2::254/128, fd20:ce::254/128] beside ::/0.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K08"),
    nsaHardening,
    {
      id: "CVE-2026-54745",
      url: "https://github.com/kubeflow/pipelines/security/advisories/GHSA-gqww-5pj5-8fq7",
      about: "anybody could make Kubeflow Pipelines send requests to the metadata server",
    },
  ],
  settings: [],
  check(manifest) {
    if (!isNetworkPolicy(manifest)) return [];
    return trafficRules(manifest, "egress").flatMap((rule) => inspect(() => ruleFindings(rule)));
  },
};

function ruleFindings(rule: TrafficRule): Finding[] {
  if (isDns(rule)) return [];
  if (rule.peers.length > 0) return rule.peers.flatMap((peer) => inspect(() => peerFindings(peer)));
  const field = join(rule.field, "to");
  const message = `${field} is absent, so the pods reach everything, the metadata server too. Name the destinations.`;
  return [violation(field, message)];
}

function isDns({ ports }: TrafficRule): boolean {
  return ports.length > 0 && ports.every(({ port, endPort }) => port === 53 && (endPort ?? 53) === 53);
}

function peerFindings({ field, values }: Peer): Finding[] {
  const block = values["ipBlock"];
  if (!isMap(block)) return [];
  const place = join(field, "ipBlock");
  const { cidr } = block;
  if (isOneAddress(cidr)) return [];
  const except = listAt(block["except"], join(place, "except"));
  const reached = metadataServers.filter(
    (address) => contains(cidr, address) && !except.some((range) => typeof range === "string" && holds(range, address)),
  );
  if (reached.length === 0) return [];
  const missing = reached.map((address) => `${address}/${address.includes(":") ? 128 : 32}`).join(", ");
  const message = `${join(place, "cidr")} is ${show(cidr)}, which has the metadata server in it. Write except: [${missing}].`;
  return [violation(join(place, "except"), message)];
}

/** An exception that can't be read is none. */
function holds(range: string, address: string): boolean {
  return /^[0-9a-fA-F:.]+\/\d+$/.test(range) && contains(range, address);
}
