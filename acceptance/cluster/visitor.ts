import { dex, oauth2Proxy } from "../../components/topology";
import { type CheckContext, type Person, type Probe, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Jar } from "../http/jar";
import { type Answer, ask } from "../http/request";
import { signIn } from "../signIn/session";
import { bearer } from "../tokens/ask";
import { grantIdToken } from "../tokens/grant";
import { type Client, echoOf, somebody } from "../tokens/parts";
import { type Api } from "./api";
import { type Secret } from "./objects";

/** Somebody with everything that a request can carry here: a token, and a session where those can be had. */
export interface Visitor {
  person: Person;
  /** The application that the requests are for. */
  url: URL;
  token: string;
  /** `undefined` only where the deployment has no oauth2-proxy that could give one. */
  session: VisitorSession | undefined;
}

export interface VisitorSession {
  jar: Jar;
  /** The session's cookies as they were after the sign-in. */
  cookies: string;
}

export async function visitorOf({ target, signal }: CheckContext, api: Api | undefined): Promise<Visitor> {
  const person = somebody(target);
  const url = echoOf(target);
  const session = hasSessions(target) ? await begun(target, person, url, signal) : undefined;
  const token = await newToken(target, person, url, api, signal);
  return { person, url, token, session };
}

/** Where oauth2-proxy answers in any way there have to be sessions, and a sign-in that fails is a finding. */
function hasSessions({ absent }: Target): boolean {
  return absent?.has("oauth2-proxy") !== true;
}

async function begun(target: Target, person: Person, url: URL, signal: AbortSignal): Promise<VisitorSession> {
  const jar = await newSession(target, person, url, signal);
  return { jar, cookies: jar.header(url, "/") };
}

/** The session of whoever runs a check that needs sessions. */
export function sessionOf({ session }: Visitor): VisitorSession {
  if (session === undefined) {
    throw new Error("the deployment has no oauth2-proxy, so that there are no sessions to look at");
  }
  return session;
}

/** Says in the report that nobody looked at sessions, where there are none. */
export function tellWithoutSessions(probe: Probe, { session }: Visitor): void {
  if (session === undefined) {
    probe.figure("sessions looked at (none without oauth2-proxy)", 0, "sessions");
  }
}

/**
 * Gets a token of Dex, with the client that was named or else with the platform's own, and makes sure that it is this
 * person whom the application sees.
 */
export async function newToken(
  target: Target,
  person: Person,
  url: URL,
  api: Api | undefined,
  signal: AbortSignal,
): Promise<string> {
  const client = target.client ?? (await clientInCluster(target, api, signal));
  const token = await grantIdToken(target, person, { client, signal });
  const headers = [["Accept", "application/json"], bearer(token)] as const;
  mustSee(person, await ask(target, url, "/", { headers, signal }), "with a new token of Dex");
  return token;
}

/** Signs in and makes sure that it is this person whom the application sees. */
export async function newSession(target: Target, person: Person, url: URL, signal: AbortSignal): Promise<Jar> {
  const { jar, last } = await signIn(target, person, url, signal);
  mustSee(person, last.answer, "after the sign-in");
  return jar;
}

function mustSee({ email }: Person, answer: Answer, when: string): void {
  const user = seenByBackend(answer)?.user;
  if (user !== email) {
    throw new Error(`${when} the echo should see ${email}; it answered ${answer.status} and saw ${user ?? "nobody"}`);
  }
}

/** The platform's own client of Dex, as oauth2-proxy reads it. */
export async function clientInCluster(target: Target, api: Api | undefined, signal: AbortSignal): Promise<Client> {
  if (api === undefined) {
    throw new Error(
      "no token of Dex can be had without a client of Dex (--client) or access to the cluster (--kubeconfig)",
    );
  }
  const path = `/api/v1/namespaces/${oauth2Proxy.namespace}/secrets/${oauth2Proxy.name}`;
  const { data = {} } = await api.get<Secret>(path, signal).catch((error: unknown) => {
    throw new Error(`no token of Dex can be had: name a client with --client, or allow to read ${path}`, {
      cause: error,
    });
  });
  const secret = Buffer.from(data["client-secret"] ?? "", "base64").toString("utf8");
  if (secret === "") {
    throw new Error(`${path} holds no client-secret: name a client of Dex with --client`);
  }
  return { id: dex.clientId, secret, redirectUri: new URL("/oauth2/callback", target.gate).href };
}
