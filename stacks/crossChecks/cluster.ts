import * as ipaddr from "ipaddr.js";
import { comparing } from "./comparing";

/** Metadata servers of AWS, Azure and Google Cloud. */
const metadataServers = ["169.254.169.254", "fd00:ec2::254", "fd20:ce::254"].map((address) => ipaddr.parse(address));

export const metadataServerStaysClosed = comparing(["cluster"], function* ({ cluster }) {
  for (const [index, cidr] of cluster.apiServer.cidrs.entries()) {
    const block = ipaddr.parseCIDR(cidr);
    const server = metadataServers.find((address) => address.kind() === block[0].kind() && address.match(block));
    if (server !== undefined) {
      yield {
        path: ["cluster", "apiServer", "cidrs", index],
        value: cidr,
        mend: `this block holds ${server.toString()}, where clouds hand out credentials: name the API server's own addresses`,
      };
    }
  }
});
