/** The load balancer that the cluster makes for the gateway's Service. */
import { isIP } from "node:net";
import { z } from "zod";
import { cidr, listOf, text } from "../fields";

/** Kubernetes' qualified name: an optional DNS prefix, a slash, and up to 63 characters. */
const qualifiedName = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Annotations of the gateway's Service, whose values are texts whatever they look like. */
export const annotations = z
  .record(
    text({
      title: "annotation",
      mend: "write an annotation's name, such as service.beta.kubernetes.io/azure-load-balancer-internal",
      pattern: qualifiedName,
    }),
    z.string({ error: "write the annotation's value as a text, in quotes where it is a number, true or false" }),
    { error: "write a mapping from annotations to texts" },
  )
  .default({});

export const loadBalancer = z
  .strictObject({
    address: text({
      title: "IP address",
      mend: "write the IP address that was reserved for the load balancer, such as 203.0.113.10",
      pattern: /^[0-9A-Fa-f:.]{2,45}$/,
      accepts: (value) => isIP(value) !== 0,
    })
      .optional()
      .describe(
        "A reserved address (`loadBalancerIP`); AWS takes an annotation in its place. Default: the provider's choice.",
      ),
    class: text({
      title: "load balancer class",
      mend: "write a load balancer class, such as service.k8s.aws/nlb",
      pattern: qualifiedName,
    })
      .optional()
      .describe("Which implementation makes it (`loadBalancerClass`); it cannot change on a Service that exists."),
    annotations: annotations.describe(
      "Annotations of the Service, by which providers take everything else; beside `service.annotations`.",
    ),
    sourceRanges: listOf(cidr)
      .default([])
      .describe("Addresses of clients that the load balancer lets in (`loadBalancerSourceRanges`); empty lets in all."),
    externalTrafficPolicy: z
      .enum(["Local", "Cluster"], "write Local or Cluster")
      .optional()
      .describe(
        "`Local` keeps the client's address and sends only to nodes with a gateway pod; `Cluster` shows a node's address in its place. Default: `Local`.",
      ),
  })
  .prefault({})
  .describe("The Service's load balancer, where `type` is `LoadBalancer`.");
