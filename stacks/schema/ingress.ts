/** The gateway. */
import { z } from "zod";
import { cidr, duration, listOf, namespaceName, nodePort } from "../fields";
import { annotations, loadBalancer } from "./loadBalancer";

export const ingressSettings = z
  .strictObject({
    replicas: z
      .strictObject({
        min: z
          .int("write a whole number")
          .min(1, "run at least one gateway pod")
          .max(1000, "run at most 1000 gateway pods")
          .default(2)
          .describe("Fewest gateway pods."),
        max: z
          .int("write a whole number")
          .min(1, "run at least one gateway pod")
          .max(1000, "run at most 1000 gateway pods")
          .default(5)
          .describe("Most gateway pods."),
      })
      .prefault({})
      .describe("Bounds of the gateway's autoscaler."),
    service: z
      .strictObject({
        type: z
          .enum(["LoadBalancer", "NodePort", "ClusterIP"], "write LoadBalancer, NodePort or ClusterIP")
          .default("LoadBalancer")
          .describe("How clients reach the gateway from outside the cluster."),
        annotations: annotations.describe(
          "Annotations of the Service, whatever its `type`, such as `cloud.google.com/neg` for a balancer that an Ingress makes.",
        ),
        nodePorts: z
          .strictObject({
            http: nodePort.default(30080).describe("Node port of plain HTTP, where `type` is `NodePort`."),
            https: nodePort.default(30443).describe("Node port of HTTPS, where `type` is `NodePort`."),
          })
          .prefault({})
          .describe("Fixed ports, so that a kind cluster can map the host's 80 and 443 to them."),
        loadBalancer,
      })
      .prefault({})
      .describe("The gateway's Service."),
    trustedRanges: listOf(cidr)
      .default([])
      .describe(
        "Addresses of the load balancer or proxy in front, as the gateway's pods see them; where there are any, nobody else may connect to the public ports.",
      ),
    clientAddress: z
      .strictObject({
        proxyProtocol: z
          .enum(["off", "required"], "write off or required")
          .default("off")
          .describe(
            "Whether every connection must begin with the PROXY protocol (version 1 or 2), from which the client's address is then taken; needs `trustedRanges`.",
          ),
        trustedHops: z
          .int("write a whole number")
          .min(0, "write a whole number from 0")
          .max(10, "write 10 at the most")
          .default(0)
          .describe(
            "How many proxies in front each add an address to `X-Forwarded-For`; with 0 that header is taken away and the connection's own address counts. More than 0 needs `trustedRanges`.",
          ),
      })
      .prefault({})
      .describe("Where the client's address comes from that stands in logs and in `X-Forwarded-For`."),
    applicationNamespaces: listOf(namespaceName)
      .default([])
      .describe(
        "Namespaces whose VirtualServices may route on `domain`, and whose pods the gateway may reach; no other namespace can claim a path of the gate. Whoever may write VirtualServices there reaches every application past its `groups` and under any name, so tenants' namespaces do not belong here.",
      ),
    hsts: z
      .strictObject({
        maxAge: duration.default("8760h").describe("How long browsers refuse plain HTTP (RFC 6797)."),
        includeSubdomains: z
          .boolean("write true or false")
          .default(true)
          .describe("Whether that holds for all subdomains of `domain`."),
        preload: z
          .boolean("write true or false")
          .default(false)
          .describe("Whether the domain asks to be built into browsers; it cannot be taken back quickly."),
      })
      .prefault({})
      .describe("The Strict-Transport-Security header on every HTTPS answer."),
  })
  .prefault({})
  .describe("The gateway.");
