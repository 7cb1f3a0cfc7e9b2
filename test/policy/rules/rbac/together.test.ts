import assert from "node:assert/strict";
import { forbidTenantMeshAccess } from "../../../../policy/rules/rbac/forbid-tenant-mesh-access";
import { limitSecretAccess } from "../../../../policy/rules/rbac/limit-secret-access";
import { defaultSettings } from "../../../../policy/settings";
import { changed, context, together } from "../../support";
import { binding, clusterBinding, clusterRole, namespaceBinding, role } from "./fixtures";

const account = { kind: "ServiceAccount", name: "web", namespace: "team" };

describe("limit-secret-access", () => {
  const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
  const reader = clusterRole("reader", [secrets]);
  const message = (who: string, where: string) =>
    `subjects[0] lets ${who} reach the Secrets of every namespace (${where}). ` +
    "Bind the role in single namespaces, or add the account to the pack's clusterControllers.";
  const rejected = message("the ServiceAccount team/web", "rules[0] of the ClusterRole reader");

  it("lets a role pass that nobody binds for the whole cluster", () => {
    const bound = namespaceBinding({ kind: "ClusterRole", name: "reader" }, account);
    assert.deepEqual(together(limitSecretAccess, [reader, bound]), []);
  });

  it("rejects a binding of it for the whole cluster", () => {
    assert.deepEqual(together(limitSecretAccess, [reader, clusterBinding("reader", account)]), [[1, rejected]]);
  });

  it("finds the role wherever it stands among the objects", () => {
    assert.deepEqual(together(limitSecretAccess, [clusterBinding("reader", account), reader]), [[0, rejected]]);
  });

  it("lets a binding pass whose role is for something else", () => {
    const other = clusterRole("reader", [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }]);
    assert.deepEqual(together(limitSecretAccess, [other, clusterBinding("reader", account)]), []);
  });

  it("lets a role pass that names its Secrets", () => {
    const named = clusterRole("reader", [{ ...secrets, resourceNames: ["web"] }]);
    assert.deepEqual(together(limitSecretAccess, [named, clusterBinding("reader", account)]), []);
  });

  it("takes an empty name for every Secret, as lists have it", () => {
    const named = clusterRole("reader", [{ ...secrets, verbs: ["list", "watch"], resourceNames: [""] }]);
    assert.deepEqual(together(limitSecretAccess, [named, clusterBinding("reader", account)]), [[1, rejected]]);
  });

  it("lets another group's resource of the same name pass", () => {
    const other = clusterRole("reader", [{ ...secrets, apiGroups: ["example.com"] }]);
    assert.deepEqual(together(limitSecretAccess, [other, clusterBinding("reader", account)]), []);
  });

  for (const verb of ["list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"]) {
    it(`takes the verb ${verb} for access`, () => {
      const other = clusterRole("reader", [{ ...secrets, verbs: [verb] }]);
      assert.deepEqual(together(limitSecretAccess, [other, clusterBinding("reader", account)]), [[1, rejected]]);
    });
  }

  for (const [what, change] of [
    ["every resource", { resources: ["*"] }],
    ["every group", { apiGroups: ["*"] }],
  ] as const) {
    it(`takes ${what} for Secrets too`, () => {
      const other = clusterRole("reader", [{ ...secrets, ...change }]);
      assert.deepEqual(together(limitSecretAccess, [other, clusterBinding("reader", account)]), [[1, rejected]]);
    });
  }

  it("follows a role that aggregates others", () => {
    const part = clusterRole("part", [secrets], { labels: { "example.com/part": "true" } });
    const whole = changed(clusterRole("reader", []), {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "example.com/part": "true" } }] },
    });
    assert.deepEqual(together(limitSecretAccess, [part, whole, clusterBinding("reader", account)]), [
      [2, message("the ServiceAccount team/web", "rules[0] of the ClusterRole part")],
    ]);
  });

  it("ends where roles aggregate each other", () => {
    const labels = { "example.com/part": "true" };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: labels }] };
    const one = changed(clusterRole("reader", [], { labels }), { aggregationRule });
    const other = changed(clusterRole("other", [], { labels }), { aggregationRule });
    assert.deepEqual(together(limitSecretAccess, [one, other, clusterBinding("reader", account)]), []);
  });

  for (const name of ["admin", "edit"]) {
    it(`knows Kubernetes' own role ${name}`, () => {
      assert.deepEqual(together(limitSecretAccess, [clusterBinding(name, account)]), [
        [0, message("the ServiceAccount team/web", `the built-in ClusterRole ${name}`)],
      ]);
    });
  }

  it("lets the controllers pass that the settings name by default", () => {
    const subjects = defaultSettings.clusterControllers.map((text) => {
      const [namespace, name] = text.split("/");
      return { kind: "ServiceAccount", name, namespace };
    });
    assert.equal(subjects.length, 4);
    assert.deepEqual(together(limitSecretAccess, [reader, clusterBinding("reader", ...subjects)]), []);
  });

  it("reads the controllers from the pack's config", () => {
    const given = { ...context, settings: { ...defaultSettings, clusterControllers: ["team/web"] } };
    assert.deepEqual(together(limitSecretAccess, [reader, clusterBinding("reader", account)], given), []);
    const other = { ...account, namespace: "cert-manager", name: "cert-manager" };
    assert.equal(together(limitSecretAccess, [reader, clusterBinding("reader", other)], given).length, 1);
  });

  it("never takes a person for a controller", () => {
    const given = { ...context, settings: { ...defaultSettings, clusterControllers: ["team/web"] } };
    const person = { kind: "User", name: "web", namespace: "team" };
    assert.deepEqual(together(limitSecretAccess, [reader, clusterBinding("reader", person)], given), [
      [1, message("the User team/web", "rules[0] of the ClusterRole reader")],
    ]);
  });

  it("lets a binding pass whose role isn't among the objects", () => {
    assert.deepEqual(together(limitSecretAccess, [clusterBinding("elsewhere", account)]), []);
  });

  it("reports an object that can't be read, and what is wrong with the others", () => {
    const broken = changed(clusterBinding("reader", account), { subjects: "web" });
    assert.deepEqual(together(limitSecretAccess, [reader, broken, clusterBinding("reader", account)]), [
      [
        1,
        'limit-secret-access can\'t check this object: subjects is the string "web", where Kubernetes expects a list. ' +
          "What can't be checked is not let through.",
      ],
      [2, rejected],
    ]);
  });
});

describe("forbid-tenant-mesh-access", () => {
  const label = "rbac.authorization.kubeflow.org/aggregate-to-kubeflow-edit";
  const routes = { apiGroups: ["networking.istio.io"], resources: ["virtualservices"], verbs: ["get", "create"] };
  const tenant = (rule: object, name = "team-edit", labels: object = { [label]: "true" }) =>
    clusterRole(name, [rule], { labels });
  const rejected = "rules[0] lets tenants create in networking.istio.io. Leave get, list and watch alone.";

  it("lets a tenant's role pass that reads", () => {
    assert.deepEqual(together(forbidTenantMeshAccess, [tenant({ ...routes, verbs: ["get", "list", "watch"] })]), []);
  });

  it("lets a tenant's role pass that writes something else", () => {
    assert.deepEqual(together(forbidTenantMeshAccess, [tenant({ ...routes, apiGroups: ["kubeflow.org"] })]), []);
  });

  it("lets an operator's role pass that writes routes", () => {
    assert.deepEqual(together(forbidTenantMeshAccess, [clusterRole("operator", [routes])]), []);
  });

  for (const key of [
    label,
    "rbac.authorization.kubeflow.org/aggregate-to-kubeflow-istio-admin",
    "rbac.authorization.k8s.io/aggregate-to-edit",
    "rbac.authorization.k8s.io/aggregate-to-admin",
  ]) {
    it(`takes a role for a tenant's that has the label ${key}`, () => {
      assert.deepEqual(together(forbidTenantMeshAccess, [tenant(routes, "team", { [key]: "true" })]), [[0, rejected]]);
    });
  }

  it("lets a role pass whose label says no", () => {
    assert.deepEqual(together(forbidTenantMeshAccess, [tenant(routes, "team", { [label]: "false" })]), []);
  });

  for (const name of ["kubeflow-edit", "kubeflow-admin", "edit"]) {
    it(`takes ${name} for a tenant's role`, () => {
      assert.deepEqual(together(forbidTenantMeshAccess, [clusterRole(name, [routes])]), [[0, rejected]]);
    });
  }

  for (const group of ["security.istio.io", "extensions.istio.io", "telemetry.istio.io", "gateway.networking.k8s.io"]) {
    it(`rejects writing in ${group}`, () => {
      const found = together(forbidTenantMeshAccess, [tenant({ ...routes, apiGroups: [group] })]);
      assert.deepEqual(found, [[0, rejected.replace("networking.istio.io", group)]]);
    });
  }

  for (const verb of ["update", "patch", "delete", "deletecollection", "*", "something-new"]) {
    it(`takes the verb ${verb} for writing`, () => {
      const found = together(forbidTenantMeshAccess, [tenant({ ...routes, verbs: [verb] })]);
      assert.deepEqual(found, [[0, rejected.replace("create", verb)]]);
    });
  }

  it("lets a status pass, which is Istio's own", () => {
    const rule = { ...routes, resources: ["virtualservices/status"] };
    assert.deepEqual(together(forbidTenantMeshAccess, [tenant(rule)]), []);
  });

  it("takes every group for the mesh's", () => {
    const found = together(forbidTenantMeshAccess, [tenant({ ...routes, apiGroups: ["*"] })]);
    assert.equal(found.length, 6);
  });

  describe("and challenges of ACME", () => {
    const challenges = { apiGroups: ["acme.cert-manager.io"], resources: ["challenges"], verbs: ["create"] };

    it("lets what cert-manager leaves to tenants pass", () => {
      const left = { ...challenges, verbs: ["delete", "deletecollection", "patch", "update"] };
      const orders = { ...challenges, resources: ["orders"], verbs: ["delete", "deletecollection"] };
      assert.deepEqual(together(forbidTenantMeshAccess, [tenant(left), tenant(orders)]), []);
    });

    it("rejects creating challenges", () => {
      assert.deepEqual(together(forbidTenantMeshAccess, [tenant(challenges)]), [
        [0, "rules[0] lets tenants create ACME's challenges. Leave get, list and watch alone."],
      ]);
    });

    it("rejects creating and changing orders", () => {
      const orders = { ...challenges, resources: ["orders"], verbs: ["create", "patch", "update"] };
      assert.deepEqual(together(forbidTenantMeshAccess, [tenant(orders)]), [
        [0, "rules[0] lets tenants create, update, patch ACME's orders. Leave get, list and watch alone."],
      ]);
    });

    it("rejects everything of the group", () => {
      const all = { ...challenges, resources: ["*"], verbs: ["*"] };
      assert.deepEqual(together(forbidTenantMeshAccess, [tenant(all)]), [
        [0, "rules[0] lets tenants * ACME's challenges. Leave get, list and watch alone."],
        [0, "rules[0] lets tenants * ACME's orders. Leave get, list and watch alone."],
      ]);
    });
  });

  describe("by a binding in a namespace", () => {
    const routeRole = changed(role, { "rules.0": routes });
    const message = (kind: string, name: string, where: string) =>
      `subjects[0] lets the ${kind} "${name}" create in networking.istio.io (${where}). Leave get, list and watch alone.`;
    const bind = (subject: object) => changed(binding, { subjects: [subject] });

    it("lets an operator's account pass", () => {
      assert.deepEqual(together(forbidTenantMeshAccess, [routeRole, binding]), []);
    });

    for (const subject of [
      { kind: "User", name: "ada@example.com" },
      { kind: "Group", name: "data" },
      { kind: "ServiceAccount", name: "default-editor", namespace: "team" },
      { kind: "Group", name: "system:authenticated" },
      { kind: "Group", name: "system:serviceaccounts:team" },
    ]) {
      it(`rejects it for the ${subject.kind} ${subject.name}`, () => {
        assert.deepEqual(together(forbidTenantMeshAccess, [routeRole, bind(subject)]), [
          [1, message(subject.kind, subject.name, "rules[0] of the Role web")],
        ]);
      });
    }

    it("lets Kubernetes' own users pass", () => {
      const controller = { kind: "User", name: "system:kube-controller-manager" };
      assert.deepEqual(together(forbidTenantMeshAccess, [routeRole, bind(controller)]), []);
    });

    it("follows a ClusterRole", () => {
      const bound = namespaceBinding({ kind: "ClusterRole", name: "operator" }, { kind: "User", name: "ada" });
      assert.deepEqual(together(forbidTenantMeshAccess, [clusterRole("operator", [routes]), bound]), [
        [1, message("User", "ada", "rules[0] of the ClusterRole operator")],
      ]);
    });

    for (const name of ["system:authenticated", "system:serviceaccounts", "system:serviceaccounts:team"]) {
      it(`rejects a binding for the whole cluster to ${name}`, () => {
        const bound = clusterBinding("operator", { kind: "Group", name });
        assert.deepEqual(together(forbidTenantMeshAccess, [clusterRole("operator", [routes]), bound]), [
          [1, message("Group", name, "rules[0] of the ClusterRole operator")],
        ]);
      });
    }

    it("lets a binding for the whole cluster to people pass, who run it", () => {
      const bound = clusterBinding("operator", { kind: "Group", name: "operators" });
      assert.deepEqual(together(forbidTenantMeshAccess, [clusterRole("operator", [routes]), bound]), []);
    });

    it("says once what is wrong with a tenant's role", () => {
      const bound = namespaceBinding({ kind: "ClusterRole", name: "kubeflow-edit" }, { kind: "User", name: "ada" });
      assert.deepEqual(together(forbidTenantMeshAccess, [bound, clusterRole("kubeflow-edit", [routes])]), [
        [1, rejected],
      ]);
    });

    it("doesn't take a Role of another namespace for the bound one", () => {
      const elsewhere = changed(routeRole, { "metadata.namespace": "other" });
      assert.deepEqual(together(forbidTenantMeshAccess, [elsewhere, bind({ kind: "User", name: "ada" })]), []);
    });
  });
});
