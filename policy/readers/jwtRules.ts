import { protoField } from "../../documents/istio/envoyTls";
import { isMap, join, type Manifest, mapAt } from "../manifest";
import { mapsIn, messagesIn, patchesOf } from "./envoyFilter";
import { isKind, mapsAt, type Placed, specOf, textAt, textsAt } from "./istio";

/** What one field of a rule for tokens says. */
export interface Said<T> {
  readonly field: string;
  readonly value: T;
}

/**
 * A rule for the tokens of one issuer: a `jwtRules` item of a RequestAuthentication, or a provider of Envoy's jwt_authn that
 * an EnvoyFilter brings along. Read field by field, because each can be unknown at preview.
 */
export interface JwtRule {
  readonly field: string;
  issuer(): Said<string>;
  audiences(): Said<readonly string[]>;
  /** The address of the keys; empty where the issuer tells it, or where the keys stand in the rule. */
  keysAddress(): Said<string>;
  /** The keys themselves, as a text of JSON; empty where they are fetched. */
  keys(): Said<string>;
  /** Places of the request, other than headers, that a token is taken from. */
  otherPlaces(): Said<readonly string[]>[];
  forwards(): Said<unknown>;
  /** Names of the headers that are written from claims, and so taken away where a client sends them. */
  headersFromClaims(): readonly string[];
  /** Fields that no release of Istio or Envoy had when this was written. */
  unknownFields(): readonly string[];
}

export function jwtRulesOf(manifest: Manifest): JwtRule[] {
  if (isKind(manifest, "RequestAuthentication")) {
    return mapsAt(specOf(manifest)["jwtRules"], "spec.jwtRules").map(ofIstio);
  }
  if (!isKind(manifest, "EnvoyFilter")) return [];
  return patchesOf(manifest).flatMap(({ value }) => messagesIn(value).flatMap(providersOf));
}

/** security/v1beta1/jwt.proto of istio.io/api 1.31. */
const istioFields = [
  ...["issuer", "audiences", "jwksUri", "jwks_uri", "jwks", "fromHeaders", "fromParams", "fromCookies"],
  ...["outputPayloadToHeader", "forwardOriginalToken", "outputClaimToHeaders", "timeout", "spaceDelimitedClaims"],
];

function ofIstio({ field, map }: Placed): JwtRule {
  const at = (key: string) => join(field, key);
  const text = (key: string) => ({ field: at(key), value: textAt(map[key], at(key)) });
  const texts = (key: string) => ({ field: at(key), value: textsAt(map[key], at(key)) });
  return {
    field,
    issuer: () => text("issuer"),
    audiences: () => texts("audiences"),
    keysAddress: () => (Object.hasOwn(map, "jwks_uri") ? text("jwks_uri") : text("jwksUri")),
    keys: () => text("jwks"),
    otherPlaces: () => ["fromParams", "fromCookies"].map(texts),
    forwards: () => ({ field: at("forwardOriginalToken"), value: map["forwardOriginalToken"] }),
    headersFromClaims: () =>
      mapsAt(map["outputClaimToHeaders"], at("outputClaimToHeaders")).map((output) =>
        textAt(output.map["header"], `${output.field}.header`).toLowerCase(),
      ),
    unknownFields: () => Object.keys(map).filter((key) => !istioFields.includes(key)),
  };
}

/** envoy/extensions/filters/http/jwt_authn/v3/config.proto of Envoy 1.39. */
const envoyFields = [
  ...["issuer", "audiences", "subjects", "require_expiration", "max_lifetime", "remote_jwks", "local_jwks", "forward"],
  ...["from_headers", "from_params", "from_cookies", "forward_payload_header", "pad_forward_payload_header"],
  ...["payload_in_metadata", "normalize_payload_in_metadata", "header_in_metadata", "failed_status_in_metadata"],
  ...["clock_skew_seconds", "jwt_cache_config", "claim_to_headers", "clear_route_cache"],
];

function providersOf({ field, map, type }: Placed & { readonly type: string }): JwtRule[] {
  if (!/(^|\.)JwtAuthentication$|jwt_authn$/.test(type)) return [];
  const [key, value] = protoField(map, "providers");
  const providers = mapAt(value, join(field, key));
  return Object.keys(providers).flatMap((name) => {
    const place = join(join(field, key), name);
    const rule = ofEnvoy({ field: place, map: mapAt(providers[name], place) });
    return [{ ...rule, audiences: () => audiencesOf(rule.audiences(), name, { field, map }) }];
  });
}

/** A provider's own audiences, or else those that every requirement of it asks for (`provider_and_audiences`). */
function audiencesOf(own: Said<readonly string[]>, name: string, message: Placed): Said<readonly string[]> {
  if (own.value.length > 0) return own;
  const asked = mapsIn(message)
    .filter(({ map }) => protoField(map, "provider_name")[1] === name)
    .map(({ field, map }) => ({ field: `${field}.audiences`, value: textsAt(map["audiences"], `${field}.audiences`) }));
  const [first] = asked;
  return first !== undefined && asked.every(({ value }) => value.length > 0) ? first : own;
}

function ofEnvoy({ field, map }: Placed): JwtRule {
  const said = (name: string): Said<unknown> => {
    const [key, value] = protoField(map, name);
    return { field: join(field, key), value };
  };
  const texts = (name: string) => {
    const { field: place, value } = said(name);
    return { field: place, value: textsAt(value, place) };
  };
  const inner = (name: string, path: readonly string[]): Said<string> =>
    path.reduce<{ field: string; value: unknown }>((outer, step) => {
      const [key, value] = isMap(outer.value) ? protoField(outer.value, step) : [step, undefined];
      return { field: join(outer.field, key), value };
    }, said(name)) as Said<string>;
  const text = ({ field: place, value }: Said<unknown>) => ({ field: place, value: textAt(value, place) });
  return {
    field,
    issuer: () => text(said("issuer")),
    audiences: () => texts("audiences"),
    keysAddress: () => text(inner("remote_jwks", ["http_uri", "uri"])),
    keys: () => text(inner("local_jwks", ["inline_string"])),
    otherPlaces: () => ["from_params", "from_cookies"].map(texts),
    forwards: () => said("forward"),
    headersFromClaims: () => {
      const { field: place, value } = said("claim_to_headers");
      return mapsAt(value, place).map((output) =>
        textAt(protoField(output.map, "header_name")[1], `${output.field}.header_name`).toLowerCase(),
      );
    },
    unknownFields: () =>
      Object.keys(map).filter((key) => !envoyFields.some((name) => protoField({ [key]: true }, name)[1] === true)),
  };
}
