import assert from "node:assert/strict";
import { type Manifest } from "../../../../policy/manifest";
import { forbidNeedlessToken } from "../../../../policy/rules/pods/forbid-needless-token";
import { forbidUnusedToken } from "../../../../policy/rules/pods/forbid-unused-token";
import { requireReadOnlyRoot } from "../../../../policy/rules/pods/require-read-only-root";
import { changed, messages, together } from "../../support";
import { container, deployment, pod } from "./fixtures";

const of = (image: string, changes: Readonly<Record<string, unknown>> = {}): Manifest =>
  changed(deployment, { "metadata.namespace": "auth", [`${container}.image`]: image, ...changes });
const proxyImage = "quay.io/oauth2-proxy/oauth2-proxy:v7.15.5";
const dexImage = "ghcr.io/dexidp/dex:v2.45.1";

describe("require-read-only-root", () => {
  const field = `${container}.securityContext.readOnlyRootFilesystem`;
  const message = (value: string, service: string) => `${field} is ${value}, in a pod of ${service}. Write true.`;

  it("lets an identity service pass whose file system is read-only", () => {
    assert.deepEqual(messages(requireReadOnlyRoot, of(proxyImage, { [field]: true })), []);
  });

  it("leaves other pods alone", () => {
    assert.deepEqual(messages(requireReadOnlyRoot, deployment), []);
  });

  for (const [image, service] of [
    [proxyImage, "oauth2-proxy"],
    ["mirror.example.com:5000/quay/oauth2-proxy:v7.15.5", "oauth2-proxy"],
    [dexImage, "Dex"],
    ["ghcr.io/kubeflow/kfp-api-server:2.17.0", "ml-pipeline"],
    ["gcr.io/ml-pipeline/api-server:2.17.0", "ml-pipeline"],
  ] as const) {
    it(`rejects ${image} where it is absent`, () => {
      assert.deepEqual(messages(requireReadOnlyRoot, of(image)), [message("absent", service)]);
    });
  }

  it("knows an image of somebody's own by the pod's labels", () => {
    const manifest = of("registry.example.com/sign-in:v1.0.0", {
      "spec.template.metadata.labels": { "app.kubernetes.io/name": "dex" },
    });
    assert.deepEqual(messages(requireReadOnlyRoot, manifest), [message("absent", "Dex")]);
  });

  it("rejects false", () => {
    assert.deepEqual(messages(requireReadOnlyRoot, of(dexImage, { [field]: false })), [message("false", "Dex")]);
  });
});

describe("forbid-needless-token", () => {
  const token = `${pod}.automountServiceAccountToken`;
  const off = { [token]: false };
  const unless = ", unless Dex stores in Kubernetes with a role for dex.coreos.com";
  const rejected = (value: string, service: "Dex" | "oauth2-proxy") =>
    `${token} is ${value}, in a pod of ${service}. Write false${service === "Dex" ? unless : ""}.`;
  const account = (automount?: boolean, name = "default"): Manifest => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: "auth" },
    ...(automount !== undefined && { automountServiceAccountToken: automount }),
  });
  const role: Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "dex-storage", namespace: "auth" },
    rules: [{ apiGroups: ["dex.coreos.com"], resources: ["authcodes"], verbs: ["get"] }],
  };
  const binding: Manifest = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "dex-storage", namespace: "auth" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "dex-storage" },
    subjects: [{ kind: "ServiceAccount", name: "dex", namespace: "auth" }],
  };
  const dex = of(dexImage, { [`${pod}.serviceAccountName`]: "dex" });

  it("lets oauth2-proxy and Dex pass without a token", () => {
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage, off), of(dexImage, off)]), []);
  });

  it("leaves other pods alone", () => {
    assert.deepEqual(together(forbidNeedlessToken, [deployment]), []);
  });

  it("rejects oauth2-proxy without a word, which means a token", () => {
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage)]), [[0, rejected("absent", "oauth2-proxy")]]);
  });

  it("rejects true", () => {
    const manifest = of(proxyImage, { [token]: true });
    assert.deepEqual(together(forbidNeedlessToken, [manifest]), [[0, rejected("true", "oauth2-proxy")]]);
  });

  it("lets a pod pass whose account has no token", () => {
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage), account(false)]), []);
  });

  it("rejects a pod that takes its account's word back", () => {
    const found = together(forbidNeedlessToken, [of(proxyImage, { [token]: true }), account(false)]);
    assert.deepEqual(found, [[0, rejected("true", "oauth2-proxy")]]);
  });

  it("rejects a pod whose account says nothing", () => {
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage), account()]), [
      [0, rejected("absent", "oauth2-proxy")],
    ]);
  });

  const volume = (audience: object) => ({
    [token]: false,
    [`${pod}.volumes`]: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "t", ...audience } }] } }],
  });

  it("rejects a token that a volume brings", () => {
    const field = `${pod}.volumes[0].projected.sources[0].serviceAccountToken`;
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage, volume({}))]), [
      [0, `${field} is a token of the API, in a pod of oauth2-proxy. Remove it.`],
    ]);
  });

  it("lets a token for somebody else pass", () => {
    assert.deepEqual(together(forbidNeedlessToken, [of(proxyImage, volume({ audience: "vault" }))]), []);
  });

  it("lets Dex pass that stores in Kubernetes", () => {
    assert.deepEqual(together(forbidNeedlessToken, [dex, role, binding]), []);
  });

  it("lets Dex pass whose role is one of the whole cluster", () => {
    const wide = changed(role, { kind: "ClusterRole", "metadata.namespace": undefined });
    const bound = changed(binding, { kind: "ClusterRoleBinding", "roleRef.kind": "ClusterRole" });
    assert.deepEqual(together(forbidNeedlessToken, [dex, wide, bound]), []);
  });

  for (const [what, objects] of [
    ["without a role", []],
    ["whose role nobody binds", [role]],
    ["whose role is bound to somebody else", [role, changed(binding, { "subjects.0.name": "other" })]],
    [
      "whose account of that name is in another namespace",
      [role, changed(binding, { "subjects.0.namespace": "team" })],
    ],
    ["whose role is for something else", [changed(role, { "rules.0.apiGroups": [""] }), binding]],
  ] as const) {
    it(`rejects Dex ${what}`, () => {
      assert.deepEqual(together(forbidNeedlessToken, [dex, ...objects]), [[0, rejected("absent", "Dex")]]);
    });
  }
});

describe("forbid-unused-token", () => {
  const token = `${pod}.automountServiceAccountToken`;
  const message = (value: string, account = "default") =>
    `${token} is ${value}, and the account team/${account} has no role here. Write false.`;
  const bound: Manifest[] = [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "web", namespace: "team" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "web", namespace: "team" },
      roleRef: { kind: "Role", name: "web" },
      subjects: [{ kind: "ServiceAccount", name: "web" }],
    },
  ];
  const named = changed(deployment, { [`${pod}.serviceAccountName`]: "web" });

  it("lets a pod pass without a token", () => {
    assert.deepEqual(together(forbidUnusedToken, [changed(deployment, { [token]: false })]), []);
  });

  it("lets a pod pass whose account has a role", () => {
    assert.deepEqual(together(forbidUnusedToken, [named, ...bound]), []);
  });

  for (const [what, subject] of [
    ["as a user", { kind: "User", name: "system:serviceaccount:team:web" }],
    ["by the group of its namespace", { kind: "Group", name: "system:serviceaccounts:team" }],
    ["by the group of all accounts", { kind: "Group", name: "system:serviceaccounts" }],
    ["by the group of whoever has a name", { kind: "Group", name: "system:authenticated" }],
  ] as const) {
    it(`lets a pod pass whose account is bound ${what}`, () => {
      const [role, binding] = bound as [Manifest, Manifest];
      assert.deepEqual(together(forbidUnusedToken, [named, role, changed(binding, { subjects: [subject] })]), []);
    });
  }

  it("lets a pod pass whose account is bound to a role that isn't here, such as view", () => {
    const binding = changed(bound[1] as Manifest, { roleRef: { kind: "ClusterRole", name: "view" } });
    assert.deepEqual(together(forbidUnusedToken, [named, binding]), []);
  });

  it("rejects a pod of the account that every namespace has", () => {
    assert.deepEqual(together(forbidUnusedToken, [deployment, ...bound]), [[0, message("absent")]]);
  });

  it("rejects a pod whose account nobody binds", () => {
    const manifest = changed(named, { [token]: true });
    assert.deepEqual(together(forbidUnusedToken, [manifest]), [[0, message("true", "web")]]);
  });

  it("reads the account under its old name", () => {
    const manifest = changed(deployment, { [`${pod}.serviceAccount`]: "web" });
    assert.deepEqual(together(forbidUnusedToken, [manifest, ...bound]), []);
  });

  it("leaves identity services to their own rule, and an operator's kinds to the operator", () => {
    const notebook = changed(deployment, { apiVersion: "kubeflow.org/v1", kind: "Notebook" });
    assert.deepEqual(together(forbidUnusedToken, [of(proxyImage), of(dexImage), notebook]), []);
  });
});
