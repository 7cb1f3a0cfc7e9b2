import { strict as assert } from "node:assert";
import { everythingInput } from "../../../stacks/everything";
import { type Difference } from "../../program/differences";
import { changed } from "../../stacks/fixture";
import { companyCa, givenCa } from "../../stacks/identities";
import {
  appIssuer,
  dexRestarts,
  type Effect,
  groupsClaimsLine,
  inDex,
  knownClient,
  knownIssuer,
  onlyAt,
  policy,
  same,
} from "./effect";

const ownIssuer = "https://kubernetes.default.svc.cluster.local";
const inRule = (path: string) => `RequestAuthentication ingress/tokens: spec.jwtRules[2].${path}`;
const dexAudience = "RequestAuthentication ingress/tokens: spec.jwtRules[0].audiences[1]";
const userRule = "AuthorizationPolicy ingress/require-user: spec.rules[2].when[0].values[0]";
const clientRule = (index: number, path: string) =>
  `AuthorizationPolicy ingress/machine-clients: spec.rules[${index}].${path}`;
const groups = (issuer: string) =>
  `local groups_claims = { ["https://kubeflow.example.com/dex"] = "groups", ["https://oidc.cluster.example.com"] = "groups", ["${issuer}"] = "groups" }`;
const claims = (claim: string): Record<string, Difference> =>
  same(
    ["userIDKey", "userNameKey", "claimMapping.email"].map((key) => inDex(`connectors[1].config.${key}`)),
    ["sub", claim],
  );

const publicCluster = {
  type: "public",
  issuer: "https://oidc.example.net",
  audiences: ["pipelines.kubeflow.org"],
};

/** istiod trusts other CAs than before beside the private one, and starts anew with them. */
const trusted = onlyAt(
  "Secret istio-system/gatehouse-ca: stringData.extra.pem",
  "Chart istiod: values.podAnnotations.gatehouse/given-authority",
);

const jobsAuthority = "ConfigMap auth/dex-authorities: data.connector-github-actions.pem";

/** What the proxy for the cluster's own keys consists of. */
const clusterKeys = [
  "ClusterRole gatehouse-cluster-keys",
  "ClusterRoleBinding gatehouse-cluster-keys",
  ...["Certificate", "ConfigMap", "Deployment", "PodDisruptionBudget", "Service", "ServiceAccount"].map(
    (kind) => `${kind} istio-system/cluster-keys`,
  ),
  "NetworkPolicy istio-system/allow-cluster-keys",
];

export const machines: Effect[] = [
  {
    setting: "machines.cluster.type",
    at: "machines.cluster",
    value: { type: "none" },
    changes: (found) => {
      for (const place of clusterKeys) {
        expectAbsent(found, place);
      }
      expectAbsent(found, "RequestAuthentication ingress/tokens: spec.jwtRules[2].issuer");
    },
  },
  {
    setting: "machines.cluster.issuer",
    value: "https://kubernetes.default.svc.example.net",
    changes: {
      [userRule]: [ownIssuer, "https://kubernetes.default.svc.example.net"],
      "AuthorizationPolicy ingress/machine-users: spec.rules[1].when[0].values[0]": [
        ownIssuer,
        "https://kubernetes.default.svc.example.net",
      ],
      ...knownIssuer(2, [ownIssuer, "https://kubernetes.default.svc.example.net"]),
      ...appIssuer(2, [ownIssuer, "https://kubernetes.default.svc.example.net"]),
      [inRule("issuer")]: [ownIssuer, "https://kubernetes.default.svc.example.net"],
      [groupsClaimsLine]: [groups(ownIssuer), groups("https://kubernetes.default.svc.example.net")],
    },
  },
  {
    setting: "machines.cluster.users[]",
    at: "machines.cluster.users",
    value: ["system:serviceaccount:team-a:*"],
    changes: {
      "AuthorizationPolicy ingress/machine-users: spec.rules[1].when[1].notValues[0]": [
        "system:serviceaccount:*",
        "system:serviceaccount:team-a:*",
      ],
    },
  },
  {
    setting: "machines.cluster.audiences[]",
    at: "machines.cluster.audiences",
    value: ["pipelines.kubeflow.org", "other"],
    changes: { [inRule("audiences[1]")]: [undefined, "other"] },
  },
  {
    setting: "machines.cluster.jwksUri",
    at: "machines.cluster",
    value: {
      type: "public",
      issuer: ownIssuer.replace("svc.cluster.local", "example.net"),
      audiences: ["pipelines.kubeflow.org"],
      jwksUri: "https://keys.example.net/jwks",
    },
    changes: (found) => {
      expect(found[inRule("jwksUri")], [
        "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
        "https://keys.example.net/jwks",
      ]);
      for (const place of clusterKeys) {
        expectAbsent(found, place);
      }
    },
  },
  {
    setting: "machines.connectors[].id",
    at: "machines",
    value: {
      connectors: [{ id: "jobs", issuer: "https://token.actions.githubusercontent.com" }],
      clients: [{ id: "ci", connectors: ["jobs"], users: ["repo:example/pipelines:*"] }],
    },
    changes: (found) => {
      expect(found[inDex("connectors[1].id")], ["github-actions", "jobs"]);
      expect(found[inDex("connectors[1].name")], ["github-actions", "jobs"]);
      expect(found[clientRule(0, "when[2].notValues[0]")], ["github-actions", "jobs"]);
    },
  },
  {
    setting: "machines.connectors[].issuer",
    value: "https://ci.example.com:8443",
    changes: {
      [inDex("connectors[1].config.issuer")]: [
        "https://token.actions.githubusercontent.com",
        "https://ci.example.com:8443",
      ],
      [policy("auth/allow-dex", "egress[3].ports[1].port")]: [undefined, 8443],
      [policy("auth/allow-dex", "egress[3].ports[1].protocol")]: [undefined, "TCP"],
      ...dexRestarts,
    },
  },
  {
    setting: "machines.connectors[].ca.type",
    at: "machines.connectors[0].ca",
    value: givenCa,
    changes: onlyAt(
      inDex("connectors[1].config.rootCAs"),
      "ConfigMap auth/dex-authorities",
      "Deployment auth/dex: spec.template",
    ),
  },
  {
    setting: "machines.connectors[].ca.certificate",
    base: () => changed(everythingInput, "machines.connectors[0].ca", givenCa),
    at: "machines.connectors[0].ca.certificate",
    value: companyCa + companyCa,
    changes: onlyAt(jobsAuthority, ...Object.keys(dexRestarts)),
  },
  ...(["issuers[]", "cluster"] as const).flatMap((whose): Effect[] => {
    const at = `machines.${whose.replace("[]", "[0]")}.ca`;
    const base = () => changed(everythingInput, "machines.cluster", publicCluster);
    return [
      {
        setting: `machines.${whose}.ca.type`,
        base,
        at,
        value: givenCa,
        changes: trusted,
      },
      {
        setting: `machines.${whose}.ca.certificate`,
        base: () => changed(base(), at, givenCa),
        at: `${at}.certificate`,
        value: companyCa + companyCa,
        changes: trusted,
      },
    ];
  }),
  {
    setting: "machines.connectors[].userClaim",
    value: "repository",
    changes: { ...claims("repository"), ...dexRestarts },
  },
  {
    setting: "machines.connectors[].groupsClaim",
    value: "repository",
    changes: {
      [inDex("connectors[1].config.claimMapping.groups")]: [undefined, "repository"],
      [inDex("connectors[1].config.insecureEnableGroups")]: [undefined, true],
      ...dexRestarts,
    },
  },
  {
    setting: "machines.clients[].id",
    value: "nightly",
    changes: {
      ...same([inDex("staticClients[1].id"), inDex("staticClients[1].name"), dexAudience], ["ci", "nightly"]),
      ...knownClient(1, ["ci", "nightly"]),
      ...same([clientRule(0, "when[1].values[0]"), clientRule(1, "when[1].values[0]")], ["ci", "nightly"]),
      "Secret auth/dex: stringData.MACHINE_CLIENT_SECRET_0": [
        "<generated result of dex-machine-ci-1>",
        "<generated result of dex-machine-nightly-1>",
      ],
      "RandomPassword dex-machine-ci-1": ["present", "absent"],
      "RandomPassword dex-machine-nightly-1": ["absent", "present"],
      ...dexRestarts,
    },
  },
  {
    setting: "machines.clients[].connectors[]",
    at: "machines",
    value: {
      connectors: [
        { id: "github-actions", issuer: "https://token.actions.githubusercontent.com" },
        { id: "jobs", issuer: "https://token.actions.githubusercontent.com", userClaim: "repository" },
      ],
      clients: [{ id: "ci", connectors: ["github-actions", "jobs"], users: ["repo:example/pipelines:*"] }],
    },
    changes: (found) => expect(found[clientRule(0, "when[2].notValues[1]")], [undefined, "jobs"]),
  },
  {
    setting: "machines.clients[].users[]",
    at: "machines.clients[0].users",
    value: ["repo:example/pipelines:*", "repo:example/models:*"],
    changes: { [clientRule(1, "when[2].notValues[1]")]: [undefined, "repo:example/models:*"] },
  },
  {
    setting: "rotation.machineClients",
    value: 2,
    changes: {
      "Secret auth/dex: stringData.MACHINE_CLIENT_SECRET_0": [
        "<generated result of dex-machine-ci-1>",
        "<generated result of dex-machine-ci-2>",
      ],
      "RandomPassword dex-machine-ci-1": ["present", "absent"],
      "RandomPassword dex-machine-ci-2": ["absent", "present"],
      ...dexRestarts,
    },
  },
];

function expect(found: Difference | undefined, expected: Difference): void {
  assert.deepEqual(found, expected);
}

function expectAbsent(found: Record<string, Difference>, place: string): void {
  assert(place in found, `${place} is still there, or never was`);
  assert([undefined, "absent"].includes(found[place]?.[1] as string | undefined), place);
}
