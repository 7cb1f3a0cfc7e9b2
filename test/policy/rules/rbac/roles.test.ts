import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { type Rule } from "../../../../policy/rule";
import { forbidAnonymousAccess } from "../../../../policy/rules/rbac/forbid-anonymous-access";
import { forbidClusterAdmin } from "../../../../policy/rules/rbac/forbid-cluster-admin";
import { forbidEscalationResources } from "../../../../policy/rules/rbac/forbid-escalation-resources";
import { forbidEscalationVerbs } from "../../../../policy/rules/rbac/forbid-escalation-verbs";
import { forbidRbacWildcards } from "../../../../policy/rules/rbac/forbid-rbac-wildcards";
import { changed, messages } from "../../support";
import { binding, role } from "./fixtures";

type Case = readonly [what: string, changes: Readonly<Record<string, unknown>>, ...messages: string[]];

function suite(rule: Rule, fixture: Manifest, cases: readonly Case[]) {
  describe(rule.name, () => {
    it("lets an object pass that names what it needs", () => {
      assert.deepEqual(messages(rule, fixture), []);
    });
    for (const [what, changes, ...expected] of cases) {
      it(expected.length === 0 ? `lets ${what} pass` : `rejects ${what}`, () => {
        assert.deepEqual(messages(rule, changed(fixture, changes)), expected);
      });
    }
  });
}

const first = (rule: object) => ({ "rules.0": rule });
const everything = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
const builtIn = { "metadata.labels": { "kubernetes.io/bootstrapping": "rbac-defaults" } };

suite(forbidRbacWildcards, role, [
  ["a role without rules", { rules: undefined }],
  [
    "reading all of a named group",
    first({ apiGroups: ["security.istio.io"], resources: ["*"], verbs: ["get", "list"] }),
  ],
  [
    "every verb on a status",
    first({ apiGroups: ["networking.k8s.io"], resources: ["ingresses/status"], verbs: ["*"] }),
  ],
  ["the paths below a named one", first({ nonResourceURLs: ["/healthz/*"], verbs: ["get"] })],
  [
    "a role of Kubernetes' own",
    { ...first(everything), ...builtIn, kind: "ClusterRole", "metadata.name": "cluster-admin" },
  ],
  [
    "every group",
    first({ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] }),
    'rules[0].apiGroups has "*". Name the groups that are needed.',
  ],
  [
    "every resource with a verb that writes",
    first({ apiGroups: ["apps"], resources: ["*"], verbs: ["get", "update"] }),
    'rules[0].resources has "*". Name the resources that are needed.',
  ],
  [
    "reading all of the core group, where Secrets are",
    first({ apiGroups: [""], resources: ["*"], verbs: ["get"] }),
    'rules[0].resources has "*". Name the resources that are needed.',
  ],
  [
    "a subresource of every resource",
    first({ apiGroups: ["apps"], resources: ["*/scale"], verbs: ["update"] }),
    'rules[0].resources has "*/scale". Name the resources that are needed.',
  ],
  [
    "every verb",
    first({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] }),
    'rules[0].verbs has "*". Name the verbs that are needed.',
  ],
  [
    "every verb on the status of everything",
    first({ apiGroups: ["apps"], resources: ["*/status"], verbs: ["*"] }),
    'rules[0].resources has "*/status". Name the resources that are needed.',
    'rules[0].verbs has "*". Name the verbs that are needed.',
  ],
  [
    "every path",
    first({ nonResourceURLs: ["/*"], verbs: ["get"] }),
    'rules[0].nonResourceURLs has "/*". Name the paths that are needed.',
  ],
  [
    "a role that only calls itself Kubernetes' own",
    { ...first({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] }), ...builtIn },
    'rules[0].verbs has "*". Name the verbs that are needed.',
  ],
  ...[
    ["a ClusterRole under a name that only begins like Kubernetes' own", "ClusterRole", "system:gate2", "team"],
    ["a Role under the name of a ClusterRole", "Role", "cluster-admin", "kube-system"],
    ["a Role of Kubernetes' own name in another namespace", "Role", "system:controller:token-cleaner", "team"],
  ].map(([what = "", kind, name, namespace]): Case => [
    what,
    {
      ...first({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] }),
      ...builtIn,
      kind,
      "metadata.name": name,
      "metadata.namespace": namespace,
    },
    'rules[0].verbs has "*". Name the verbs that are needed.',
  ]),
  [
    "a Role of Kubernetes' own in its namespace",
    {
      ...first({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] }),
      ...builtIn,
      "metadata.name": "system:controller:token-cleaner",
      "metadata.namespace": "kube-system",
    },
  ],
]);

const toAdmin = { "roleRef.kind": "ClusterRole", "roleRef.name": "cluster-admin" };
const admin = (subject: string) => `subjects[0] binds the ${subject} to cluster-admin. Bind a smaller role.`;

suite(forbidClusterAdmin, binding, [
  ["the group that may do everything anyway", { ...toAdmin, subjects: [{ kind: "Group", name: "system:masters" }] }],
  ["an account", { ...toAdmin, kind: "ClusterRoleBinding" }, admin('ServiceAccount "web"')],
  ["an account in one namespace", toAdmin, admin('ServiceAccount "web"')],
  ["a person", { ...toAdmin, subjects: [{ kind: "User", name: "ada@example.com" }] }, admin('User "ada@example.com"')],
  ["a group", { ...toAdmin, subjects: [{ kind: "Group", name: "admins" }] }, admin('Group "admins"')],
  ["a role of Kubernetes' that others are bound to", { "roleRef.name": "system:auth-delegator" }],
  [
    "the API server to the kubelet's role",
    { "roleRef.name": "system:kubelet-api-admin", subjects: [{ kind: "User", name: "kube-apiserver" }] },
  ],
  [
    "Kubernetes' own binding of a controller",
    {
      ...builtIn,
      kind: "ClusterRoleBinding",
      "metadata.name": "system:controller:job-controller",
      "roleRef.name": "system:controller:job-controller",
    },
  ],
  ...["system:controller:clusterrole-aggregation-controller", "system:node", "system:aggregate-to-admin"].map(
    (name): Case => [
      `an account to ${name}`,
      { "roleRef.name": name },
      `subjects[0] binds the ServiceAccount "web" to ${name}. Bind a smaller role.`,
    ],
  ),
  [
    "another kind of that group's name",
    { ...toAdmin, subjects: [{ kind: "User", name: "system:masters" }] },
    admin('User "system:masters"'),
  ],
]);

const verbs = (list: string[], more: object = {}) =>
  first({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: list, ...more });

suite(forbidEscalationVerbs, role, [
  ["binding a role that it names", verbs(["bind"], { resourceNames: ["kubeflow-edit"] })],
  [
    "a role of Kubernetes' own",
    {
      ...verbs(["escalate"]),
      ...builtIn,
      kind: "ClusterRole",
      "metadata.name": "system:controller:clusterrole-aggregation-controller",
    },
  ],
  [
    "bind for the empty name",
    verbs(["bind"], { resourceNames: [""] }),
    'rules[0].verbs has "bind". Remove it, or name the roles in resourceNames.',
  ],
  ["bind", verbs(["get", "bind"]), 'rules[0].verbs has "bind". Remove it, or name the roles in resourceNames.'],
  [
    "bind for roles of any name",
    verbs(["bind"], { resourceNames: ["*"] }),
    'rules[0].verbs has "bind". Remove it, or name the roles in resourceNames.',
  ],
  [
    "bind for cluster-admin, by its name",
    verbs(["bind"], { resourceNames: ["kubeflow-edit", "cluster-admin"] }),
    'rules[0].verbs has "bind". Remove it, or name the roles in resourceNames.',
  ],
  ["escalate", verbs(["escalate"]), 'rules[0].verbs has "escalate". Remove it.'],
  [
    "escalate for a role that it names",
    verbs(["escalate"], { resourceNames: ["a"] }),
    'rules[0].verbs has "escalate". Remove it.',
  ],
  ["impersonate", verbs(["impersonate"]), 'rules[0].verbs has "impersonate". Remove it.'],
  [
    "impersonation's newer verbs",
    verbs(["impersonate:user-info"]),
    'rules[0].verbs has "impersonate:user-info". Remove it.',
  ],
]);

const way = (resource: string, verb: string, more: object = {}) =>
  first({ apiGroups: [""], resources: [resource], verbs: [verb], ...more });
const token = (resource: string, verb: string) =>
  `rules[0].resources has "${resource}" with "${verb}": its holder makes tokens of every account there, and is each of them. ` +
  "Remove it, or name the accounts in resourceNames.";
const proxy = (resource: string, verb: string) =>
  `rules[0].resources has "${resource}" with "${verb}": its holder runs commands in every pod of a node, with no admission ` +
  "and no audit. Remove it; metrics and logs are nodes/metrics and nodes/log.";
const signer = (verb: string) =>
  `rules[0].resources has "signers" with "${verb}": its holder makes client certificates for any user and group. ` +
  "Name signers other than kubernetes.io's in resourceNames.";
const signers = (verb: string, resourceNames: string[]) =>
  way("signers", verb, { apiGroups: ["certificates.k8s.io"], resourceNames });

suite(forbidEscalationResources, role, [
  ["tokens of an account that it names", way("serviceaccounts/token", "create", { resourceNames: ["web"] })],
  ["what the kubelet shows of itself", way("nodes/metrics", "get")],
  ["signers of somebody else, which it names", signers("approve", ["issuers.cert-manager.io/*"])],
  ["a resource of that name in another group", way("signers", "approve", { apiGroups: ["cert-manager.io"] })],
  [
    "a role of Kubernetes' own",
    { ...way("nodes/proxy", "create"), ...builtIn, kind: "ClusterRole", "metadata.name": "system:kubelet-api-admin" },
  ],
  [
    "tokens, for the empty name besides one",
    way("serviceaccounts/token", "create", { resourceNames: ["web", ""] }),
    token("serviceaccounts/token", "create"),
  ],
  ["tokens of any account", way("serviceaccounts/token", "create"), token("serviceaccounts/token", "create")],
  ["tokens, as a subresource of everything", way("*/token", "*"), token("*/token", "*")],
  [
    "tokens and the kubelet, in everything of every group",
    way("*", "create", { apiGroups: ["*"] }),
    token("*", "create"),
    proxy("*", "create"),
  ],
  ["reading the kubelet", way("nodes/proxy", "get"), proxy("nodes/proxy", "get")],
  ["a node's kubelet", way("nodes/proxy", "get", { resourceNames: ["a"] }), proxy("nodes/proxy", "get")],
  ["the kubelet, as a subresource of everything", way("*/proxy", "create"), proxy("*/proxy", "create")],
  ["approval for every signer", signers("approve", []), signer("approve")],
  ["approval for Kubernetes' own", signers("approve", ["kubernetes.io/kube-apiserver-client"]), signer("approve")],
  ["signing for all of theirs", signers("sign", ["kubernetes.io/*"]), signer("sign")],
]);

const discovery = { "roleRef.kind": "ClusterRole", "roleRef.name": "system:service-account-issuer-discovery" };
const anonymous = (subject: string, name: string) =>
  `subjects[0] binds the ${subject} to "${name}". Remove it, and bind the service account that needs the access.`;
const everybody = { subjects: [{ kind: "Group", name: "system:unauthenticated" }] };
const infoViewer = {
  kind: "ClusterRoleBinding",
  "metadata.name": "system:public-info-viewer",
  "roleRef.name": "system:public-info-viewer",
};

suite(forbidAnonymousAccess, binding, [
  ["issuer discovery for an account", discovery],
  ["Kubernetes' own binding for its health", { ...infoViewer, ...builtIn, ...everybody }],
  [
    "issuer discovery for everybody",
    { ...discovery, ...everybody },
    anonymous('Group "system:unauthenticated"', "system:service-account-issuer-discovery"),
  ],
  [
    "a role for the user without a name",
    { subjects: [{ kind: "User", name: "system:anonymous" }] },
    anonymous('User "system:anonymous"', "web"),
  ],
  [
    "a role for whoever has any name",
    { subjects: [{ kind: "Group", name: "system:authenticated" }] },
    anonymous('Group "system:authenticated"', "web"),
  ],
  [
    "a binding for health that isn't Kubernetes' own",
    { ...infoViewer, ...everybody },
    anonymous('Group "system:unauthenticated"', "system:public-info-viewer"),
  ],
  [
    "another role under the name of Kubernetes' own binding",
    { ...infoViewer, ...builtIn, ...everybody, "roleRef.name": "web" },
    anonymous('Group "system:unauthenticated"', "web"),
  ],
]);

describe("the rules about roles", () => {
  it("read roles in any version of their group", () => {
    const manifest = changed(role, { apiVersion: "rbac.authorization.k8s.io/v1beta1", "rules.0.verbs": ["*"] });
    assert.equal(messages(forbidRbacWildcards, manifest).length, 1);
  });

  it("leave another group's kind of the same name alone", () => {
    const manifest = changed(role, { apiVersion: "example.com/v1", "rules.0.verbs": ["*"] });
    assert.deepEqual(messages(forbidRbacWildcards, manifest), []);
  });
});
