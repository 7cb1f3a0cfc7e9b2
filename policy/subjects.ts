/**
 * What rules look at, for the reference page: by chapter, and by rule where it is something else than its chapter's.
 * The readers find the settings wherever they stand, so that rules say nothing of it themselves.
 */
export const subjectsOfChapters: Readonly<Record<string, string>> = {
  "TLS and certificates":
    "Every setting of oauth2-proxy, Dex, Istio, Envoy and Node that turns verification off, in fields of objects, containers' " +
    "arguments and variables, texts of ConfigMaps and Secrets, a chart's values, and an EnvoyFilter's payload.",
  "Gateways and their routes": "Gateways of Istio and of the Gateway API, and the latter's sets of listeners.",
  "Istio and Envoy": "Istio's objects, and EnvoyFilters with what they carry.",
  "oauth2-proxy":
    "Each oauth2-proxy with the settings from its arguments and scripts, its variables (also from ConfigMaps and Secrets), TOML " +
    "and alpha YAML in ConfigMaps, Secrets and templates of Secrets, and a chart's values, wherever they stand.",
  Dex: "Dex's configuration, as YAML in a ConfigMap, a Secret or its template or in a chart's values, and the objects that Dex stores.",
  Secrets: "Every text of every object, each word of it, by its hash; those of ConfigMaps and Secrets too.",
  Pods: "Pods, and the pod templates of workloads.",
  "Access to the Kubernetes API": "Roles, ClusterRoles and their bindings.",
  "Network and ways in": "Services, gateways and NetworkPolicies.",
  Versions:
    "Images' tags, also in charts' values, the versions of charts that Releases, HelmReleases and Applications name, those of " +
    "Istio's operators, and version labels, against the table in `policy/versions/table.ts`, whose age " +
    "`npm run policy:age` checks.",
  Deployment: "Flux's Kustomizations, Argo CD's Applications, and releases of charts.",
};

const mesh = "the mesh configuration (the ConfigMap `istio`, a chart's `meshConfig`, an IstioOperator)";
const istiod = "istiod's variables, in its workload's environment and commands, and in charts' values";
const policies = "AuthorizationPolicies";
const requests = "RequestAuthentications";
const gateways = "the gateways' pods and Gateways";

export const subjectsOfRules: Readonly<Record<string, string>> = {
  "require-modern-gateway-tls": `Gateways, EnvoyFilters with a TLS context, and ${mesh}.`,
  "limit-gateway-tls-modes":
    "Gateways of Istio and of the Gateway API, the latter's sets of listeners, and routes of TCP, TLS and UDP.",
  "require-https-redirect": "Gateways, and the routes of the Gateway API that stand at their plain listeners.",
  "forbid-cluster-wide-request-authentication": `The selectors and targets of ${requests}.`,
  "require-jwt-audiences": `The JWT rules of ${requests}, and the JWT filters of EnvoyFilters.`,
  "require-trusted-jwks": `The JWT rules of ${requests}, and the JWT filters of EnvoyFilters.`,
  "limit-token-locations": `The JWT rules of ${requests}, and the JWT filters of EnvoyFilters.`,
  "forbid-forwarded-tokens": `The JWT rules of ${requests}, and the JWT filters of EnvoyFilters.`,
  "forbid-other-identities":
    "The headers of VirtualServices, HTTPRoutes and GRPCRoutes, EnvoyFilters with their Lua, WasmPlugins, TrafficExtensions, and " +
    "authorization services in " +
    `${mesh}.`,
  "limit-unauthenticated-paths": `The rules of ${policies} that send requests to sign-in or deny those without a principal.`,
  "forbid-fragile-denials": `${policies} that deny.`,
  "forbid-dotted-service-accounts": `The sources of ${policies}.`,
  "require-fail-closed-authorization": `WasmPlugins, TrafficExtensions, EnvoyFilters with ext_authz or ext_proc, the SecurityPolicies and EnvoyExtensionPolicies of Envoy Gateway, and authorization services in ${mesh}.`,
  "forbid-removed-filters": "The patches of EnvoyFilters.",
  "limit-envoy-filters": "The selectors and namespaces of EnvoyFilters.",
  "forbid-plaintext-mtls": "PeerAuthentications, with their ports.",
  "require-destination-authorities": "DestinationRules, with their subsets and ports.",
  "require-istiod-authentication": `${capital(istiod)}.`,
  "require-scoped-gateways": `${capital(istiod)}.`,
  "require-blocked-jwks-ranges": `${capital(istiod)}.`,
  "forbid-tokens-in-logs": `EnvoyFilters, Telemetries, TrafficExtensions with Lua, and ${mesh}.`,
  "require-principal-denial": `${requests} and the ${policies} for the same pods; where these name ports, Gateways, Services and NetworkPolicies too.`,
  "require-denial-beside-open-policies": `${policies} that allow everything or ask an authorization service about some requests, and those that deny for the same pods.`,
  "require-identity-headers": `All JWT rules of ${requests} for the same pods.`,
  "forbid-underscored-headers": `${capital(gateways)}, EnvoyFilters for them, ProxyConfigs and ${mesh}.`,
  "require-path-normalization": `${policies} that name paths, and ${mesh}.`,
  "require-mesh-config": `${policies} that rest on ${mesh}.`,
  "forbid-ports-behind-proxy-protocol": `${policies} that name ports, and what makes a gateway read the PROXY protocol.`,
  "require-mesh-wide-mtls": `PeerAuthentications, Namespaces whose pods get sidecars, and ${mesh}.`,
  "require-identity-sidecars":
    "Pods and pod templates of oauth2-proxy, Dex and `ml-pipeline`, with their Namespaces, where there is a mesh.",
  "require-identity-mtls": "DestinationRules, with their subsets and ports, and the namespaces of identity services.",
  "require-sign-in-routes": `VirtualServices, HTTPRoutes, and the ${policies} that leave sign-in's paths out.`,
  "require-visible-dex-configuration": "Pods and pod templates of Dex, with what they mount, and its chart's values.",
  "forbid-needless-token": "Pods and pod templates of oauth2-proxy and Dex, their ServiceAccounts, and Dex's storage.",
  "forbid-unused-token": "Pods and pod templates, their ServiceAccounts, and the bindings of these.",
  "forbid-default-credentials": "Every text of every object, those of ConfigMaps and Secrets too.",
  "forbid-rbac-wildcards": "Roles and ClusterRoles.",
  "forbid-escalation-verbs": "Roles and ClusterRoles.",
  "forbid-escalation-resources": "Roles and ClusterRoles.",
  "forbid-cluster-admin": "RoleBindings and ClusterRoleBindings.",
  "forbid-anonymous-access": "RoleBindings and ClusterRoleBindings.",
  "limit-secret-access": "ClusterRoleBindings, with the roles that they name.",
  "forbid-tenant-mesh-access":
    "Roles that tenants get, also by aggregation, and bindings of tenants with the roles that they name.",
  "limit-exposed-services": "Services.",
  "limit-gateways": "Gateways of Istio and of the Gateway API, Ingresses, and what else opens a way in.",
  "forbid-kubernetes-dashboard": "Containers' images, and the charts of Releases.",
  "forbid-metadata-egress": "The egress of NetworkPolicies.",
  "forbid-header-variables":
    "The annotation `notebooks.kubeflow.org/http-headers-request-set` of objects and pod templates, and the headers of " +
    "VirtualServices, HTTPRoutes and GRPCRoutes.",
  "require-identity-network-policy":
    "NetworkPolicies, and the pods of oauth2-proxy, Dex and `ml-pipeline` that they select.",
  "require-current-exemptions": "The pack's config.",
  "forbid-unused-exemptions": "The pack's config.",
};

/** What a rule looks at; its chapter's where nothing else is said of it. */
export function subjectsOf(rule: string, chapter: string): string | undefined {
  return subjectsOfRules[rule] ?? subjectsOfChapters[chapter];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
