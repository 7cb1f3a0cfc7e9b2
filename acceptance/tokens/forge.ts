import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { jws, type Parts, partsOf, unsigned } from "./jws";
import { type PublicKey } from "./keys";

/** A token that nobody may believe, and what is wrong with it. */
export interface Forgery {
  what: string;
  token: string;
}

/** Who the forged tokens say that they are for; an application that sees this was shown a forged identity. */
export interface Intruder {
  user: string;
  groups: string[];
}

export function someIntruder(): Intruder {
  const name = `intruder-${randomUUID().slice(0, 8)}`;
  return { user: `${name}@example.org`, groups: [`${name}-admins`] };
}

/** The claims of a genuine token, held by the intruder. */
function stolen(claims: Record<string, unknown>, { user, groups }: Intruder): Record<string, unknown> {
  return { ...claims, sub: user, email: user, email_verified: true, name: user, preferred_username: user, groups };
}

/** Every forged signature, made from a genuine token and the public key that it was signed with. */
export function forgedSignatures(genuine: string, known: PublicKey, intruder: Intruder): Forgery[] {
  const parts = partsOf(genuine);
  const claims = stolen(parts.claims, intruder);
  return [
    ...withoutAlgorithm(parts, claims),
    ...withPublicKeyAsSecret(known, claims),
    ...withForeignKeys(known, claims),
    ...tampered(genuine, parts, claims),
  ];
}

/** RFC 8725, section 3.1: `none` in every spelling, with and without the bytes of a genuine signature. */
function withoutAlgorithm({ header, signature }: Parts, claims: object): Forgery[] {
  const algorithms = ["none", "None", "NONE", "nOnE", "none ", "", null, "RS0"];
  return [
    ...algorithms.flatMap((alg) => [
      { what: `alg ${JSON.stringify(alg)} and no signature`, token: jws({ ...header, alg }, claims, unsigned) },
      {
        what: `alg ${JSON.stringify(alg)} and another token's signature`,
        token: jws({ ...header, alg }, claims, () => signature),
      },
    ]),
    { what: "no alg and no signature", token: jws({ ...header, alg: undefined }, claims, unsigned) },
    { what: "alg none, no kid and no signature", token: jws({ alg: "none", typ: "JWT" }, claims, unsigned) },
  ];
}

/** RFC 8725, section 2.1: the public key, which everybody has, in the place of a secret. */
function withPublicKeyAsSecret({ kid, jwk, key }: PublicKey, claims: object): Forgery[] {
  const pem = key.export({ type: "spki", format: "pem" }).toString();
  const secrets: [what: string, secret: string | Buffer][] = [
    ["the public key as PEM", pem],
    ["the public key as PEM without its last line end", pem.trimEnd()],
    ["the public key as DER", key.export({ type: "spki", format: "der" })],
    ["the public key as JWK", JSON.stringify(jwk)],
    ["the key set", JSON.stringify({ keys: [jwk] })],
    ["nothing", ""],
    ["the kid", kid],
  ];
  if (key.asymmetricKeyType === "rsa") {
    secrets.push(["the public key as PKCS#1 PEM", key.export({ type: "pkcs1", format: "pem" })]);
  }
  for (const member of [jwk.n, jwk.x, jwk.y]) {
    if (member !== undefined) {
      secrets.push(["the public key's number", member], ["its bytes", Buffer.from(member, "base64url")]);
    }
  }
  const hashes = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
  return secrets.flatMap(([what, secret]) =>
    Object.entries(hashes).map(([alg, hash]) => ({
      what: `${alg} with ${what} as the secret`,
      token: jws({ alg, typ: "JWT", kid }, claims, (input) => createHmac(hash, secret).update(input).digest()),
    })),
  );
}

/** Signed well, by somebody else: with a known name, an unknown one, none, and with the key brought along. */
function withForeignKeys({ kid }: PublicKey, claims: object): Forgery[] {
  const { rsa, ec } = foreignKeys();
  const own = rsa.publicKey.export({ format: "jwk" });
  const keySetUrl = "https://gatehouse-verify.invalid/keys";
  const headers: [what: string, header: Record<string, unknown>][] = [
    ["under the name of the issuer's key", { kid }],
    ["under an unknown name", { kid: randomUUID() }],
    ["without a name", {}],
    ["under an empty name", { kid: "" }],
    ["under the name of a file", { kid: "../../../../dev/null" }],
    ["which it brings along as jwk", { kid: "own", jwk: { ...own, kid: "own" } }],
    ["which it brings along as jwk under the known name", { kid, jwk: { ...own, kid } }],
    ["whose address it brings along as jku", { kid: "own", jku: keySetUrl }],
    ["whose address it brings along as jku, under the known name", { kid, jku: keySetUrl }],
    ["whose certificate's address it brings along as x5u", { kid: "own", x5u: keySetUrl }],
    [
      "which it brings along as x5c",
      { kid: "own", x5c: [rsa.publicKey.export({ type: "spki", format: "der" }).toString("base64")] },
    ],
  ];
  const rs256 = (input: string) => sign("sha256", Buffer.from(input), rsa.privateKey);
  const es256 = (input: string) =>
    sign("sha256", Buffer.from(input), { key: ec.privateKey, dsaEncoding: "ieee-p1363" });
  return [
    ...headers.map(([what, header]) => ({
      what: `RS256 with a foreign key ${what}`,
      token: jws({ alg: "RS256", typ: "JWT", ...header }, claims, rs256),
    })),
    {
      what: "ES256 with a foreign key under the name of the issuer's key",
      token: jws({ alg: "ES256", typ: "JWT", kid }, claims, es256),
    },
    { what: "ES256 with a foreign key without a name", token: jws({ alg: "ES256", typ: "JWT" }, claims, es256) },
  ];
}

/** A genuine token with something changed, or taken away. */
function tampered(genuine: string, { header, claims, signature }: Parts, stolenClaims: object): Forgery[] {
  const [first = "", second = "", third = ""] = genuine.split(".");
  const flipped = Buffer.from(signature);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  const keep = () => signature;
  return [
    { what: "other claims under a genuine signature", token: jws(header, stolenClaims, keep) },
    { what: "a later end under a genuine signature", token: jws(header, { ...claims, exp: 4_102_444_800 }, keep) },
    { what: "other claims and no signature", token: jws(header, stolenClaims, unsigned) },
    { what: "a genuine token without its signature", token: `${first}.${second}.` },
    { what: "a genuine token without its last part", token: `${first}.${second}` },
    {
      what: "a genuine token with half of its signature",
      token: `${first}.${second}.${third.slice(0, third.length / 2)}`,
    },
    {
      what: "a genuine token with one bit of its signature changed",
      token: `${first}.${second}.${flipped.toString("base64url")}`,
    },
    {
      what: "a genuine token with zeros as its signature",
      token: `${first}.${second}.${Buffer.alloc(signature.length).toString("base64url")}`,
    },
    { what: "a genuine token with a fourth part", token: `${genuine}.${third}` },
    { what: "claims alone", token: `.${second}.` },
    { what: "two dots", token: ".." },
    { what: "what is no token", token: "intruder" },
  ];
}

let made: Record<"rsa" | "ec", { publicKey: KeyObject; privateKey: KeyObject }> | undefined;

/** Keys of nobody's, made once: RSA takes its time. */
function foreignKeys() {
  made ??= {
    rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ec: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  };
  return made;
}
