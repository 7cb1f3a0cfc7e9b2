/**
 * Envoy's TLS contexts as they stand in an EnvoyFilter's patch or in a bootstrap file.
 *
 * Names are those of envoy.extensions.transport_sockets.tls.v3; protobuf's JSON takes each of them in snake_case and in
 * camelCase, so every read goes through `protoField`.
 */
export interface TlsContext {
  /** Which end of the connection Envoy is: upstream, where it checks the server; downstream, where it is the server. */
  readonly side: "upstream" | "downstream";
  /** Where the context stands, relative to the message that was searched. */
  readonly path: readonly string[];
  readonly context: Record<string, unknown>;
}

/** How a context decides whom it believes. */
export type Validation =
  | { readonly kind: "against a CA, a pin or a validator" }
  | { readonly kind: "absent" }
  | { readonly kind: "without a CA"; readonly path: readonly string[] };

type Message = Record<string, unknown>;

/** The TLS contexts that a message itself is or holds under a name of its own; it doesn't search further down. */
export function tlsContextsOf(message: Message): TlsContext[] {
  const typed = typedContext(message);
  const named = (["upstream", "downstream"] as const).flatMap((side) => {
    // QUIC's transport sockets hold their context under a name and without a type.
    const [key, context] = protoField(message, `${side}_tls_context`);
    return isMessage(context) ? [{ side, path: [key], context }] : [];
  });
  return [...typed, ...named];
}

/** Whether a context verifies its peer, by whatever means Envoy has. */
export function validationOf(context: Message): Validation {
  const [commonKey, common] = protoField(context, "common_tls_context");
  if (!isMessage(common)) return { kind: "absent" };
  if (delegatingFields.some((field) => isMessage(protoField(common, field)[1]))) return verified;

  const [combinedKey, combined] = protoField(common, "combined_validation_context");
  if (isMessage(combined)) {
    if (delegatingFields.some((field) => isMessage(protoField(combined, field)[1]))) return verified;
    const [key, fallback] = protoField(combined, "default_validation_context");
    return namesTrust(fallback) ? verified : { kind: "without a CA", path: [commonKey, combinedKey, key] };
  }

  const [key, own] = protoField(common, "validation_context");
  if (!isMessage(own)) return { kind: "absent" };
  return namesTrust(own) ? verified : { kind: "without a CA", path: [commonKey, key] };
}

/** A field by its proto name in either spelling: the spelling that is used (or the first), and its value. */
export function protoField(message: Message, name: string): [string, unknown] {
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.hasOwn(message, camel) && camel !== name ? [camel, message[camel]] : [name, message[name]];
}

const verified: Validation = { kind: "against a CA, a pin or a validator" };

/** Fields that take the validation from somewhere else: SDS, or a certificate provider. */
const delegatingFields = [
  "validation_context_sds_secret_config",
  "validation_context_certificate_provider",
  "validation_context_certificate_provider_instance",
];

/** Fields of CertificateValidationContext of which one is enough for Envoy to reject a stranger's certificate. */
const trustFields = [
  "trusted_ca",
  "ca_certificate_provider_instance",
  "system_root_certs",
  "verify_certificate_hash",
  "verify_certificate_spki",
  "custom_validator_config",
];

function namesTrust(validationContext: unknown): boolean {
  if (!isMessage(validationContext)) return false;
  return trustFields.some((field) => {
    const [, value] = protoField(validationContext, field);
    return Array.isArray(value) ? value.length > 0 : isMessage(value);
  });
}

/** A context that a type URL announces: as protobuf's Any, or inside a TypedStruct. */
function typedContext(message: Message): TlsContext[] {
  const [, inner] = protoField(message, "type_url");
  const path = typeof inner === "string" ? ["value"] : [];
  const type = typeof inner === "string" ? inner : message["@type"];
  const context = typeof inner === "string" ? (message["value"] ?? {}) : message;
  if (typeof type !== "string" || !isMessage(context)) return [];
  const [, name] = /\.(Upstream|Downstream)TlsContext$/.exec(type) ?? [];
  if (!name) return [];
  return [{ side: name === "Upstream" ? "upstream" : "downstream", path, context }];
}

function isMessage(value: unknown): value is Message {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
