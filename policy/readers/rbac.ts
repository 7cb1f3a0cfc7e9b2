import { groupOf, join, listAt, type Manifest, mapAt } from "../manifest";

/** One entry of a role's `rules`. */
export interface AccessRule {
  readonly field: string;
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** None where it is for all of them. */
  readonly resourceNames: readonly string[];
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface Subject {
  readonly field: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

export interface Binding {
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

const groups = new Set(["rbac.authorization.k8s.io", "authorization.openshift.io"]);

export function isRole(manifest: Manifest): boolean {
  return groups.has(groupOf(manifest)) && (manifest.kind === "Role" || manifest.kind === "ClusterRole");
}

export function isBinding(manifest: Manifest): boolean {
  return groups.has(groupOf(manifest)) && (manifest.kind === "RoleBinding" || manifest.kind === "ClusterRoleBinding");
}

export function accessRulesOf(role: Manifest): AccessRule[] {
  return listAt(role["rules"], "rules").map((item, index) => {
    const field = join("rules", index);
    const rule = mapAt(item, field);
    const texts = (key: string) => listAt(rule[key], join(field, key)).map(String);
    const names = texts("resourceNames");
    return {
      field,
      apiGroups: texts("apiGroups"),
      resources: texts("resources"),
      // A request that names no object, as list, watch and create do, has the empty name, and this one matches it.
      resourceNames: names.includes("") ? [] : names,
      verbs: texts("verbs"),
      nonResourceURLs: texts("nonResourceURLs"),
    };
  });
}

export function bindingOf(manifest: Manifest): Binding {
  const { kind, name } = mapAt(manifest["roleRef"], "roleRef");
  const subjects = listAt(manifest["subjects"], "subjects").map((item, index) => {
    const field = join("subjects", index);
    const subject = mapAt(item, field);
    const namespace = subject["namespace"];
    return {
      field,
      kind: textOf(subject["kind"]),
      name: textOf(subject["name"]),
      namespace: typeof namespace === "string" && namespace !== "" ? namespace : undefined,
    };
  });
  return { role: { kind: textOf(kind), name: textOf(name) }, subjects };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether a rule lets somebody do one of these things; `resource` is a whole one, without its subresources. */
export function grants(rule: AccessRule, group: string, resource: string, verbs: readonly string[]): boolean {
  return (
    (rule.apiGroups.includes(group) || rule.apiGroups.includes("*")) &&
    (rule.resources.includes(resource) || rule.resources.includes("*")) &&
    (rule.verbs.includes("*") || verbs.some((verb) => rule.verbs.includes(verb)))
  );
}

export function labelsOf(manifest: Manifest): Record<string, unknown> {
  return mapAt(mapAt(manifest["metadata"], "metadata")["labels"], "metadata.labels");
}
