/**
 * What each setting changes, and nothing else: a place is an object's kind, namespace and name, and a path in it. The
 * settings that are changed are those of a stack with everything on.
 */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Difference } from "../../program/differences";
import { type Tree } from "../../stacks/fixture";

export interface Effect {
  /** The leaf of the schema that this is the test of. */
  setting: string;
  /** Settings that the change is made to. Default: those of a stack with everything on. */
  base?: () => Tree;
  /** Path of the change, where it isn't the setting's own. */
  at?: string;
  /** Another value than the stack has. */
  value: unknown;
  /** Whether the value is a secret, as `pulumi config set --secret` makes it. */
  secret?: boolean | "certificates";
  changes: Record<string, Difference | typeof restart> | ((differences: Record<string, Difference>) => void);
}

/** In place of a difference: the pods are replaced. */
export const restart = "restart";

export const dexRestarts = {
  "Deployment auth/dex: spec.template.metadata.annotations.gatehouse/restart-on": restart,
} as const;
export const oauth2ProxyRestarts = {
  "Deployment auth/oauth2-proxy: spec.template.metadata.annotations.gatehouse/restart-on": restart,
} as const;

/** Nothing differs but at these places. */
export const onlyAt =
  (...beginnings: string[]) =>
  (found: Record<string, Difference>) => {
    for (const beginning of beginnings) {
      assert(
        Object.keys(found).some((place) => place.startsWith(beginning)),
        `${beginning} is among ${Object.keys(found).join("\n")}`,
      );
    }
    const others = Object.keys(found).filter((place) => !beginnings.some((beginning) => place.startsWith(beginning)));
    assert.deepEqual(others, []);
  };

export const inDex = (path: string) => `ConfigMap auth/dex: data.config.yaml.${path}`;
export const inOauth2Proxy = (path: string) => `ConfigMap auth/oauth2-proxy: data.oauth2-proxy.toml.${path}`;
export const connector = (path: string, difference: Difference) => ({
  [inDex(`connectors[0].${path}`)]: difference,
  ...dexRestarts,
});
export const gatewayChart = (path: string) => `Chart gatehouse-gateway: values.${path}`;
export const hstsHeader =
  "EnvoyFilter ingress/gatehouse: spec.configPatches[2].patch.value.typed_config.mutations.response_mutations[0].append.header.value";
/** The line with this beginning in a Lua filter of these files, and its place in the gateway's EnvoyFilter. */
const filterLine = (patch: number, beginning: string, ...files: string[]) => {
  const textOf = (name: string) => readFileSync(join(__dirname, "../../../documents/gateway", name), "utf8");
  const line = files
    .map(textOf)
    .join("")
    .split("\n")
    .findIndex((each) => each.startsWith(beginning));
  return `EnvoyFilter ingress/gatehouse: spec.configPatches[${patch}].patch.value.typed_config.default_source_code.inline_string[${line}]`;
};
export const groupsClaimsLine = filterLine(
  3,
  "local groups_claims",
  "session-names.lua",
  "guarded.lua",
  "identity-headers.lua",
);
export const verifiedEmailLine = filterLine(16, "local issuer", "guarded.lua", "verified-email.lua");
export const groupsClaims = (issuer: string, claim: string) =>
  `local groups_claims = { ["https://kubeflow.example.com/dex"] = "groups", ["${issuer}"] = "${claim}", ["https://kubernetes.default.svc.cluster.local"] = "groups" }`;
export const tokenRule = (path: string) => `RequestAuthentication ingress/tokens: spec.jwtRules[1].${path}`;
export const userRule = (path: string) => `AuthorizationPolicy ingress/require-user: spec.rules[1].${path}`;
export const policy = (name: string, path: string) => `NetworkPolicy ${name}: spec.${path}`;
export const namespaceOf = (name: string, peer: string) =>
  policy(name, `${peer}.namespaceSelector.matchLabels.kubernetes.io/metadata.name`);

/** The rule of all issuers: people's first, then machines'. */
export const knownIssuer = (index: number, difference: Difference) => ({
  [`AuthorizationPolicy ingress/known-issuers: spec.rules[0].when[0].notValues[${index}]`]: difference,
});
/** The rule of the clients of people's issuer: oauth2-proxy's first, then jobs'. */
export const knownClient = (index: number, difference: Difference) => ({
  [`AuthorizationPolicy ingress/known-issuers: spec.rules[1].when[1].notValues[${index}]`]: difference,
});

/** The rules of an application's groups name each issuer: first all of them, then one after the other. */
export const appIssuer = (index: number, difference: Difference) => ({
  [`AuthorizationPolicy ingress/app-grafana-d1253bc8dd56: spec.rules[0].when[0].notValues[${index}]`]: difference,
  [`AuthorizationPolicy ingress/app-grafana-d1253bc8dd56: spec.rules[${index + 1}].when[0].values[0]`]: difference,
});
export const appGroups = (index: number, claims: [string, string]) => ({
  [`AuthorizationPolicy ingress/app-grafana-d1253bc8dd56: spec.rules[${index + 1}].when[1].key`]: claims.map(
    (claim) => `request.auth.claims[${claim}]`,
  ) as Difference,
});

/** Every policy with a flow to or from the API server, and where it stands there. */
export const apiServerFlows = {
  egress: [
    policy("auth/allow-dex", "egress[1]"),
    ...["startupapicheck", "cainjector", "webhook", "cert-manager"].map((name) =>
      policy(`cert-manager/allow-${name}`, "egress[0]"),
    ),
    policy("istio-cni/allow-istio-cni-node", "egress[0]"),
    policy("istio-system/allow-istiod", "egress[1]"),
    policy("istio-system/allow-cluster-keys", "egress[0]"),
  ],
  ingress: [policy("cert-manager/allow-webhook", "ingress[0]"), policy("istio-system/allow-istiod", "ingress[5]")],
};

/** Every policy with the way to the names. */
export const dnsFlows = ["auth", "cert-manager", "gatehouse-echo", "ingress", "istio-cni", "istio-system"].map(
  (namespace) => policy(`${namespace}/allow-all`, "egress[0]"),
);

/** What reads the CA's certificate at its start only. */
export const authorityRestarts = (before: string, after: string) => ({
  "Chart istiod: values.podAnnotations.gatehouse/certificate-authority": [before, after] as Difference,
  ...oauth2ProxyRestarts,
});

export const certificates = [
  "Certificate ingress/gatehouse-internal",
  "Certificate ingress/gatehouse-edge",
  "Certificate istio-system/cluster-keys",
];

export const keySet = JSON.stringify({
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});

export const same = (places: string[], difference: Difference) =>
  Object.fromEntries(places.map((place) => [place, difference]));
