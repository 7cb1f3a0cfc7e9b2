import { dex, namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Policy {
  ingress?: { from?: unknown[] }[];
}

/** Who may open a connection inside. */
export const network: readonly Mutation[] = [
  {
    name: "open-dex-to-every-pod",
    breaks: "Any pod of the cluster opens connections to Dex, past the gateway.",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace: namespaces.auth,
      name: `allow-${dex.name}`,
    },
    change: (object) => withSpec<Policy>(object, ({ ingress = [] }) => ingress.forEach((rule) => delete rule.from)),
    noticedBy: ["fail-closed/network-flows"],
  },
];
