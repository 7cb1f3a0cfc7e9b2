/** Compares a cert-manager that somebody else installed with what the platform's issuers need. */
import { at, Differences, type Difference } from "../existing/difference";
import { containerOf, flag, parsed, versionOf } from "../existing/workload";

export interface RequiredCertManager {
  namespace: string;
  /** Where ClusterIssuers look for their Secrets. */
  clusterResourceNamespace: string;
  /** The version that this release is tested with. */
  version: string;
  /** Whether an Issuer is to use the identity of cert-manager's own pod (DNS-01 with workload identity). */
  ambientCredentials: boolean;
  /** Labels that its pods need for that. */
  podLabels: Readonly<Record<string, string>>;
}

export interface FoundCertManager {
  deployment: unknown;
  /** The ClusterRole that the chart adds to `edit` and `admin`. */
  editRole: unknown;
}

/** As the chart calls them under its usual release name, and the static manifests always. */
export const certManagerObjects = {
  deployment: "cert-manager",
  serviceAccount: "cert-manager",
  editRole: "cert-manager-edit",
} as const;

const container = "cert-manager-controller";

export function certManagerProblems(
  { deployment, editRole }: FoundCertManager,
  required: RequiredCertManager,
): Difference[] {
  const found = new Differences(`Deployment ${required.namespace}/${certManagerObjects.deployment}`);
  const controller = containerOf(deployment, container);
  if (controller === undefined) {
    found.add(
      `container ${container}`,
      undefined,
      "name the cert-manager that its own chart or manifest has installed",
    );
    return found.all;
  }
  const { args } = controller;
  const version = versionOf(deployment, controller.image) ?? controller.image;
  found.expect(
    isRecent(version, required.version),
    "version",
    version,
    `run ${required.version} or later of the same major version`,
  );
  const account = at(deployment, "spec", "template", "spec", "serviceAccountName");
  found.expect(
    account === certManagerObjects.serviceAccount,
    "serviceAccountName",
    account,
    `write ${certManagerObjects.serviceAccount}: the platform gives its rights to that account`,
  );
  // The controller's own default (cmd/controller of cert-manager).
  const namespace = flag(args, "cluster-resource-namespace") ?? "kube-system";
  found.expect(
    namespace.replace("$(POD_NAMESPACE)", required.namespace) === required.clusterResourceNamespace,
    "--cluster-resource-namespace",
    namespace,
    `write ${required.clusterResourceNamespace} here, or this one as certManager.clusterResourceNamespace: the private CA's key lies there`,
  );
  const only = flag(args, "namespace");
  found.expect(
    only === undefined || only === "",
    "--namespace",
    only,
    "remove it: certificates of other namespaces would not be issued",
  );
  if (required.ambientCredentials) {
    found.expect(
      args.includes("--issuer-ambient-credentials") || flag(args, "issuer-ambient-credentials") === "true",
      "--issuer-ambient-credentials",
      flag(args, "issuer-ambient-credentials"),
      "write true: the Issuer for DNS-01 uses the identity of cert-manager's own pod",
    );
  }
  for (const [label, value] of Object.entries(required.podLabels)) {
    const is = at(deployment, "spec", "template", "metadata", "labels", label);
    found.expect(
      is === value,
      `label ${label}`,
      is,
      `write ${JSON.stringify(value)}: its pods have no identity otherwise`,
    );
  }
  const role = new Differences(`ClusterRole ${certManagerObjects.editRole}`);
  // With an approver of one's own (approver-policy) it is that which says who gets which names.
  const approves = !(flag(args, "controllers") ?? "").split(",").includes("-certificaterequests-approver");
  for (const to of ["edit", "admin"]) {
    const label = `rbac.authorization.k8s.io/aggregate-to-${to}`;
    const value = at(editRole, "metadata", "labels", label);
    role.expect(
      !approves || value !== "true",
      `label ${label}`,
      value,
      "install the chart with global.rbac.aggregateClusterRoles: false, or with an approver of your own: whoever may edit any namespace could have the private CA sign any name",
    );
  }
  return [...found.all, ...role.all];
}

/** The version of cert-manager, where it can be told. */
export function certManagerVersion(deployment: unknown): string | undefined {
  return versionOf(deployment, containerOf(deployment, container)?.image);
}

function isRecent(version: string | undefined, tested: string): boolean {
  const [is, least] = [parsed(version ?? ""), parsed(tested)];
  if (is === undefined || least === undefined || is[0] !== least[0]) {
    return false;
  }
  return is[1] > least[1] || (is[1] === least[1] && is[2] >= least[2]);
}
