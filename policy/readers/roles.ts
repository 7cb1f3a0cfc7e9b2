import { join, listAt, type Manifest, mapAt, nameOf } from "../manifest";
import { type Member } from "../rule";
import { Lookup } from "./lookup";
import { type AccessRule, accessRulesOf, bindingOf, isBinding, isRole, labelsOf, type Subject } from "./rbac";
import { selects } from "./selector";

/** A rule with the role that it stands in, which is another one where roles are aggregated. */
export interface EffectiveRule extends AccessRule {
  readonly role: string;
}

/** The roles among the objects, found as bindings name them. */
export class Roles {
  readonly #byName: Lookup<Member>;
  readonly #clusterRoles: readonly Member[];
  #byLabel: Lookup<Member> | undefined;
  readonly #rules = new Map<Member, readonly EffectiveRule[]>();

  constructor(members: readonly Member[]) {
    const all = members.filter(({ manifest }) => isRole(manifest));
    this.#clusterRoles = all.filter(({ manifest }) => manifest.kind === "ClusterRole");
    this.#byName = new Lookup(all, (member) => [
      keyOf(member.manifest.kind, nameOf(member.manifest), () => member.namespace),
    ]);
  }

  find(kind: string, name: string, namespace: string): Member | undefined {
    return this.#byName.first(keyOf(kind, name, () => namespace));
  }

  /** A role's rules and, where it aggregates others, theirs, which Kubernetes copies into it. */
  rulesOf(role: Member): readonly EffectiveRule[] {
    const known = this.#rules.get(role);
    if (known) return known;
    // Each role once: where several lead to the same ones, as many ways as there are would have no end.
    const seen = new Set([role]);
    for (const one of seen) for (const other of this.#aggregated(one.manifest)) seen.add(other);
    const rules = [...seen].flatMap(({ manifest }) =>
      accessRulesOf(manifest).map((rule) => ({ ...rule, role: nameOf(manifest) })),
    );
    this.#rules.set(role, rules);
    return rules;
  }

  #aggregated(role: Manifest): readonly Member[] {
    const field = "aggregationRule.clusterRoleSelectors";
    const selectors = listAt(mapAt(role["aggregationRule"], "aggregationRule")["clusterRoleSelectors"], field);
    return selectors.flatMap((selector, index) => {
      const place = join(field, index);
      return this.#labelled(mapAt(mapAt(selector, place)["matchLabels"], `${place}.matchLabels`)).filter(
        ({ manifest }) => selects(selector, labelsOf(manifest), place),
      );
    });
  }

  /** Those that may have all of these labels. */
  #labelled(labels: Record<string, unknown>): readonly Member[] {
    const [label] = Object.entries(labels);
    if (!label) return this.#clusterRoles;
    this.#byLabel ??= new Lookup(this.#clusterRoles, ({ manifest }) =>
      Object.entries(labelsOf(manifest)).map((pair) => JSON.stringify(pair)),
    );
    return this.#byLabel.of(JSON.stringify(label));
  }
}

function keyOf(kind: string, name: string, namespace: () => string): string {
  return kind === "ClusterRole" ? `${kind} ${name}` : `${kind} ${namespace()}/${name}`;
}

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** What service accounts may do, wherever they may do it, as far as these objects say. */
export class AccountRoles {
  readonly #roles: Roles;
  readonly #bindings: Lookup<Member>;

  constructor(members: readonly Member[]) {
    this.#roles = new Roles(members);
    this.#bindings = new Lookup(
      members.filter(({ manifest }) => isBinding(manifest)),
      (binding) => bindingOf(binding.manifest).subjects.map((subject) => subjectKey(subject, () => binding.namespace)),
    );
  }

  rulesOf(account: Account): EffectiveRule[] {
    return this.#rolesOf(account).flatMap((role) => (role ? this.#roles.rulesOf(role) : []));
  }

  /** Whether it may do anything; a role that isn't among these objects, such as one of Kubernetes' own, is taken to. */
  mayAct(account: Account): boolean {
    return this.#rolesOf(account).some((role) => !role || this.#roles.rulesOf(role).length > 0);
  }

  #rolesOf(account: Account): (Member | undefined)[] {
    const bindings = new Set(namesOf(account).flatMap((name) => this.#bindings.of(name)));
    return [...bindings].map((binding) => {
      const { role } = bindingOf(binding.manifest);
      return this.#roles.find(role.kind, role.name, binding.namespace);
    });
  }
}

function subjectKey({ kind, name, namespace }: Subject, own: () => string): string {
  return kind === "ServiceAccount" ? `${kind} ${namespace ?? own()}/${name}` : `${kind} ${name}`;
}

/** An account by itself, as the user that it is for the API server, and by the groups that every account is in. */
function namesOf({ namespace, name }: Account): string[] {
  return [
    `ServiceAccount ${namespace}/${name}`,
    `User system:serviceaccount:${namespace}:${name}`,
    ...["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"].map(
      (group) => `Group ${group}`,
    ),
  ];
}
