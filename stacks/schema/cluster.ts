/** Facts about the cluster. */
import { z } from "zod";
import { cidr, listOf, namespaceName, port, someOf, text } from "../fields";

/** The profiles of Istio's charts, `files/profile-platform-*.yaml`. */
const platforms = ["gke", "k3d", "k3s", "microk8s", "minikube", "openshift"] as const;

export const clusterSettings = z
  .strictObject({
    apiServer: z
      .strictObject({
        cidrs: someOf(
          cidr,
          "name the API server's addresses: kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes",
        ).describe(
          "Addresses of the API server, as pods reach it after the Service's translation. Only they may be talked to, and call the webhooks.",
        ),
        ports: someOf(port, "name the API server's port, mostly 443 or 6443")
          .default([443, 6443])
          .describe("Ports of the API server."),
        callsWebhooksFrom: z
          .enum(["addresses", "anywhere"], "write addresses or anywhere")
          .default("addresses")
          .describe(
            "Where its calls to the webhooks of istiod and cert-manager come from: its own addresses, or, through a tunnel such as konnectivity (GKE, AKS), anywhere. Both webhooks speak TLS and only answer admission reviews.",
          ),
      })
      .describe("Where the Kubernetes API server is; NetworkPolicies cannot name it otherwise."),
    platform: z
      .enum(platforms, `write one of ${platforms.join(", ")}, or nothing for any other cluster`)
      .optional()
      .describe(
        "Where the cluster keeps CNI plugins or rations critical pods in its own way; Istio's charts have a profile for each.",
      ),
    dns: z
      .strictObject({
        namespace: namespaceName.default("kube-system").describe("The namespace of the cluster's DNS pods."),
        podLabel: text({
          title: "label",
          mend: "write one label of the DNS pods as key=value, such as k8s-app=kube-dns",
          pattern: /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9_.-]{1,63}=[A-Za-z0-9_.-]{1,63}$/,
        })
          .default("k8s-app=kube-dns")
          .describe("A label of those pods, as `key=value`."),
        ports: someOf(port, "name the port on which the DNS pods listen, mostly 53")
          .default([53])
          .describe("Ports on which they listen; 5353 on OpenShift."),
        addresses: listOf(cidr)
          .default([])
          .describe(
            "Addresses of resolvers that are not pods: `169.254.20.10/32` for NodeLocal DNSCache, and the managed ones of some clouds.",
          ),
      })
      .prefault({})
      .describe("Where names are resolved."),
  })
  .describe("Facts about the cluster that only you know.");
