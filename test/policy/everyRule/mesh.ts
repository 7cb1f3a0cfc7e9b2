import { type Manifest } from "../../../policy/manifest";
import { changed } from "../support";
import { apiGateway, gateway } from "../rules/gateway/fixtures";
import { envoyFilter, meshConfigMap, requestAuthentication, requirePrincipal, typed } from "../rules/istio/fixtures";
import { type Evidence, evidence, evidenceAmong } from "./evidence";

const istio = (kind: string, group: string, name: string, namespace: string, spec: object): Manifest => ({
  apiVersion: `${group}.istio.io/v1`,
  kind,
  metadata: { name, namespace },
  spec,
});
const mesh = meshConfigMap(
  "trustDomain: cluster.local\npathNormalization:\n  normalization: DECODE_AND_MERGE_SLASHES\n",
);
const strict = istio("PeerAuthentication", "security", "default", "istio-system", { mtls: { mode: "STRICT" } });
const istiod: Manifest = {
  apiVersion: "helm.sh/v3",
  kind: "Release",
  chart: "istio/istiod",
  values: {
    env: {
      PILOT_SCOPE_GATEWAY_TO_NAMESPACE: true,
      BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10",
    },
  },
};
const signIn = istio("VirtualService", "networking", "sign-in", "auth", {
  hosts: ["gate.example.com"],
  gateways: ["ingress/gate"],
  http: [
    { match: [{ uri: { prefix: "/dex/" } }], route: [{ destination: { host: "dex.auth.svc.cluster.local" } }] },
    { match: [{ uri: { prefix: "/oauth2/" } }], route: [{ destination: { host: "oauth2-proxy" } }] },
  ],
});
const proxyProtocol = envoyFilter(
  {
    name: "envoy.filters.listener.proxy_protocol",
    typed_config: typed("extensions.filters.listener.proxy_protocol.v3.ProxyProtocol", {}),
  },
  { applyTo: "LISTENER_FILTER", match: { context: "GATEWAY", listener: { portNumber: 8443 } } },
);
const annotated: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "gateway", namespace: "ingress" },
  spec: {
    template: {
      metadata: {
        labels: { istio: "ingressgateway" },
        annotations: { "proxy.istio.io/config": "connectionSettings:\n  profile: EDGE\n" },
      },
    },
  },
};
const dex: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "dex", namespace: "auth" },
  spec: { template: { spec: { containers: [{ name: "dex", image: "ghcr.io/dexidp/dex:v2.45.1" }] } } },
};
const operation = "spec.rules[0].to[0].operation";

/** Gateways, their routes, Istio and Envoy. */
export const meshEvidence: Readonly<Record<string, Evidence>> = {
  "forbid-foreign-credentials": evidence(gateway, { "spec.servers[1].tls.credentialName": "team/edge" }),
  "limit-gateway-hosts": evidence(gateway, { "spec.servers[1].hosts": ["*"] }),
  "limit-gateway-tls-modes": evidence(gateway, { "spec.servers[1].tls.mode": "PASSTHROUGH" }),
  "limit-route-namespaces": evidence(apiGateway, { "spec.listeners[1].allowedRoutes.namespaces.from": "All" }),
  "require-https-redirect": evidence(gateway, { "spec.servers[0].tls": undefined }),
  "require-modern-gateway-tls": evidence(gateway, { "spec.servers[1].tls.minProtocolVersion": "TLSV1_0" }),

  "forbid-cluster-wide-request-authentication": evidence(requestAuthentication, { "spec.selector": undefined }),
  "forbid-dotted-service-accounts": evidence(
    changed(requirePrincipal, { "spec.rules[0].from[0].source.notServiceAccounts": ["ingress/gateway"] }),
    { "spec.rules[0].from[0].source.notServiceAccounts": ["a.b"] },
  ),
  "forbid-forwarded-tokens": evidence(requestAuthentication, { "spec.jwtRules[0].forwardOriginalToken": true }),
  "forbid-fragile-denials": evidence(requirePrincipal, { [`${operation}.methods`]: ["DELETE"] }),
  "forbid-other-identities": evidence(signIn, {
    "spec.http[0].headers.request.set": { "kubeflow-userid": "admin@example.com" },
  }),
  "forbid-plaintext-mtls": evidence(strict, { "spec.mtls.mode": "PERMISSIVE" }),
  "forbid-ports-behind-proxy-protocol": evidenceAmong([requirePrincipal, proxyProtocol], {
    [`${operation}.ports`]: ["8443"],
  }),
  "forbid-removed-filters": evidence(envoyFilter({ name: "mine" }), {
    "spec.configPatches[0].patch.operation": "REMOVE",
    "spec.configPatches[0].match.listener": {},
  }),
  "forbid-tokens-in-logs": evidence(meshConfigMap("accessLogFormat: '%REQ(USER-AGENT)%'\n"), {
    "data.mesh": "accessLogFormat: '%REQ(AUTHORIZATION)%'\n",
  }),
  "forbid-underscored-headers": evidenceAmong([annotated, gateway, meshConfigMap("defaultConfig: {}\n")], {
    "spec.template.metadata.annotations": undefined,
  }),
  "limit-envoy-filters": evidence(envoyFilter({ name: "mine" }), { "spec.workloadSelector": undefined }),
  "limit-token-locations": evidence(requestAuthentication, { "spec.jwtRules[0].fromParams": ["token"] }),
  "limit-unauthenticated-paths": evidence(requirePrincipal, { [`${operation}.notPaths`]: ["*"] }),
  "require-blocked-jwks-ranges": evidence(istiod, { "values.env.BLOCKED_CIDRS_IN_JWKS_URIS": undefined }),
  "require-denial-beside-open-policies": evidence(
    istio("AuthorizationPolicy", "security", "open", "ingress", {
      action: "ALLOW",
      rules: [{ from: [{ source: { namespaces: ["ingress"] } }] }],
    }),
    { "spec.rules": [{}] },
  ),
  "require-destination-authorities": evidence(
    istio("DestinationRule", "networking", "idp", "auth", {
      host: "idp.example.com",
      trafficPolicy: { tls: { mode: "SIMPLE", caCertificates: "/etc/ca.crt" } },
    }),
    { "spec.trafficPolicy.tls.caCertificates": undefined },
  ),
  "require-fail-closed-authorization": evidence(
    envoyFilter({ typed_config: typed("extensions.filters.http.ext_authz.v3.ExtAuthz", { stat_prefix: "gate" }) }),
    { "spec.configPatches[0].patch.value.typed_config.failure_mode_allow": true },
  ),
  "require-identity-headers": evidence(requestAuthentication, {
    "spec.jwtRules[0].outputClaimToHeaders": [{ header: "kubeflow-userid", claim: "email" }],
  }),
  "require-identity-mtls": evidence(
    istio("DestinationRule", "networking", "dex", "auth", {
      host: "dex.auth.svc.cluster.local",
      trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } },
    }),
    { "spec.trafficPolicy.tls.mode": "DISABLE" },
  ),
  "require-istiod-authentication": evidence(istiod, { "values.env.XDS_AUTH": "false" }),
  "require-jwt-audiences": evidence(requestAuthentication, { "spec.jwtRules[0].audiences": undefined }),
  "require-mesh-config": {
    passes: [changed(requirePrincipal, { "spec.action": "CUSTOM" }), mesh],
    fails: [changed(requirePrincipal, { "spec.action": "CUSTOM" })],
  },
  "require-identity-sidecars": evidenceAmong(
    [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "auth", labels: { "istio-injection": "enabled" } } },
      dex,
      strict,
    ],
    { "metadata.labels": undefined },
  ),
  "require-mesh-wide-mtls": evidenceAmong(
    [
      strict,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "auth", labels: { "istio-injection": "enabled" } } },
    ],
    { "spec.selector": { matchLabels: { app: "a" } } },
  ),
  "require-path-normalization": evidenceAmong([mesh, requirePrincipal], {
    "data.mesh": "trustDomain: cluster.local\n",
  }),
  "require-principal-denial": evidenceAmong([requirePrincipal, requestAuthentication], { "spec.action": "ALLOW" }),
  "require-scoped-gateways": evidence(istiod, { "values.env.PILOT_SCOPE_GATEWAY_TO_NAMESPACE": undefined }),
  "require-sign-in-routes": evidenceAmong([signIn, requirePrincipal], { "spec.http[0].match": undefined }),
  "require-trusted-jwks": evidence(requestAuthentication, { "spec.jwtRules[0].jwksUri": "https://[::1]/keys" }),
};
