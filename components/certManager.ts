import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { chartImage, type ImageMirror, imageOf } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { lockedChart } from "./chart";
import { webhookAnnotations } from "./clusterPlatform";
import { dnsIdentity } from "./dnsIdentity";
import { type Flow } from "./flows";
import { GuardedNamespace } from "./guardedNamespace";
import { partOf, podLabels } from "./labels";
import { topologySpread } from "./spread";
import { namespaces } from "./topology";

export interface CertManagerArgs {
  settings: Settings;
  flows: readonly Flow[];
}

/** cert-manager from its official chart, in a restricted namespace, with its CRDs. */
export class CertManager extends pulumi.ComponentResource {
  /** The namespace in which ClusterIssuers look for their secrets. */
  readonly secretNamespace: pulumi.Input<string>;
  /** Issuers and certificates wait for this: its webhook has answered. */
  readonly ready: pulumi.Resource;

  constructor(name: string, { settings, flows }: CertManagerArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:CertManager", name, {}, opts);
    const namespace = new GuardedNamespace(
      namespaces.certManager,
      { namespace: namespaces.certManager, podSecurity: "restricted", sidecars: false, flows },
      { parent: this },
    );
    const chart = lockedChart(
      name,
      {
        chart: "cert-manager",
        namespace: namespaces.certManager,
        values: certManagerValues(settings),
        mirror: settings.mirror.charts,
      },
      { parent: this, dependsOn: namespace.ready },
    );
    this.secretNamespace = namespace.metadataName;
    this.ready = startupCheck(name, this, chart, settings.mirror.images);
    this.registerOutputs({});
  }
}

function certManagerValues({ replicas, mirror, certificates, cluster }: Settings): Record<string, unknown> {
  const image = (part: "controller" | "webhook" | "cainjector" | "acmesolver") => {
    const { hub, name, tag } = chartImage(`cert-manager-${part}`, mirror.images);
    return { image: { repository: `${hub}/${name}`, tag } };
  };
  const workload = (
    component: "controller" | "webhook" | "cainjector",
    count: number,
    cpu: string,
    memory: string,
  ) => ({
    ...image(component),
    replicaCount: count,
    podDisruptionBudget: { enabled: count > 1, ...(count > 1 ? { maxUnavailable: 1 } : {}) },
    topologySpreadConstraints: topologySpread({ "app.kubernetes.io/component": component }),
    resources: { requests: { cpu, memory }, limits: { memory } },
  });
  // One of them works and the others wait for its lock, so that more than two would only wait.
  const controllers = Math.min(replicas, 2);
  const annotations = webhookAnnotations(cluster);
  return {
    // A `helm uninstall` of the CRDs would delete every certificate of the cluster with them.
    crds: { enabled: true, keep: true },
    // Its lock stays in its own namespace, so that it needs no role in kube-system. And the roles `edit` and `admin` do not
    // grow: whoever may create a Certificate may have the private CA sign any name.
    global: { leaderElection: { namespace: namespaces.certManager }, rbac: { aggregateClusterRoles: false } },
    enableCertificateOwnerRef: false,
    ...workload("controller", controllers, "20m", "256Mi"),
    webhook: {
      ...workload("webhook", replicas, "10m", "64Mi"),
      ...(annotations === undefined
        ? {}
        : {
            mutatingWebhookConfigurationAnnotations: annotations,
            validatingWebhookConfigurationAnnotations: annotations,
          }),
    },
    cainjector: workload("cainjector", controllers, "10m", "256Mi"),
    acmesolver: image("acmesolver"),
    // Pulumi's Chart leaves Helm hooks out, and this is one; `startupCheck` does its work.
    startupapicheck: { enabled: false },
    ...dnsProviderValues(certificates.edge),
  };
}

/** What cert-manager itself needs for DNS-01. */
function dnsProviderValues(edge: Settings["certificates"]["edge"]): Record<string, unknown> {
  if (edge.type !== "acme" || edge.challenge.type !== "dns01") {
    return {};
  }
  // Its check before the ACME server's asks the cluster's resolvers, and not the zone's own servers at port 53 anywhere.
  const values = { dns01RecursiveNameserversOnly: true };
  const { provider } = edge.challenge;
  if ((provider.type !== "cloudDns" && provider.type !== "azureDns") || provider.auth.type !== "workloadIdentity") {
    return values;
  }
  const ambient = { ...values, extraArgs: ["--issuer-ambient-credentials"] };
  if (provider.type === "azureDns") {
    const label = dnsIdentity(edge).podLabels;
    return { ...ambient, podLabels: label, serviceAccount: { labels: label } };
  }
  const { serviceAccount } = provider.auth;
  return serviceAccount === undefined
    ? ambient
    : { ...ambient, serviceAccount: { annotations: { "iam.gke.io/gcp-service-account": serviceAccount } } };
}

/**
 * The chart's own start-up check as a Job: a dry run of a CertificateRequest passes only when the webhook answers and
 * the API server knows its CA, which a ready Deployment alone doesn't say.
 */
function startupCheck(
  name: string,
  parent: pulumi.Resource,
  chart: pulumi.Resource,
  mirror: ImageMirror,
): k8s.batch.v1.Job {
  const metadata = {
    name: "startupapicheck",
    namespace: namespaces.certManager,
    labels: { ...partOf, ...podLabels("startupapicheck") },
  };
  const opts = { parent, dependsOn: chart };
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-startupapicheck`,
    { metadata, automountServiceAccountToken: false },
    opts,
  );
  const role = new k8s.rbac.v1.Role(
    `${name}-startupapicheck`,
    { metadata, rules: [{ apiGroups: ["cert-manager.io"], resources: ["certificaterequests"], verbs: ["create"] }] },
    opts,
  );
  const binding = new k8s.rbac.v1.RoleBinding(
    `${name}-startupapicheck`,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: namespaces.certManager }],
    },
    opts,
  );
  return new k8s.batch.v1.Job(
    `${name}-startupapicheck`,
    {
      metadata,
      spec: {
        backoffLimit: 6,
        template: {
          metadata: { labels: { ...partOf, ...podLabels("startupapicheck") } },
          spec: {
            restartPolicy: "OnFailure",
            serviceAccountName: account.metadata.name,
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "startupapicheck",
                image: imageOf("cert-manager-startupapicheck", mirror),
                args: ["check", "api", "--wait=5m", "-v"],
                env: [{ name: "POD_NAMESPACE", value: namespaces.certManager }],
                resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  runAsNonRoot: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    },
    // A Job's template cannot change, so a new version is a new Job under the same name.
    { parent, dependsOn: [chart, binding], deleteBeforeReplace: true },
  );
}
