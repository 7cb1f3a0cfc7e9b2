import { createHash, createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, verify } from "node:crypto";
import { type FakeAnswer, type FakeRequest } from "../fakeGate";

export type Claims = Record<string, unknown>;
export type Line = [name: string, value: string];

/** What a deployment may do wrong. Without any it does what the documentation promises. */
export interface Faults {
  /** Whether a token is believed although its signature is not the issuer's. */
  believes?: (header: Claims, signature: Buffer, input: string) => boolean;
  /** The claims that nobody looks at: `iss`, `aud`, `exp`, `nbf`, `email`. */
  ignores?: readonly string[];
  /** A place besides `Authorization: Bearer` from which a token is taken. */
  tokenFrom?: (request: FakeRequest) => string | undefined;
  /** Status of a refusal. */
  refusal?: number;
  /** A header of the client's that is not removed. */
  passes?: (name: string) => boolean;
  /** Headers of the client's come before those that the gateway sets, or after. */
  passedLast?: boolean;
  /** Whether the gateway sends the token on. */
  keepsToken?: boolean;
  /** Of two sessions one counts. */
  takesOneOfTwo?: boolean;
  /** Whether a request with these headers needs no identity. */
  opens?: (request: FakeRequest) => boolean;
  /** What becomes of the cookie header; by default only the session goes. */
  cookie?: (header: string) => string | undefined;
  /** Words of the client's that a refusal repeats. */
  repeats?: (request: FakeRequest) => string;
  /** The gateway forgets the identity when the client asks it to. */
  forgets?: (request: FakeRequest) => boolean;
  /** Dex gives a client tokens for another one. */
  crossClient?: boolean;
  /** Requests at which the application's host fails. */
  breaks?: (request: FakeRequest) => boolean;
}

/** An issuer with a key pair. */
export class Issuer {
  readonly kid = "key-1";
  readonly #pair = generateKeyPairSync("rsa", { modulusLength: 2048 });

  constructor(readonly url: string) {}

  get privateKey() {
    return this.#pair.privateKey;
  }

  get publicKey() {
    return this.#pair.publicKey;
  }

  get jwk(): JsonWebKey {
    return { ...this.#pair.publicKey.export({ format: "jwk" }), kid: this.kid, alg: "RS256", use: "sig" };
  }
}

export interface Rule {
  issuer: string;
  audiences: readonly string[];
  keys: readonly JsonWebKey[];
  userClaim: string;
  /** The settings do not name the issuer; somebody added the rule. */
  unnamed?: boolean;
}

/** Reads a token as jwt_authn does; a text says why it is refused. */
export function verified(token: string, rules: readonly Rule[], faults: Faults): Claims | string {
  const parts = token.split(".");
  const [first = "", second = "", third = ""] = parts;
  const header = decoded(first);
  const claims = decoded(second);
  if (parts.length !== 3 || header === undefined || claims === undefined) {
    return "Jwt is not in the form of Header.Payload.Signature";
  }
  const ignored = (claim: string) => faults.ignores?.includes(claim) ?? false;
  const rule = rules.find(({ issuer }) => issuer === claims["iss"]) ?? (ignored("iss") ? rules.at(-1) : undefined);
  if (rule === undefined) {
    return "Jwt issuer is not configured";
  }
  const key =
    rule.keys.find(({ kid }) => kid === header["kid"]) ?? (header["kid"] === undefined ? rule.keys[0] : undefined);
  const signature = Buffer.from(third, "base64url");
  const input = `${first}.${second}`;
  const genuine =
    key !== undefined &&
    header["alg"] === key["alg"] &&
    verify(
      "sha256",
      Buffer.from(input),
      { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" },
      signature,
    );
  if (!genuine && faults.believes?.(header, signature, input) !== true) {
    return "Jwt verification fails";
  }
  const now = Date.now() / 1000;
  const audiences = [claims["aud"]].flat();
  if (!ignored("aud") && !rule.audiences.some((audience) => audiences.includes(audience))) {
    return "Audiences in Jwt are not allowed";
  }
  if (!ignored("exp") && Number(claims["exp"] ?? Infinity) + 60 < now) {
    return "Jwt is expired";
  }
  if (!ignored("nbf") && Number(claims["nbf"] ?? 0) - 60 > now) {
    return "Jwt not yet valid";
  }
  if (!ignored("email") && typeof claims[rule.userClaim] !== "string") {
    return "RBAC: access denied";
  }
  if (rule.unnamed === true && !ignored("known issuers")) {
    return "RBAC: access denied";
  }
  return { ...claims, user: claims[rule.userClaim] };
}

function decoded(text: string): Claims | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as unknown;
    return typeof value === "object" && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether an HMAC with this secret is what the token has. */
export function signedWith(secret: () => string | Buffer) {
  return (_: Claims, signature: Buffer, input: string) =>
    createHmac("sha256", secret()).update(input).digest().equals(signature);
}

const fold = (name: string) => name.toLowerCase().replaceAll("_", "-");
const proxies = ["user", "email", "groups", "preferred-username", "access-token"].map((name) => `x-forwarded-${name}`);

/** Whether the gateway takes a header of the client's away. */
function removed(name: string): boolean {
  const plain = fold(name);
  return (
    name.includes("_") ||
    /^(kubeflow|x-auth-request|x-envoy|x-goog-(authenticated-user|iap)|x-amzn-oidc|cf-access)-/.test(plain) ||
    /^(x-ms-client-principal|x-webauth-|(x-)?remote-|x-authentik-|x-pomerium-)/.test(plain) ||
    [...proxies, "x-forwarded-client-cert", "x-forwarded-proto"].includes(plain) ||
    ["authorization", "cookie", "connection", "host", "te", "transfer-encoding", "keep-alive"].includes(plain) ||
    name.startsWith(":")
  );
}

/** What an application gets of a request whose identity was verified. */
export function forwarded(request: FakeRequest, claims: Claims, faults: Faults): Line[] {
  const { passes = () => false } = faults;
  const groups = ((claims["groups"] ?? []) as string[]).join(",");
  const forgotten = faults.forgets?.(request) ?? false;
  const own: Line[] = [
    [":path", request.path],
    [":method", request.method],
    ["x-forwarded-proto", "https"],
    [
      "x-forwarded-client-cert",
      "By=spiffe://cluster.local/ns/gatehouse-echo/sa/echo;URI=spiffe://cluster.local/ns/ingress/sa/gatehouse-gateway",
    ],
    ...(forgotten ? [] : [["kubeflow-userid", String(claims["user"])] as Line]),
    ...(groups === "" ? [] : [["kubeflow-groups", groups] as Line]),
  ];
  const cookies = request.lines.filter(([name]) => name.toLowerCase() === "cookie").map(([, value]) => value);
  const cookie = (faults.cookie ?? withoutSession)(cookies.join("; "));
  const kept = request.lines
    .filter(
      ([name]) => !removed(name) || passes(name) || (faults.keepsToken === true && fold(name) === "authorization"),
    )
    .map(([name, value]): Line => [name.toLowerCase(), value]);
  return [
    ...(faults.passedLast === true ? own : kept),
    ...(faults.passedLast === true ? kept : own),
    ...(cookie === undefined || cookie === "" ? [] : [["cookie", cookie] as Line]),
  ];
}

export const sessionCookie = "__Secure-gatehouse";

/** As the gateway's own filter does it. */
export function withoutSession(header: string): string | undefined {
  if (!header.includes(sessionCookie)) {
    return header;
  }
  return header
    .split(";")
    .filter((pair) => {
      const name = (pair.split("=")[0] ?? "").trim();
      return !new RegExp(`^${sessionCookie}(_\\d+|(_[\\w-]+)?_csrf)?$`).test(name);
    })
    .join(";")
    .trimStart();
}

/** The echo's answer, line by line as echo.lua writes it. */
export function echoed(lines: readonly Line[]): FakeAnswer {
  const quote = (text: string) =>
    `"${text.replace(/[^ !#-[\]-~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
  const values = (wanted: string) => lines.filter(([name]) => name === wanted).map(([, value]) => value);
  const user = values("kubeflow-userid").join(",");
  const groups = values("kubeflow-groups")
    .join(",")
    .split(",")
    .filter((group) => group !== "");
  const headers = lines.map(([name, value]) => `    ${quote(name)}: ${quote(value)}`).sort();
  const body = `{\n  "user": ${user === "" ? "null" : quote(user)},\n  "groups": [${groups.map(quote).join(", ")}],\n  "headers": {\n${headers.join(",\n")}\n  }\n}\n`;
  return { headers: { "content-type": "application/json" }, body };
}

export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}
