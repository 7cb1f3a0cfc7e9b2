import { type CheckContext } from "../../check";
import { type HeaderList } from "../../http/request";
import { signIn } from "../../signIn/session";
import { bearer } from "../../tokens/ask";
import { identityOf } from "../../tokens/claims";
import { grantIdToken } from "../../tokens/grant";
import { echoOf, somebody } from "../../tokens/parts";
import { expectIdentity, type Identity } from "../../tokens/refusal";
import { seenByBackend } from "../../echo";
import { askEcho } from "../../tokens/ask";

/** With what a request proves who it is from. */
export interface Credential {
  what: string;
  headers: HeaderList;
  /** Who it is from: what an application must see, whatever else the request says. */
  identity: Identity;
}

/** A session by cookie. Its identity is what the application sees without anything forged. */
export async function sessionOf(context: CheckContext): Promise<Credential> {
  const { target, signal, probe } = context;
  const person = somebody(target);
  const echo = echoOf(target);
  probe.busy("signing in");
  const { jar } = await signIn(target, person, new URL("/", echo), signal);
  const headers: HeaderList = [["Cookie", jar.header(echo, "/")]];
  const answer = await askEcho(context, headers);
  const groups = person.groups ?? seenByBackend(answer)?.groups ?? [];
  const identity = { user: person.email, groups };
  expectIdentity(probe, answer, identity, "a session with nothing forged");
  return { what: "a session", headers, identity };
}

/** An ID token of Dex; oauth2-proxy has no part in it. */
export async function bearerOf(context: CheckContext): Promise<Credential> {
  const { target, signal, probe } = context;
  probe.busy("getting a token of Dex");
  const token = await grantIdToken(target, somebody(target), { signal });
  const headers = [bearer(token)];
  const identity = identityOf(token);
  expectIdentity(probe, await askEcho(context, headers), identity, "a token with nothing forged");
  return { what: "a token", headers, identity };
}
