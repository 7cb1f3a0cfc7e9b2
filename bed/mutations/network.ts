import { dex, echo, namespaces } from "../../components/topology";
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
  {
    name: "anybody-of-the-mesh-at-the-application",
    breaks: "Any pod of the mesh reaches the application in whatever person's name it likes.",
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      namespace: echo.namespace,
      name: echo.name,
    },
    change: () => undefined,
    noticedBy: ["fail-closed/inside-the-platform"],
  },
];
