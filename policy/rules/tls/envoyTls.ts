import { protoField, type TlsContext, tlsContextsOf, validationOf } from "../../../documents/istio/envoyTls";
import { join } from "../../manifest";
import { type Finding, violation } from "../../rule";

/** Envoy's TLS contexts that believe anybody. Istio passes an EnvoyFilter's patch on as it stands. */
export function envoyFindings(field: string, message: Record<string, unknown>): Finding[] {
  return [
    ...tlsContextsOf(message).flatMap((found) => contextFindings(field, found)),
    ...trustChainFindings(field, message),
  ];
}

function contextFindings(field: string, { side, path, context }: TlsContext): Finding[] {
  const [, requireClient] = protoField(context, "require_client_certificate");
  // A server that asks no certificate of its clients has none to verify.
  if (side === "downstream" && (requireClient === undefined || requireClient === null || requireClient === false))
    return [];
  const validation = validationOf(context);
  if (validation.kind === "against a CA, a pin or a validator") return [];
  const peer = side === "upstream" ? "server's" : "client's";
  const place = path.reduce((outer, key) => join(outer, key), field);
  if (validation.kind === "absent") {
    const message =
      `${place} is a TLS context without a validation context, and Envoy then accepts any ${peer} certificate. ` +
      "Give it common_tls_context.validation_context.trusted_ca, in a MERGE patch too.";
    return [violation(place, message)];
  }
  const inner = validation.path.reduce((outer, key) => join(outer, key), place);
  const message =
    `${inner} names neither a CA nor a pinned certificate, and Envoy then accepts any ${peer} certificate. ` +
    `Give it trusted_ca, in a MERGE patch too.`;
  return [violation(inner, message)];
}

/** `trust_chain_verification`, whose other value accepts what it could not verify. */
function trustChainFindings(field: string, message: Record<string, unknown>): Finding[] {
  const [key, value] = protoField(message, "trust_chain_verification");
  // 0 is VERIFY_TRUST_CHAIN's number; protobuf's JSON takes numbers for enums.
  if (value === undefined || value === null || value === "VERIFY_TRUST_CHAIN" || value === 0) return [];
  const place = join(field, key);
  const shown = JSON.stringify(value)?.slice(0, 40) ?? typeof value;
  return [
    violation(
      place,
      `${place} = ${shown} accepts certificates of unknown issuers. Remove it, or write VERIFY_TRUST_CHAIN.`,
    ),
  ];
}
