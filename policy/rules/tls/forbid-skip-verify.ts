import { isMap, join, type Manifest, mapAt } from "../../manifest";
import { type Finding, inspect, type Rule } from "../../rule";
import { textMaps } from "../../texts";
import { isCustomResourceDefinition, structuredFindings, textFindings } from "./structured";
import { asvs } from "../frameworks";

/**
 * Certificate verification is never turned off, under any of its names, wherever it stands: in any field of any object,
 * in the files and variables of ConfigMaps and Secrets, in arguments, environments, scripts and Envoy's messages.
 *
 * A DestinationRule of mode SIMPLE without `caCertificates` passes: Istio then has the proxy verify against the operating
 * system's CAs, and knows no switch for that but `insecureSkipVerify` (`ClientTLSSettings` of istio.io/api 1.31). Older
 * releases had `VERIFY_CERTIFICATE_AT_CLIENT`, which is one of the names that are looked for.
 */
export const forbidSkipVerify: Rule = {
  name: "forbid-skip-verify",
  title: "Certificates are always verified",
  why:
    "A client that doesn't verify the certificate takes its tokens, keys and user data from whoever answers: anybody " +
    "on the network path can be the identity provider. A private CA is trusted by naming it, not by trusting everybody.",
  mend: "Remove the setting or set it to false, and name the CA: provider_ca_files (oauth2-proxy), rootCAs (Dex), caCertificates (Istio).",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework: { name: "CWE", version: "4", reference: "CWE-295", specification: "Improper Certificate Validation" },
  references: [
    {
      id: "CWE-295",
      url: "https://cwe.mitre.org/data/definitions/295.html",
      about: "improper certificate validation",
    },
    asvs("12.3.2", "clients verify the certificate before anything else is said"),
    {
      id: "kubeflow/manifests#1835",
      url: "https://github.com/kubeflow/manifests/issues/1835",
      about: "a login that fails behind a private CA, which is where people switch verification off",
    },
    {
      id: "oauth2-proxy configuration",
      url: "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview",
      about: "ssl_insecure_skip_verify and the settings like it; provider_ca_files names a private CA",
    },
    {
      id: "Istio DestinationRule",
      url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings",
      about: "insecureSkipVerify skips the CA signature and the subject alternative name",
    },
    {
      id: "Envoy CertificateValidationContext",
      url: "https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/common.proto",
      about: "without a trusted CA the peer's certificate is not verified",
    },
  ],
  settings: [],
  check(manifest) {
    // A schema names switches without setting them.
    if (isCustomResourceDefinition(manifest)) return [];
    const maps = textMaps(manifest);
    return [
      ...maps.flatMap((map) =>
        inspect(() =>
          map.entries().flatMap((entry) =>
            inspect(() => {
              const text = entry.read();
              return text === undefined ? [] : textFindings(entry.field, entry.name, text);
            }),
          ),
        ),
      ),
      ...Object.keys(manifest)
        .filter((key) => !maps.some((map) => map.field === key))
        .flatMap((key) => inspect(() => fieldFindings(key, manifest))),
    ];
  },
};

/** A field at the top of a manifest, without what the API server keeps there for itself. */
function fieldFindings(key: string, manifest: Manifest): Finding[] {
  if (key === "status") return [];
  if (key !== "metadata") return structuredFindings(key, manifest[key]);
  const metadata = mapAt(manifest["metadata"], "metadata");
  // Managed fields repeat every key of the object as a set, so each switch would look like one that holds a map.
  return Object.keys(metadata)
    .filter((name) => name !== "managedFields")
    .flatMap((name) => inspect(() => structuredFindings(join("metadata", name), withoutCopies(name, metadata[name]))));
}

/** kubectl keeps a copy of the whole object in an annotation; it says everything a second time. */
function withoutCopies(name: string, value: unknown): unknown {
  if (name !== "annotations" || !isMap(value)) return value;
  const copy = "kubectl.kubernetes.io/last-applied-configuration";
  const kept = {};
  for (const key of Object.keys(value)) {
    if (key !== copy) Object.defineProperty(kept, key, { enumerable: true, get: () => value[key] });
  }
  return kept;
}
