import assert from "node:assert/strict";
import { type Manifest } from "../../policy/manifest";
import { stackRules } from "../../policy/pack";
import { memberOf } from "../../policy/rule";
import { runTogether } from "../../policy/run";
import { context } from "./support";

const object = (apiVersion: string, kind: string, name: string, fields: object, labels: object = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "team", labels },
  ...fields,
});
const istio = (group: string, kind: string, name: string, spec: object) =>
  object(`${group}.istio.io/v1`, kind, name, { spec });
const rbac = (kind: string, name: string, fields: object, labels: object = {}) =>
  object("rbac.authorization.k8s.io/v1", kind, name, fields, labels);
const pod = (name: string, image: string, labels: object) =>
  object("apps/v1", "Deployment", name, {
    spec: {
      template: { metadata: { labels }, spec: { serviceAccountName: name, containers: [{ name: "a", image }] } },
    },
  });
const strangers = [{ source: { notRequestPrincipals: ["*"] } }];

/** Whatever rules look for among all the other objects, one of each. */
function oneOfEach(index: number): Manifest[] {
  const name = `n${index}`;
  const selector = { matchLabels: { app: name } };
  return [
    pod(name, "ghcr.io/dexidp/dex:v2.45.1", { app: name }),
    pod(`${name}-web`, "example.com/web:v1.0.0", { istio: name }),
    object("v1", "ServiceAccount", name, {}),
    object("v1", "Namespace", name, {}, { "istio-injection": "enabled" }),
    object("networking.k8s.io/v1", "NetworkPolicy", name, { spec: { podSelector: selector } }),
    rbac("Role", name, { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] }),
    rbac("RoleBinding", name, { roleRef: { kind: "Role", name }, subjects: [{ kind: "ServiceAccount", name }] }),
    rbac("ClusterRole", name, { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: name } }] } }),
    rbac("ClusterRole", `${name}-part`, { rules: [] }, { part: name }),
    rbac("ClusterRoleBinding", name, {
      roleRef: { kind: "ClusterRole", name },
      subjects: [{ kind: "User", name: "ann@example.com" }],
    }),
    istio("security", "PeerAuthentication", name, { selector, mtls: { mode: "STRICT" } }),
    istio("security", "RequestAuthentication", name, { selector, jwtRules: [{ issuer: "https://a.example.com" }] }),
    istio("security", "AuthorizationPolicy", name, {
      selector,
      action: "DENY",
      rules: [{ from: strangers, to: [{ operation: { ports: ["8443"] } }] }],
    }),
    istio("security", "AuthorizationPolicy", `${name}-open`, { selector, action: "ALLOW", rules: [{}] }),
    istio("networking", "Gateway", name, {
      selector: { istio: name },
      servers: [{ hosts: ["a/b.example.com"], port: { number: 80, protocol: "HTTP" } }],
    }),
    istio("networking", "VirtualService", name, {
      gateways: [name],
      http: [{ match: [{ uri: { prefix: "/a" } }], route: [{ destination: { host: "a" } }] }],
    }),
    istio("networking", "EnvoyFilter", name, {
      workloadSelector: { labels: { app: name } },
      configPatches: [
        {
          applyTo: "LISTENER_FILTER",
          match: { listener: { portNumber: 8443 } },
          patch: { operation: "INSERT_FIRST", value: { name: "envoy.filters.listener.proxy_protocol", config: {} } },
        },
      ],
    }),
    object("gateway.networking.k8s.io/v1", "Gateway", name, { spec: { listeners: [{ protocol: "HTTP" }] } }),
    object("gateway.networking.k8s.io/v1", "HTTPRoute", name, { spec: { parentRefs: [{ name }], rules: [{}] } }),
    object("v1", "ConfigMap", `istio-${name}`, { data: { mesh: "defaultConfig: {}" } }),
  ];
}

describe("rules over several objects", () => {
  /** How many fields a rule reads of so many objects of each kind. */
  function reads(rule: (typeof stackRules)[number], size: number): number {
    let count = 0;
    const counting = <T extends object>(value: T): T =>
      new Proxy(value, {
        get(target, key) {
          count += 1;
          const inner: unknown = Reflect.get(target, key);
          return typeof inner === "object" && inner !== null ? counting(inner) : inner;
        },
      });
    const manifests = Array.from({ length: size }, (_, index) => oneOfEach(index)).flat();
    const members = manifests.map((manifest) => memberOf(counting(manifest), () => "default"));
    runTogether(rule, members, context);
    return count;
  }

  for (const rule of stackRules) {
    it(`${rule.name} reads twice as much of twice as many objects, and not their square`, () => {
      const [few, many] = [reads(rule, 20), reads(rule, 40)];
      assert.ok(few > 0 && many <= few * 2.1, `${few} and ${many}`);
    });
  }
});
