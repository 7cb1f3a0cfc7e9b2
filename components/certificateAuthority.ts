import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { durationSeconds } from "../stacks/fields";
import { type Settings } from "../stacks/schema";
import { type CertManager } from "./certManager";
import { Certificate, ClusterIssuer } from "./customResources";
import { partOf } from "./labels";
import { caSecret, isAddress } from "./topology";

export interface CertificateAuthorityArgs {
  settings: Pick<Settings, "certificates" | "rotation">;
  certManager: Pick<CertManager, "secretNamespace" | "ready">;
}

export interface LeafArgs {
  /** Name of the Certificate and of the Secret that cert-manager writes. */
  secretName: string;
  namespace: string;
  /** DNS names, and IPv4 addresses, which become SANs of that kind (RFC 5280, section 4.2.1.6). */
  names: string[];
}

export interface DistributedArgs {
  namespace: pulumi.Input<string>;
  key: string;
  /** Certificates of other CAs, PEM. */
  others?: string | undefined;
  /** Default: `gatehouse-ca`. */
  secretName?: string;
}

/** Changes when the CA's certificate does, for whatever reads it at its start only. */
export function authorityVersion({ certificates, rotation }: CertificateAuthorityArgs["settings"]): string {
  return [rotation.certificateAuthority, certificates.caDuration, certificates.organization].join("/");
}

/** A private CA that the program makes, and the ClusterIssuer that issues from it. */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** The CA's certificate, for whoever is to trust the platform. */
  readonly certificatePem: pulumi.Output<string>;
  private readonly issuer: ClusterIssuer;
  private readonly issuerName: string;
  private readonly certificates: Settings["certificates"];

  constructor(
    name: string,
    { settings, certManager }: CertificateAuthorityArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:CertificateAuthority", name, {}, opts);
    const { organization, caDuration } = (this.certificates = settings.certificates);
    // Part of every name: a rotated CA is a new CA, and certificates are issued again because their issuer is another.
    const generation = settings.rotation.certificateAuthority;
    const key = new tls.PrivateKey(
      `${name}-${generation}`,
      { algorithm: "ECDSA", ecdsaCurve: "P384" },
      { parent: this },
    );
    const certificate = new tls.SelfSignedCert(
      `${name}-${generation}`,
      {
        privateKeyPem: key.privateKeyPem,
        isCaCertificate: true,
        subject: { commonName: `${organization} private CA ${generation}`, organization },
        validityPeriodHours: Math.ceil(durationSeconds(caDuration) / 3600),
        allowedUses: ["cert_signing", "crl_signing"],
        setSubjectKeyId: true,
      },
      { parent: this },
    );
    this.certificatePem = certificate.certPem;
    this.issuerName = `gatehouse-ca-${generation}`;
    const secret = new k8s.core.v1.Secret(
      `${name}-${generation}`,
      {
        metadata: { name: this.issuerName, namespace: certManager.secretNamespace, labels: partOf },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate.certPem, "tls.key": key.privateKeyPem },
      },
      { parent: this },
    );
    this.issuer = new ClusterIssuer(
      `${name}-${generation}`,
      {
        metadata: { name: this.issuerName, labels: partOf, annotations: { "pulumi.com/waitFor": "condition=Ready" } },
        spec: { ca: { secretName: this.issuerName } },
      },
      { parent: this, dependsOn: [secret, certManager.ready] },
    );
    this.registerOutputs({ certificatePem: this.certificatePem });
  }

  /** Has a server certificate issued and renewed; done when cert-manager has written the Secret. */
  issue(
    name: string,
    { secretName, namespace, names }: LeafArgs,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource {
    const { organization, duration, renewBefore } = this.certificates;
    return new Certificate(
      name,
      {
        metadata: {
          name: secretName,
          namespace,
          labels: partOf,
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: {
          secretName,
          ...subjectAltNames(names),
          duration,
          renewBefore,
          subject: { organizations: [organization] },
          usages: ["digital signature", "server auth"],
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          revisionHistoryLimit: 1,
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: this.issuerName },
        },
      },
      pulumi.mergeOptions(opts, { dependsOn: this.issuer }),
    );
  }

  /** Puts the CA's certificate, and only that and those of other CAs, into a namespace. */
  distribute(
    name: string,
    { namespace, key, others = "", secretName = caSecret }: DistributedArgs,
    opts: pulumi.CustomResourceOptions,
  ): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
      name,
      {
        metadata: { name: secretName, namespace, labels: partOf },
        stringData: { [key]: others === "" ? this.certificatePem : pulumi.concat(this.certificatePem, others) },
      },
      opts,
    );
  }
}

function subjectAltNames(names: readonly string[]): { dnsNames?: string[]; ipAddresses?: string[] } {
  const ipAddresses = names.filter(isAddress);
  const dnsNames = names.filter((name) => !isAddress(name));
  return { ...(dnsNames.length > 0 ? { dnsNames } : {}), ...(ipAddresses.length > 0 ? { ipAddresses } : {}) };
}
