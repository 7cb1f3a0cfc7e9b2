/** Facts about the cluster. */
import { z } from "zod";
import { cidr, listOf, namespaceName, port, someOf, text } from "../fields";

/** The profiles of Istio's charts, `files/profile-platform-*.yaml`, and AKS, for which they have none. */
const platforms = ["aks", "gke", "k3d", "k3s", "microk8s", "minikube", "openshift"] as const;

const podLabelMend = "write a label of the DNS pods as key=value, such as k8s-app=kube-dns";

const podLabel = text({
  title: "label",
  mend: podLabelMend,
  pattern: /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9_.-]{1,63}=[A-Za-z0-9_.-]{1,63}$/,
});

export const clusterSettings = z
  .strictObject({
    apiServer: z
      .strictObject({
        cidrs: someOf(
          cidr,
          "name the API server's addresses: kubectl get endpointslices -n default -l kubernetes.io/service-name=kubernetes",
        ).describe(
          "Addresses of the API server, as pods reach it after the Service's translation; where the network plugin judges before it, as the Amazon VPC CNI does, also the address of the Service `kubernetes`. Blocks of /16 (IPv6: /48) or narrower. Only they may be talked to, and call the webhooks.",
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
        "Where the cluster keeps CNI plugins or rations critical pods in its own way, for which Istio's charts have profiles, or writes into other people's webhooks: `aks` tells its Admissions Enforcer to leave those of istiod and cert-manager as they are.",
      ),
    dns: z
      .strictObject({
        namespace: namespaceName.default("kube-system").describe("The namespace of the cluster's DNS pods."),
        podLabels: someOf(podLabel, podLabelMend)
          .default(["k8s-app=kube-dns"])
          .describe(
            "Labels of those pods, as `key=value`, one for each kind: with NodeLocal DNSCache on GKE also `k8s-app=node-local-dns`.",
          ),
        ports: someOf(port, "name the port on which the DNS pods listen, mostly 53")
          .default([53])
          .describe("Ports on which they listen; 5353 on OpenShift."),
        addresses: listOf(cidr)
          .default([])
          .describe(
            "Addresses of resolvers that are not pods: `169.254.20.10/32` for NodeLocal DNSCache, and the managed ones of some clouds. One that hands out credentials, too, such as Google Cloud's `169.254.169.254/32`, only alone and with port 53 alone.",
          ),
      })
      .prefault({})
      .describe("Where names are resolved."),
  })
  .describe("Facts about the cluster that only you know.");
