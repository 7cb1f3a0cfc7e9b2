import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type AcmeEdge, acmeServer } from "../stacks/acmeServer";
import { type Settings } from "../stacks/schema";
import { type LeafArgs } from "./certificateAuthority";
import { Certificate, Issuer } from "./customResources";
import { partOf } from "./labels";
import { acme, certManagerNamespace, namespaces } from "./topology";
import { dns01Solver, secretsOf } from "./dns01";

export interface AcmeIssuerArgs {
  /** Name of the Issuer; one that is not the gate's uses the gate's access to the DNS provider. Default: the gate's. */
  issuer?: string;
  edge: AcmeEdge;
  settings: Pick<Settings, "environment" | "certManager">;
  /** The names that certificates are asked for. */
  names: readonly string[];
  /** The gateway's namespace, and cert-manager. */
  dependsOn: pulumi.Resource[];
}

/**
 * An account at an ACME server. It is an Issuer of the gateway's namespace and not a ClusterIssuer: whoever may create
 * Certificates elsewhere gets none for the platform's domain, and the account's key and the DNS provider's stay here.
 */
export class AcmeIssuer extends pulumi.ComponentResource {
  private readonly issuer: Issuer;
  private readonly issuerName: string;
  private readonly challenge: AcmeEdge["challenge"]["type"];

  constructor(name: string, args: AcmeIssuerArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:AcmeIssuer", name, {}, opts);
    const { issuer: base = acme.issuer, edge, settings, names, dependsOn } = args;
    // Part of the name: cert-manager has certificates issued again for another issuer, and not for a changed one.
    const issuer = (this.issuerName = `${base}-${accountOf(edge, settings.environment)}`);
    this.challenge = edge.challenge.type;
    const dns =
      edge.challenge.type === "dns01" && base === acme.issuer
        ? this.dnsAccess(name, edge.challenge.provider, args)
        : [];
    this.issuer = new Issuer(
      name,
      {
        metadata: {
          name: issuer,
          namespace: namespaces.ingress,
          labels: partOf,
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: {
          acme: {
            email: edge.email,
            server: acmeServer(edge, settings.environment),
            ...(edge.caBundle === undefined ? {} : { caBundle: Buffer.from(edge.caBundle).toString("base64") }),
            privateKeySecretRef: { name: `${issuer}-account` },
            solvers:
              edge.challenge.type === "dns01"
                ? [{ dns01: dns01Solver(edge.challenge.provider) }]
                : names.map(http01Solver),
          },
        },
      },
      { parent: this, dependsOn: [...dependsOn, ...dns] },
    );
    this.registerOutputs({});
  }

  /**
   * Has a certificate issued. Lifetime and renewal are the server's to say: cert-manager renews after two thirds. With
   * HTTP-01 nothing waits for it, because the server asks the gateway's pods, which come later, at a name that leads to
   * their load balancer; Envoy takes a certificate whenever there is one.
   */
  issue(
    name: string,
    { secretName, namespace, names }: LeafArgs,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource {
    return new Certificate(
      name,
      {
        metadata: {
          name: secretName,
          namespace,
          labels: partOf,
          ...(this.challenge === "dns01" ? { annotations: { "pulumi.com/waitFor": "condition=Ready" } } : {}),
        },
        spec: {
          secretName,
          dnsNames: names,
          usages: ["digital signature", "server auth"],
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          revisionHistoryLimit: 1,
          issuerRef: { group: "cert-manager.io", kind: "Issuer", name: this.issuerName },
        },
      },
      pulumi.mergeOptions(opts, { dependsOn: this.issuer }),
    );
  }

  /** What cert-manager needs to write records: a Secret, or a ServiceAccount whose tokens the cloud knows. */
  private dnsAccess(
    name: string,
    provider: Extract<AcmeEdge["challenge"], { type: "dns01" }>["provider"],
    { settings, dependsOn }: AcmeIssuerArgs,
  ): pulumi.Resource[] {
    const metadata = { name: acme.dnsAccess, namespace: namespaces.ingress, labels: partOf };
    const child = { parent: this, dependsOn };
    if (provider.type === "route53" && provider.auth.type === "workloadIdentity") {
      const account = new k8s.core.v1.ServiceAccount(
        `${name}-dns`,
        { metadata, automountServiceAccountToken: false },
        child,
      );
      const role = new k8s.rbac.v1.Role(
        `${name}-dns`,
        {
          metadata,
          rules: [
            {
              apiGroups: [""],
              resources: ["serviceaccounts/token"],
              resourceNames: [acme.dnsAccess],
              verbs: ["create"],
            },
          ],
        },
        child,
      );
      const binding = new k8s.rbac.v1.RoleBinding(
        `${name}-dns`,
        {
          metadata,
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: acme.dnsAccess },
          subjects: [{ kind: "ServiceAccount", name: "cert-manager", namespace: certManagerNamespace(settings) }],
        },
        child,
      );
      return [account, role, binding];
    }
    const stringData = secretsOf(provider);
    return Object.keys(stringData).length === 0
      ? []
      : [new k8s.core.v1.Secret(`${name}-dns`, { metadata, stringData }, child)];
  }
}

/** Stands for the server and the account there. */
function accountOf(edge: AcmeEdge, environment: Settings["environment"]): string {
  return createHash("sha256")
    .update(JSON.stringify([acmeServer(edge, environment), edge.email]))
    .digest("hex")
    .slice(0, 8);
}

/**
 * One solver a host, so that its pod carries a label of ours and the route to it can stand still (docs/decisions/0011).
 * The Ingress that cert-manager makes besides has a class that nobody serves.
 */
function http01Solver(host: string) {
  return {
    selector: { dnsNames: [host] },
    http01: {
      ingress: {
        ingressClassName: acme.unservedClass,
        serviceType: "ClusterIP" as const,
        podTemplate: {
          metadata: {
            labels: { [acme.solverLabel]: acme.solverOf(host), "sidecar.istio.io/inject": "false" },
          },
        },
      },
    },
  };
}
