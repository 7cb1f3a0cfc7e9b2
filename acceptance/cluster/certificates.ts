import { X509Certificate } from "node:crypto";
import { caSecret, namespaces } from "../../components/topology";
import { type Api, ApiError } from "./api";
import { type Condition, type Metadata, type Secret } from "./objects";

/** A Certificate of cert-manager, and the Secret of the same name that it is kept in. */
export interface CertificateName {
  namespace: string;
  name: string;
}

export const certificates = {
  /** What browsers and machines get to see. */
  edge: { namespace: namespaces.ingress, name: "gatehouse-edge" },
  /** What oauth2-proxy and istiod get to see. */
  internal: { namespace: namespaces.ingress, name: "gatehouse-internal" },
} as const;

interface Certificate {
  metadata: Metadata;
  status?: { conditions?: (Condition & { reason?: string })[] };
}

/** Has a certificate issued anew as `cmctl renew` does: by the condition that cert-manager sets itself when it is time. */
export async function renew(api: Api, { namespace, name }: CertificateName, signal: AbortSignal): Promise<void> {
  const path = `/apis/cert-manager.io/v1/namespaces/${namespace}/certificates/${name}`;
  for (let attempt = 0; ; attempt += 1) {
    const { metadata, status = {} } = await api.get<Certificate>(path, signal);
    const others = (status.conditions ?? []).filter(({ type }) => type !== "Issuing");
    const issuing = {
      type: "Issuing",
      status: "True",
      reason: "ManuallyTriggered",
      message: "Certificate re-issuance manually triggered",
      lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
      observedGeneration: metadata.generation,
    };
    try {
      await api.patch(
        `${path}/status`,
        "application/merge-patch+json",
        // With its version: a list is replaced as a whole, and cert-manager may have changed it in the meantime.
        {
          metadata: { resourceVersion: metadata.resourceVersion },
          status: { conditions: [...others, issuing] },
        },
        signal,
      );
      return;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409) || attempt === 9) {
        throw error;
      }
    }
  }
}

/** The serial number of the certificate in a Secret. */
export async function serialInSecret(
  api: Api,
  { namespace, name }: CertificateName,
  signal: AbortSignal,
): Promise<string> {
  const text = await secretText(api, namespace, name, "tls.crt", signal);
  return new X509Certificate(text).serialNumber;
}

/** The private CA's certificate as the platform has it at this time. */
export function authorityInCluster(api: Api, signal: AbortSignal): Promise<string> {
  return secretText(api, namespaces.auth, caSecret, "ca.crt", signal);
}

async function secretText(
  api: Api,
  namespace: string,
  name: string,
  key: string,
  signal: AbortSignal,
): Promise<string> {
  const { data = {} } = await api.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${name}`, signal);
  const text = Buffer.from(data[key] ?? "", "base64").toString("utf8");
  if (text === "") {
    throw new Error(`the Secret ${namespace}/${name} has no ${key}`);
  }
  return text;
}
