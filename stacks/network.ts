/** Where a server is that the platform talks to, in the words that a NetworkPolicy has. */
import { z } from "zod";
import { cidr, namespaceName, port, someOf } from "./fields";

/**
 * A policy cannot name a host. It takes addresses for servers outside and labels for pods: an address block doesn't match
 * pods with every network plugin, and a Service's port is none of the pods'.
 */
export const serverNetwork = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("addresses").describe("A server outside of the cluster."),
    cidrs: someOf(cidr, "name the server's addresses, such as 10.20.0.5/32").describe(
      "Its addresses, after whatever the name resolves to, in blocks of /16 (IPv6: /48) or narrower.",
    ),
  }),
  z.strictObject({
    type: z.literal("namespace").describe("Pods of this cluster."),
    namespace: namespaceName.describe("Their namespace."),
    port: port
      .optional()
      .describe("The port on which the pods listen. Default: the port of the server, which may be the Service's."),
  }),
]);

export type ServerNetwork = z.output<typeof serverNetwork>;
