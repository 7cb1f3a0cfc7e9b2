import { notebooks as topology } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { type Api, ApiError, clusterApi } from "../../cluster/api";
import { type Secret } from "../../cluster/objects";
import { seenByBackend } from "../../echo";
import { ask, type HeaderList } from "../../http/request";
import { notebooksOf } from "../../notebookHosts";
import { pageHeaders } from "../../signIn/hop";
import { refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { type Client, somebody } from "../../tokens/parts";
import { expectRefused, whatCame } from "../../tokens/refusal";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** Whatever a notebook could ever get hold of has to be worth nothing elsewhere. */
export const sessionsApart: Check = {
  area: "notebooks",
  name: "sessions-apart",
  proves:
    "Browsers send the gate's session to no notebook and the notebooks' session to nobody else, and replayed there each is none; so is a token that was made for the other.",
  mend: "The notebooks have an oauth2-proxy, a cookie secret, a cookie domain and a client of their own (components/signIns.ts); the rules notebook-session and notebook-tokens keep what is theirs there (components/accessRules.ts).",
  exercises: ["gateway", "oauth2-proxy", "Dex"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 300,
  run: (context) =>
    withNotebooks(context, [{ name: "lab" }], (own) => sessionsApartAt(context, own, clusterApi(context.target))),
};

type Own = OwnNotebooks<"lab">;

export async function sessionsApartAt(context: CheckContext, own: Own, api: Pick<Api, "get">): Promise<void> {
  await cookiesApart(context, own);
  await tokensApart(context, own, api);
}

/** A place where a session counts, and what it answers to somebody who has one. */
interface Place {
  what: string;
  url: URL;
  path: string;
  of: "gate" | "notebooks";
  /** The status with the right session. */
  status: number;
}

async function cookiesApart({ target, probe, signal }: CheckContext, { at, session }: Own): Promise<void> {
  const { gate, echo } = target;
  const { signInHost } = notebooksOf(target);
  const { origin, prefix } = at.lab;
  const start = new URL("/oauth2/userinfo", gate);
  const { jar } = await signIn(target, somebody(target), start, signal);
  const both = { gate: jar.header(gate, "/"), notebooks: session.jar.header(origin, prefix) };
  for (const [what, sent] of [
    ["the gate's cookies to a notebook", jar.header(origin, prefix)],
    ["the gate's cookies to the notebooks' sign-in", jar.header(signInHost, "/")],
    ["the notebooks' cookies to the gate", session.jar.header(gate, "/")],
    ...(echo === undefined
      ? []
      : ([["the notebooks' cookies to an application", session.jar.header(echo, "/")]] as const)),
  ] as const) {
    // Cookies of Dex, which stands at the gate, are in every jar and are no session.
    probe.expect(
      !sent.includes("__Secure-gatehouse"),
      `a browser doesn't send ${what}`,
      `a browser should not send ${what}; their domain covers it`,
    );
  }
  const places: Place[] = [
    { what: "a notebook", url: origin, path: prefix, of: "notebooks", status: 200 },
    { what: "userinfo of the notebooks' sign-in", url: signInHost, path: start.pathname, of: "notebooks", status: 200 },
    { what: "userinfo of the gate", url: gate, path: start.pathname, of: "gate", status: 200 },
    { what: "the gate", url: gate, path: "/gatehouse-verify", of: "gate", status: 404 },
    ...(echo === undefined ? [] : [{ what: "an application", url: echo, path: "/", of: "gate", status: 200 } as const]),
  ];
  for (const { what, url, path, of, status } of places) {
    for (const whose of ["gate", "notebooks"] as const) {
      const answer = await ask(target, url, path, { headers: [...pageHeaders, ["Cookie", both[whose]]], signal });
      const title = `${whose === "gate" ? "the gate's session" : "the notebooks' session"} at ${what}`;
      probe.expect(
        whose === of ? answer.status === status : refused(answer),
        whose === of ? `${title} counts` : `${title} is none`,
        `${title} should ${whose === of ? `get ${status}` : "be none"}; came ${whatCame(answer)}`,
      );
    }
  }
}

async function tokensApart(context: CheckContext, { at, session }: Own, api: Pick<Api, "get">): Promise<void> {
  const { target, probe, signal } = context;
  const { gate } = target;
  const { origin, prefix } = at.lab;
  const asked = (url: URL, path: string, headers: HeaderList) => ask(target, url, path, { headers, signal });
  const elsewhere: [URL, string][] = [
    [gate, "/gatehouse-verify"],
    ...(target.echo === undefined ? [] : [[target.echo, "/"] as [URL, string]]),
  ];
  if (target.client !== undefined) {
    const token = await grantIdToken(target, somebody(target), { signal });
    expectRefused(probe, await asked(origin, prefix, [bearer(token)]), "a token of the gate at a notebook");
    const cookie = ["Cookie", session.jar.header(origin, prefix)] as const;
    const seen = seenByBackend(await asked(origin, prefix, [cookie, bearer(token)]));
    probe.expect(
      seen?.headers["authorization"] === undefined && seen?.user === somebody(target).email,
      "a token of the gate beside a session doesn't reach the notebook",
      "a token of the gate beside a session should change nothing and not reach the notebook",
    );
  }
  const client = await clientOfNotebooks(context, api);
  if (client !== undefined) {
    const token = await grantIdToken(target, somebody(target), { client, signal });
    for (const [url, path] of elsewhere) {
      expectRefused(probe, await asked(url, path, [bearer(token)]), `a token of the notebooks at ${url.host}`);
    }
    expectRefused(probe, await asked(origin, prefix, [bearer(token)]), "a token of the notebooks at a notebook");
  }
}

/** That of the gate's own Dex, where whoever runs this may read its secret; nobody else can get such a token. */
async function clientOfNotebooks({ target, signal }: CheckContext, api: Pick<Api, "get">): Promise<Client | undefined> {
  if (target.provider !== undefined) {
    return undefined;
  }
  const { name, namespace } = topology.proxy;
  try {
    const { data } = await api.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${name}`, signal);
    const secret = data?.["client-secret"];
    const redirectUri = new URL("/oauth2/callback", notebooksOf(target).signInHost).href;
    return secret === undefined
      ? undefined
      : { id: topology.clientId, secret: Buffer.from(secret, "base64").toString(), redirectUri };
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) {
      return undefined;
    }
    throw error;
  }
}
