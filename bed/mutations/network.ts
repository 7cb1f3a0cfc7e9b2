import { dex, echo, gateway, namespaces, notebooks, oauth2Proxy } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

interface Policy {
  ingress?: unknown[];
}

interface Mtls {
  mtls: { mode: string };
}

/** Who may open a connection inside. */
export const network: readonly Mutation[] = [
  openToEveryPod("open-dex-to-every-pod", dex, {
    breaks: "Any pod of the cluster opens connections to Dex, past the gateway.",
  }),
  openToEveryPod("open-sign-in-of-notebooks-to-every-pod", notebooks.proxy, {
    breaks: "Any pod of the cluster opens connections to the notebooks' oauth2-proxy, past the gateway.",
    of: "oauth2-proxy",
    modes: ["notebooks"],
  }),
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
  withoutAccessRule("anybody-of-the-mesh-at-the-session-check-of-notebooks", notebooks.proxy, {
    breaks: "Any pod of the mesh asks the notebooks' oauth2-proxy past the gateway.",
    of: "oauth2-proxy",
    modes: ["notebooks"],
  }),
  withoutAccessRule(
    "every-path-at-the-internal-port",
    { namespace: gateway.namespace, name: "internal-paths" },
    { breaks: "The gateway's internal port has no rule, and only happens to lack routes." },
  ),
];

/** Lets everybody in by the NetworkPolicy of one part. */
function openToEveryPod(
  name: string,
  { namespace, name: part }: { namespace: string; name: string },
  what: Pick<Mutation, "breaks" | "modes" | "of">,
): Mutation {
  return {
    name,
    ...what,
    object: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace, name: `allow-${part}` },
    // A whole new rule: the client spells `from` in another way than the manifest.
    change: (object) => withSpec<Policy>(object, (spec) => (spec.ingress = [{}])),
    noticedBy: ["fail-closed/network-flows"],
  };
}

/** Takes an AuthorizationPolicy away that decides who may ask a workload, past all NetworkPolicies. */
function withoutAccessRule(
  name: string,
  { namespace, name: policy }: { namespace: string; name: string },
  what: Pick<Mutation, "breaks" | "modes" | "of">,
): Mutation {
  return {
    name,
    ...what,
    object: { apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", namespace, name: policy },
    change: () => undefined,
    noticedBy: ["fail-closed/inside-the-platform"],
  };
}
