import { dex, namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Policy {
  ingress?: unknown[];
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
    // A whole new rule: the client spells `from` in another way than the manifest.
    change: (object) => withSpec<Policy>(object, (spec) => (spec.ingress = [{}])),
    noticedBy: ["fail-closed/network-flows"],
  },
];
