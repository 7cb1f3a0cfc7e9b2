import { createHash, randomBytes } from "node:crypto";
import { decodeJwt } from "jose";
import { type Person, type Target } from "../check";
import { Jar } from "../http/jar";
import { ask } from "../http/request";
import { readForm } from "../signIn/form";
import { askWith, type AskWithOptions, type Hop, pageHeaders, posted, redirectOf } from "../signIn/hop";
import { connectorOf } from "../signIn/connector";
import { handedOn } from "../signIn/handedOn";
import { atProvider, takesPassword } from "../signIn/provider";
import { type Client, clientOf } from "./parts";

export interface GrantOptions {
  /** What is asked of Dex; a token has the claim `email` only with the scope of that name. */
  scope?: string;
  /** The client that redeems the code; the target's own by default. */
  client?: Client;
  signal?: AbortSignal;
}

/** Dex turned a request down, and said why in the words of RFC 6749, sections 4.1.2.1 and 5.2. */
export class GrantRefused extends Error {
  constructor(
    message: string,
    /** The error code, where Dex gave one: `invalid_scope`. */
    readonly code = "",
  ) {
    super(message);
  }
}

/**
 * An ID token of Dex, got as a program gets one that has a person at hand: authorization code with PKCE (RFC 7636), the
 * secret in the form (`client_secret_post`). Only Dex and the gateway take part.
 */
export async function grantIdToken(target: Target, person: Person, options: GrantOptions = {}): Promise<string> {
  const { scope = "openid email profile groups", client = clientOf(target), signal } = options;
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const nonce = randomBytes(16).toString("base64url");
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: "code",
    scope,
    state,
    nonce,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    // So that several connectors need no choice between buttons.
    connector_id: connectorOf(person),
  });
  const back = await signInAtDex(target, person, atProvider(target, `auth?${query.toString()}`), client, signal);
  const code = back.get("code");
  if (back.get("state") !== state || code === null) {
    const error = printable(back.get("error"));
    const why = error === "" ? "no code, or another state than was sent" : `the error ${error}`;
    throw new GrantRefused(`Dex's redirect to the client brings ${why}`, error);
  }
  const form = {
    grant_type: "authorization_code",
    code,
    redirect_uri: client.redirectUri,
    client_id: client.id,
    client_secret: client.secret,
    code_verifier: verifier,
  };
  const token = await redeem(target, form, signal);
  if (decodeJwt(token).nonce !== nonce) {
    throw new Error("the ID token has another nonce than was sent to Dex");
  }
  return token;
}

/** Walks from Dex's authorization endpoint to the redirect to the client, and gives its parameters without following it. */
async function signInAtDex(
  target: Target,
  person: Person,
  start: URL,
  client: Client,
  signal: AbortSignal | undefined,
): Promise<URLSearchParams> {
  const jar = new Jar();
  const end = new URL(client.redirectUri);
  const go = async (url: URL, options: AskWithOptions = { headers: pageHeaders }): Promise<Hop> => {
    // The password and what leads to a code are for Dex alone, and for the one to which the person's connector leads.
    if (url.origin !== start.origin && url.origin !== person.issuer?.origin) {
      throw new Error(`Dex leads to ${url.origin} on the way, which is not ${start.origin}`);
    }
    const answer = await askWith(target, jar, url, `${url.pathname}${url.search}`, {
      ...options,
      ...(signal === undefined ? {} : { signal }),
    });
    return { url, answer };
  };
  let hop = await go(start);
  for (let hops = 0; hops < 15; hops += 1) {
    const next = redirectOf(hop);
    if (next !== undefined) {
      if (next.origin === end.origin && next.pathname === end.pathname) {
        return next.searchParams;
      }
      hop = await go(next);
      continue;
    }
    const handed = handedOn(target, hop, person);
    if (handed !== undefined) {
      hop = await go(handed.action, posted(handed.fields));
      continue;
    }
    const form = hop.answer.status === 200 ? readForm(hop.answer.body, hop.url) : undefined;
    if (form === undefined || !form.names.includes("password")) {
      break;
    }
    if (!takesPassword(target, person, form.action)) {
      break;
    }
    const { email, login = email, password } = person;
    hop = await go(form.action, posted({ ...form.fields, login, password }));
    if (handedOn(target, hop, person) !== undefined) {
      continue;
    }
    if (hop.answer.status === 200 || hop.answer.status === 401) {
      throw new GrantRefused(`Dex did not take the password of ${person.email}`);
    }
  }
  // An error of the request itself is a page, because Dex may not redirect to a client that it doesn't know.
  throw new GrantRefused(`Dex answered ${hop.url.pathname} with status ${hop.answer.status} and no way on`);
}

/** Redeems at the public token endpoint. */
async function redeem(target: Target, form: Record<string, string>, signal: AbortSignal | undefined): Promise<string> {
  const endpoint = atProvider(target, "token");
  const answer = await ask(target, endpoint, endpoint.pathname, {
    ...posted(form),
    ...(signal === undefined ? {} : { signal }),
  });
  const said = parsed(answer.body);
  if (answer.status !== 200) {
    const error = printable(said.error);
    throw new GrantRefused(`Dex's token endpoint answered ${answer.status} ${error}`.trimEnd(), error);
  }
  if (typeof said.id_token !== "string") {
    throw new Error("Dex's token endpoint answered 200 without an ID token");
  }
  return said.id_token;
}

function parsed(text: string): { id_token?: unknown; error?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** RFC 6749's error codes are short words; whatever else an answer holds is left out. */
function printable(error: unknown): string {
  return typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? error : "";
}
