import { X509Certificate } from "./x509";
import { createHash } from "node:crypto";
import { Failure } from "../../../cli/exit";
import { namespaces } from "../../../stacks/namespaces";
import { type Api } from "../cluster/api";
import { type KubernetesObject, nameOf } from "../cluster/object";
import { goDurationMs } from "./duration";
import { type Authority, type LeafSpec, signLeaf } from "./leaf";

/** Says of a Secret what it was signed for, so that a changed Certificate is signed again. */
const signedFor = "gatehouse-bed/signed-for";

interface TlsSecret extends KubernetesObject {
  data?: Record<string, string>;
}

type Cluster = Pick<Api, "list" | "get" | "find" | "apply">;

/**
 * Does cert-manager's work where it is left out: signs every Certificate of the cluster that has no Secret of its issuer
 * yet, or one that is due. Says which there are, and how many of them were signed now.
 */
export async function signCertificates(api: Cluster): Promise<{ certificates: string[]; signed: string[] }> {
  const certificates = await api.list<KubernetesObject>("/apis/cert-manager.io/v1/certificates");
  const signed: string[] = [];
  for (const item of certificates) {
    // Items of a list do not say what they are.
    const certificate = { ...item, apiVersion: "cert-manager.io/v1", kind: "Certificate" };
    try {
      if (await sign(certificate, api)) {
        signed.push(nameOf(certificate));
      }
    } catch (error) {
      throw new Failure(
        `${nameOf(certificate)} could not be signed by the bed.`,
        error instanceof Error ? error.message : String(error),
      );
    }
  }
  return { certificates: certificates.map((certificate) => nameOf({ ...certificate, kind: "Certificate" })), signed };
}

async function sign(certificate: KubernetesObject, api: Cluster): Promise<boolean> {
  const spec = certificate.spec as unknown as LeafSpec;
  const namespace = certificate.metadata.namespace ?? "default";
  const authority = await authorityOf(spec, api);
  const present = await api.find<TlsSecret>(`/api/v1/namespaces/${namespace}/secrets/${spec.secretName}`);
  const fingerprint = createHash("sha256").update(JSON.stringify(spec)).digest("hex");
  if (present !== undefined && !isDue(present, spec, authority, fingerprint)) {
    return false;
  }
  const leaf = await signLeaf(spec, authority);
  await api.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: spec.secretName, namespace, annotations: { [signedFor]: fingerprint } },
    type: "kubernetes.io/tls",
    data: {
      "tls.crt": base64(leaf.certificatePem),
      "tls.key": base64(leaf.keyPem),
      "ca.crt": base64(authority.certificatePem),
    },
  });
  return true;
}

function isDue(
  { metadata, data = {} }: TlsSecret,
  { duration, renewBefore }: LeafSpec,
  authority: Authority,
  fingerprint: string,
): boolean {
  if (metadata.annotations?.[signedFor] !== fingerprint || plain(data["ca.crt"]) !== authority.certificatePem) {
    return true;
  }
  // cert-manager renews after two thirds where nothing is said.
  const before = renewBefore === undefined ? goDurationMs(duration ?? "2160h") / 3 : goDurationMs(renewBefore);
  return new X509Certificate(plain(data["tls.crt"])).notAfter.getTime() - before < Date.now();
}

/** The CA behind an issuer: the Secret that a ClusterIssuer of the kind `ca` names. */
async function authorityOf({ issuerRef }: LeafSpec, api: Cluster): Promise<Authority> {
  if (issuerRef.kind !== "ClusterIssuer") {
    throw new Error(`its issuer is a ${issuerRef.kind ?? "Issuer"}, and the bed signs for ClusterIssuers`);
  }
  const issuer = await api.get<{ spec: { ca?: { secretName: string } } }>(
    `/apis/cert-manager.io/v1/clusterissuers/${issuerRef.name}`,
  );
  const { ca } = issuer.spec;
  if (ca === undefined) {
    throw new Error(`the ClusterIssuer ${issuerRef.name} is no CA`);
  }
  const secret = await api.get<TlsSecret>(`/api/v1/namespaces/${namespaces.certManager}/secrets/${ca.secretName}`);
  return { keyPem: plain(secret.data?.["tls.key"]), certificatePem: plain(secret.data?.["tls.crt"]) };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function plain(data = ""): string {
  return Buffer.from(data, "base64").toString();
}
