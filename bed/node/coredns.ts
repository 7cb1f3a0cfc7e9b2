import { stringify } from "yaml";
import { addresses, serverNames } from "./layout";
import { kubectl, type ProgramPaths } from "./controlPlane";

const servers = Object.values(serverNames);

/** A domain whose names a server outside of the cluster knows. */
export interface OutsideZone {
  domain: string;
  server: string;
}

/** The cluster's names, those of the company's servers, and no others: a name outside gets an answer at once, and no question leaves the machine. */
export const corefile = (outside: readonly OutsideZone[]) => `cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        ttl 30
    }
    cache 30
}
${servers.map((name) => `${name}:53`).join(" ")} {
    errors
    hosts {
        ${addresses.servers} ${servers.join(" ")}
    }
}
${outside.map(zone).join("")}.:53 {
    errors
    health
    ready
    prometheus :9153
    template ANY ANY {
        rcode NXDOMAIN
    }
    reload 2s
}
`;

const zone = ({ domain, server }: OutsideZone) => `${domain}:53 {
    errors
    forward . ${server}
}
`;

export async function configureCoreDns(programs: ProgramPaths, outside: readonly OutsideZone[] = []): Promise<void> {
  const configMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "coredns", namespace: "kube-system" },
    data: { Corefile: corefile(outside) },
  };
  await kubectl(programs, ["apply", "--server-side", "--force-conflicts", "-f", "-"], stringify(configMap));
  await kubectl(programs, ["-n", "kube-system", "scale", "deployment", "coredns", "--replicas=1"]);
}
