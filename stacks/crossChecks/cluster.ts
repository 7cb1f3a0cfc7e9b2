import * as ipaddr from "ipaddr.js";
import { type ServerNetwork } from "../network";
import { type Path } from "../schemaPlaces";
import { type Settings } from "../schema";
import { comparing } from "./comparing";

/**
 * Metadata servers of AWS, Azure and Google Cloud, then where EKS Pod Identity, ECS and GKE's Workload Identity hand out
 * credentials.
 */
const metadataServers = [
  ...["169.254.169.254", "fd00:ec2::254", "fd20:ce::254"],
  ...["169.254.170.23", "fd00:ec2::23", "169.254.170.2", "169.254.169.252"],
].map((address) => ipaddr.parse(address));

/** Addresses that the platform may talk to, where they stand, and whose they are. */
function* opened({ cluster, identity, sessions }: Pick<Settings, "cluster" | "identity" | "sessions">) {
  yield { path: ["cluster", "apiServer", "cidrs"], cidrs: cluster.apiServer.cidrs, whose: "the API server's" };
  const { provider, connectors } = identity;
  for (const [index, connector] of connectors.entries()) {
    if (connector.type === "ldap") {
      yield* addressesOf(["identity", "connectors", index], connector.network, "the directory's");
    }
  }
  if (provider.type === "dex" && provider.storage.type === "postgres") {
    yield* addressesOf(["identity", "provider", "storage"], provider.storage.network, "the database's");
  }
  if (sessions.storage.type === "redis") {
    yield* addressesOf(["sessions", "storage"], sessions.storage.network, "the server's");
  }
}

function addressesOf(path: Path, network: ServerNetwork, whose: string) {
  return network.type === "addresses" ? [{ path: [...path, "network", "cidrs"], cidrs: network.cidrs, whose }] : [];
}

export const metadataServerStaysClosed = comparing(["cluster", "identity", "sessions"], function* (settings) {
  for (const { path, cidrs, whose } of opened(settings)) {
    for (const [index, cidr] of cidrs.entries()) {
      const block = ipaddr.parseCIDR(cidr);
      const server = metadataServers.find((address) => address.kind() === block[0].kind() && address.match(block));
      if (server !== undefined) {
        yield {
          path: [...path, index],
          value: cidr,
          mend: `this block holds ${server.toString()}, where clouds hand out credentials: name ${whose} own addresses`,
        };
      }
    }
  }
});
