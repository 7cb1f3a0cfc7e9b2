import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  certManagerObjects,
  certManagerProblems,
  certManagerVersion,
  type RequiredCertManager,
} from "../documents/cert-manager/problems";
import { lock } from "../stacks/lock";
import { type Settings } from "../stacks/schema";
import { dnsIdentity } from "./dnsIdentity";
import { partOf } from "./labels";
import { refuseDifferences } from "./refusal";

export type ExistingCertManagerSettings = Extract<Settings["certManager"], { type: "existing" }>;

/** A cert-manager that somebody else runs: it issues for the platform, and is looked at before it does. */
export class ExistingCertManager extends pulumi.ComponentResource {
  /** The namespace in which ClusterIssuers look for their secrets. */
  readonly secretNamespace: pulumi.Input<string>;
  /** There only if cert-manager is as it has to be; issuers and certificates wait for this. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { settings, certManager }: { settings: Settings; certManager: ExistingCertManagerSettings },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:ExistingCertManager", name, {}, opts);
    const required = requiredCertManager(settings, certManager);
    const { namespace } = certManager;
    this.secretNamespace = required.clusterResourceNamespace;
    const child = { parent: this };
    const deployment = k8s.apps.v1.Deployment.get(
      `${name}-controller`,
      `${namespace}/${certManagerObjects.deployment}`,
      child,
    );
    const editRole = k8s.rbac.v1.ClusterRole.get(`${name}-edit`, certManagerObjects.editRole, child);
    const version = pulumi
      .all([deployment.metadata, deployment.spec, editRole.metadata])
      .apply(([metadata, spec, metadataOfRole]) => {
        const found = { deployment: { metadata, spec }, editRole: { metadata: metadataOfRole } };
        refuseDifferences(
          `The cert-manager in ${namespace} is not as the platform needs it, and nothing was issued`,
          certManagerProblems(found, required),
        );
        return certManagerVersion(found.deployment) ?? "";
      });
    this.ready = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: "gatehouse-checked-cert-manager", namespace, labels: partOf },
        data: { certManager: version },
      },
      child,
    );
    this.registerOutputs({});
  }
}

export function requiredCertManager(
  { certificates }: Pick<Settings, "certificates">,
  { namespace, clusterResourceNamespace = namespace }: ExistingCertManagerSettings,
): RequiredCertManager {
  return {
    namespace,
    clusterResourceNamespace,
    version: lock.charts["cert-manager"].version,
    ...dnsIdentity(certificates.edge),
  };
}
