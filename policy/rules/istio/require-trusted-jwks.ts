import { type JwtRule, jwtRulesOf, type Said } from "../../readers/jwtRules";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { istioPage, vulnerability, weakness } from "./facts";

const { framework, reference } = weakness(347, "Improper Verification of Cryptographic Signature");

/** Members of a JSON Web Key that are public (RFC 7517 section 4, RFC 7518 section 6, RFC 8037). */
const publicMembers = [
  ...["kty", "use", "key_ops", "alg", "kid", "x5u", "x5c", "x5t", "x5t#S256", "n", "e", "crv", "x", "y"],
  ...["issuer", "cloud_instance_name"],
];

/**
 * Keys come from whom they say they come from: over TLS, from a name, and only public ones.
 *
 * A Service of the cluster needs TLS as well: its name is anybody's who can answer on the pod network. Addresses are
 * refused altogether where they are the node's own or a metadata server's, under whatever spelling.
 */
export const requireTrustedJwks: Rule = {
  name: "require-trusted-jwks",
  title: "Keys for tokens come over TLS from a known place",
  why:
    "Whoever answers for the key set decides who everybody is. Over plain HTTP that is anybody on the way; and istiod, " +
    "which fetches the keys, can be led to a cloud's metadata server.",
  mend: "Write an https issuer and an https jwksUri with a host name; give a private authority to istiod and not http.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2026-41413", "istiod asks whatever address a jwksUri names"),
    vulnerability(
      "CVE-2026-31837",
      "keys that could not be fetched were replaced by one whose private half is published",
    ),
    istioPage(
      "Istio JWTRule",
      "reference/config/security/jwt/",
      "the issuer, the address of its keys, or keys in place",
    ),
    {
      id: "OpenID Connect Discovery 1.0",
      url: "https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata",
      about: "an issuer is an https address without a query",
    },
  ],
  settings: [],
  check: (manifest) => jwtRulesOf(manifest).flatMap(findings),
};

function findings(rule: JwtRule): Finding[] {
  return [
    ...inspect(() => {
      const issuer = rule.issuer();
      if (issuer.value !== "") return address(issuer, "an issuer");
      // In a provider of Envoy's an absent issuer means that any will do.
      return [violation(issuer.field, `${issuer.field} is absent. Write the https address in iss of the tokens.`)];
    }),
    ...inspect(() => (rule.keysAddress().value === "" ? [] : address(rule.keysAddress(), "the keys"))),
    ...inspect(() => (rule.keys().value === "" ? [] : secretParts(rule.keys()))),
  ];
}

function address({ field, value }: Said<string>, what: string): Finding[] {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // Of a wrong address only the origin is shown; what follows may hold a password.
  if (url?.protocol !== "https:") {
    const shown = url === undefined ? "is no address" : `is ${JSON.stringify(`${url.protocol}//${url.host}`)}`;
    return [
      violation(field, `${field} ${shown}. Write ${what} as an https address, so that nobody on the way can answer.`),
    ];
  }
  if (isLocal(url.hostname)) {
    return [
      violation(field, `${field} is at ${url.hostname}, a place that only the node itself reaches. Write a host name.`),
    ];
  }
  return [];
}

/** Loopback, link-local and unspecified addresses; the URL parser has made one spelling of decimal and octal ones. */
function isLocal(host: string): boolean {
  return (
    /^(127|169\.254|0)\./.test(host) ||
    /^(localhost|.*\.localhost|metadata|metadata\.google\.internal|instance-data)\.?$/.test(host) ||
    /^\[(::1?|fe[89ab][0-9a-f]:.*|fd00:ec2::254|::ffff:(7f|a9fe|0).*)\]$/.test(host)
  );
}

/** Nothing of the text is shown: with a secret part in it, it is a secret. */
function secretParts({ field, value }: Said<string>): Finding[] {
  const keys = keysIn(value);
  if (keys === undefined) {
    return [violation(field, `${field} is no JSON Web Key Set. Write {"keys": […]} with the issuer's public keys.`)];
  }
  const isPublic = keys.every(
    (key) => key["kty"] !== "oct" && Object.keys(key).every((k) => publicMembers.includes(k)),
  );
  if (isPublic) return [];
  const message =
    `${field} holds more than public keys, and whoever reads the object can sign tokens. ` +
    "Make a new key at the issuer, and name jwksUri or the public members alone.";
  return [violation(field, message)];
}

function keysIn(text: string): Record<string, unknown>[] | undefined {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    const isList = Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
    return isList ? (keys as Record<string, unknown>[]) : undefined;
  } catch {
    return undefined;
  }
}
