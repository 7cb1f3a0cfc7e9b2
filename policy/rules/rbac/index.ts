import { type Rule, type StackRule } from "../../rule";
import { forbidAnonymousAccess } from "./forbid-anonymous-access";
import { forbidClusterAdmin } from "./forbid-cluster-admin";
import { forbidEscalationResources } from "./forbid-escalation-resources";
import { forbidEscalationVerbs } from "./forbid-escalation-verbs";
import { forbidTenantMeshAccess } from "./forbid-tenant-mesh-access";
import { forbidRbacWildcards } from "./forbid-rbac-wildcards";
import { limitSecretAccess } from "./limit-secret-access";

/** Access to the Kubernetes API. */
export const rules: readonly Rule[] = [
  forbidRbacWildcards,
  forbidClusterAdmin,
  forbidEscalationVerbs,
  forbidEscalationResources,
  forbidAnonymousAccess,
];

export const stackRules: readonly StackRule[] = [limitSecretAccess, forbidTenantMeshAccess];
