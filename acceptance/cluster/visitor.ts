import { dex, oauth2Proxy } from "../../components/topology";
import { type CheckContext, type Person, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Jar } from "../http/jar";
import { signIn } from "../signIn/session";
import { grantIdToken } from "../tokens/grant";
import { type Client, echoOf, somebody } from "../tokens/parts";
import { type Api } from "./api";
import { type Secret } from "./objects";

/** Somebody with everything that a request can carry: a session and a token. */
export interface Visitor {
  person: Person;
  /** The application that the requests are for. */
  url: URL;
  jar: Jar;
  /** The session's cookies as they were after the sign-in. */
  cookies: string;
  token: string;
}

export async function visitorOf({ target, signal }: CheckContext, api: Api | undefined): Promise<Visitor> {
  const person = somebody(target);
  const url = echoOf(target);
  const jar = await newSession(target, person, url, signal);
  const client = target.client ?? (await clientInCluster(target, api, signal));
  const token = await grantIdToken(target, person, { client, signal });
  return { person, url, jar, cookies: jar.header(url, "/"), token };
}

/** Signs in and makes sure that it is this person whom the application sees. */
export async function newSession(target: Target, person: Person, url: URL, signal: AbortSignal): Promise<Jar> {
  const { jar, last } = await signIn(target, person, url, signal);
  const user = seenByBackend(last.answer)?.user;
  if (user !== person.email) {
    throw new Error(
      `after the sign-in of ${person.email} the echo should see that person; it answered ${last.answer.status} and saw ` +
        (user ?? "nobody"),
    );
  }
  return jar;
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
