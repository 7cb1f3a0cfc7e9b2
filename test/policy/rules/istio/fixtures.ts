import { type Manifest } from "../../../../policy/manifest";

export const selector = { matchLabels: { istio: "ingressgateway" } };

export const requestAuthentication: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "RequestAuthentication",
  metadata: { name: "tokens", namespace: "ingress" },
  spec: {
    selector,
    jwtRules: [
      {
        issuer: "https://gate.example.com/dex",
        jwksUri: "https://dex.auth.svc.cluster.local:5554/dex/keys",
        audiences: ["gate"],
        forwardOriginalToken: false,
        fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
        outputClaimToHeaders: [
          { header: "kubeflow-userid", claim: "email" },
          { header: "kubeflow-groups", claim: "groups" },
        ],
      },
    ],
  },
};

export const requirePrincipal: Manifest = {
  apiVersion: "security.istio.io/v1",
  kind: "AuthorizationPolicy",
  metadata: { name: "require-principal", namespace: "ingress" },
  spec: {
    selector,
    action: "DENY",
    rules: [
      {
        from: [{ source: { notRequestPrincipals: ["*"] } }],
        to: [{ operation: { notPaths: ["/dex/*", "/oauth2/*"] } }],
      },
    ],
  },
};

/** An EnvoyFilter with one patch of the gateway's HTTP filters. */
export function envoyFilter(value: unknown, patch: Record<string, unknown> = {}): Manifest {
  return {
    apiVersion: "networking.istio.io/v1alpha3",
    kind: "EnvoyFilter",
    metadata: { name: "filter", namespace: "ingress" },
    spec: {
      workloadSelector: { labels: { istio: "ingressgateway" } },
      configPatches: [
        {
          applyTo: "HTTP_FILTER",
          match: {
            context: "GATEWAY",
            listener: {
              filterChain: {
                filter: {
                  name: "envoy.filters.network.http_connection_manager",
                  subFilter: { name: "envoy.filters.http.router" },
                },
              },
            },
          },
          patch: { operation: "INSERT_BEFORE", value },
          ...patch,
        },
      ],
    },
  };
}

export const patchValue = "spec.configPatches[0].patch.value";

/** A message of Envoy's by the end of its type. */
export function typed(type: string, message: Record<string, unknown>): Record<string, unknown> {
  return { "@type": `type.googleapis.com/envoy.${type}`, ...message };
}

/** The ConfigMap istio with a mesh configuration in it. */
export function meshConfigMap(mesh: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio", namespace: "istio-system" },
    data: { mesh },
  };
}
