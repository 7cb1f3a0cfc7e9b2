import { dex, echo, gateway, namespaces, oauth2Proxy } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Policy {
  ingress?: unknown[];
}

interface Mtls {
  mtls: { mode: string };
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
  {
    name: "plain-text-inside",
    breaks: "Dex and oauth2-proxy take requests of pods without a sidecar, over plain HTTP.",
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      namespace: namespaces.auth,
      name: "default",
    },
    change: (object) => withSpec<Mtls>(object, ({ mtls }) => (mtls.mode = "PERMISSIVE")),
    noticedBy: ["fail-closed/inside-the-platform"],
  },
  withoutAccessRule("anybody-of-the-mesh-at-the-application", echo, {
    breaks: "Any pod of the mesh reaches the application in whatever person's name it likes.",
  }),
  withoutAccessRule("anybody-of-the-mesh-at-dex", dex, {
    breaks: "Any pod of the mesh asks Dex past the gateway, and guesses passwords where nobody counts.",
  }),
  withoutAccessRule("anybody-of-the-mesh-at-the-session-check", oauth2Proxy, {
    breaks: "Any pod of the mesh asks oauth2-proxy past the gateway, which takes the token from its answers.",
  }),
  withoutAccessRule(
    "every-path-at-the-internal-port",
    { namespace: gateway.namespace, name: "internal-paths" },
    { breaks: "The gateway's internal port has no rule, and only happens to lack routes." },
  ),
];

/** Takes an AuthorizationPolicy away that decides who may ask a workload, past all NetworkPolicies. */
function withoutAccessRule(
  name: string,
  { namespace, name: policy }: { namespace: string; name: string },
  { breaks }: Pick<Mutation, "breaks">,
): Mutation {
  return {
    name,
    breaks,
    object: { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", namespace, name: policy },
    change: () => undefined,
    noticedBy: ["fail-closed/inside-the-platform"],
  };
}
