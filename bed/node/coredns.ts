import { stringify } from "yaml";
import { kubectl, type ProgramPaths } from "./controlPlane";

/** The cluster's names and no others: a name outside gets an answer at once, and no question leaves the machine. */
const corefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :9153
    cache 30
    template ANY ANY {
        rcode NXDOMAIN
    }
    reload 2s
}
`;

export async function configureCoreDns(programs: ProgramPaths): Promise<void> {
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "coredns", namespace: "kube-system" },
    data: { Corefile: corefile },
  };
  await kubectl(programs, ["apply", "--server-side", "--force-conflicts", "-f", "-"], stringify(configMap));
  await kubectl(programs, ["-n", "kube-system", "scale", "deployment", "coredns", "--replicas=1"]);
}
