import * as ipaddr from "ipaddr.js";
import { metadataServers } from "../metadataServers";
import { type ServerNetwork } from "../network";
import { type Path } from "../schemaPlaces";
import { type Settings } from "../schema";
import { comparing } from "./comparing";

const servers = metadataServers.map((server) => ipaddr.parseCIDR(server)[0]);

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

/** The metadata server that a block holds, if any. */
function serverIn(cidr: string) {
  const block = ipaddr.parseCIDR(cidr);
  return servers.find((address) => address.kind() === block[0].kind() && address.match(block));
}

const holds = (server: { toString: () => string }, whose: string) =>
  `this block holds ${server.toString()}, where clouds hand out credentials: name ${whose} own addresses`;

/** The widest block that can be one server's addresses, in bits: a whole network of kind's (/16), a site's IPv6 (RFC 6177, /48). */
const widest = { ipv4: 16, ipv6: 48 };

export const onlyTheServersAreOpened = comparing(["cluster", "identity", "sessions"], function* (settings) {
  for (const { path, cidrs, whose } of opened(settings)) {
    for (const [index, cidr] of cidrs.entries()) {
      const [address, bits] = ipaddr.parseCIDR(cidr);
      const most = widest[address.kind()];
      // A block that holds a metadata server has a problem of its own.
      if (bits < most && serverIn(cidr) === undefined) {
        yield {
          path: [...path, index],
          value: cidr,
          mend: `this block is wider than any server's network, and all of it would be open: name ${whose} own addresses, in blocks of /${most} or narrower`,
        };
      }
    }
  }
});

export const metadataServerStaysClosed = comparing(["cluster", "identity", "sessions"], function* (settings, quote) {
  for (const { path, cidrs, whose } of opened(settings)) {
    for (const [index, cidr] of cidrs.entries()) {
      const server = serverIn(cidr);
      if (server !== undefined) {
        yield { path: [...path, index], value: cidr, mend: holds(server, whose) };
      }
    }
  }
  const { addresses, ports } = settings.cluster.dns;
  for (const [index, cidr] of addresses.entries()) {
    const server = serverIn(cidr);
    // Google Cloud's resolver is its metadata server (https://cloud.google.com/kubernetes-engine/docs/how-to/cloud-dns): at
    // the port for names, and there alone, it hands out no credentials.
    const alone = metadataServers.includes(cidr);
    if (server !== undefined && !(alone && ports.every((port) => port === 53))) {
      yield {
        path: ["cluster", "dns", "addresses", index],
        value: cidr,
        mend: alone
          ? `clouds hand out credentials at this address: where it resolves names, write 53 alone in cluster.dns.ports (${quote("cluster", ports.join(", "))})`
          : holds(server, "the resolvers'"),
      };
    }
  }
});
