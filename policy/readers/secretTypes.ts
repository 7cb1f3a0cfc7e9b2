import { type Manifest } from "../manifest";
import { known } from "./known";

/**
 * The types of Secrets that Kubernetes itself reads, with the keys that it reads there
 * (https://kubernetes.io/docs/concepts/configuration/secret/#secret-types).
 */
const keysByType: ReadonlyMap<unknown, readonly string[]> = new Map([
  // cert-manager adds the CA.
  ["kubernetes.io/tls", ["tls.crt", "tls.key", "ca.crt"]],
  ["kubernetes.io/dockercfg", [".dockercfg"]],
  ["kubernetes.io/dockerconfigjson", [".dockerconfigjson"]],
  ["kubernetes.io/ssh-auth", ["ssh-privatekey"]],
  ["kubernetes.io/service-account-token", ["token", "ca.crt", "namespace"]],
]);

/**
 * Whether a value that is unknown at preview is no configuration of a program: all of a Secret of such a type, or one of
 * its own keys. Another key is for somebody else, and what is known is looked at whatever the type is, so that by
 * `pulumi up`, where all is known, nothing hides behind a type.
 */
export function isForKubernetes(manifest: Manifest, key?: string): boolean {
  if (manifest.kind !== "Secret" || manifest.apiVersion !== "v1") return false;
  const type = known(() => manifest["type"]);
  const keys = type.known ? keysByType.get(type.value) : undefined;
  return keys !== undefined && (key === undefined || keys.includes(key));
}
