import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { Jar } from "../../http/jar";
import { type Answer, ask, header, type HeaderList } from "../../http/request";
import { type NotebookAddress, notebookAt, notebooksOf } from "../../notebookHosts";
import { Attempt } from "../../signIn/attempt";
import { readForm } from "../../signIn/form";
import { pageHeaders } from "../../signIn/hop";
import { notArrived, open, refused } from "../../signIn/page";
import { somebody } from "../../tokens/parts";
import { whatCame } from "../../tokens/refusal";
import { cookieCases } from "../spoofing/cookieCases";
import { headerLines } from "../spoofing/headerLines";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** The way of a person from the dashboard to a notebook, and what that gets to see. */
export const notebookSignIn: Check = {
  area: "notebooks",
  name: "sign-in",
  proves:
    "The gate leads a notebook's path to the notebook's own host, where a sign-in of its own comes back to exactly that page; the notebook sees the person, no session and no token, and its host serves nothing else.",
  mend: "The filter gatehouse.notebook_hosts (documents/gateway/notebook-hosts.lua), the rule notebook-session (components/accessRules.ts), and oauth2-proxy-notebooks in the namespace auth.",
  exercises: ["gateway", "oauth2-proxy", "Dex", "API server", "istiod"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 420,
  run: (context) => withNotebooks(context, [{ name: "lab" }, { name: "other" }], (own) => signInAt(context, own)),
};

type Own = OwnNotebooks<"lab" | "other">;

export async function signInAt(context: CheckContext, own: Own): Promise<void> {
  await fromTheGate(context, own.at.lab);
  await comesBack(context, own.at.lab);
  await seesNoSession(context, own);
  await servesNothingElse(context, own);
}

async function fromTheGate(
  { target, probe, signal }: CheckContext,
  { origin, prefix }: NotebookAddress,
): Promise<void> {
  const { gate } = target;
  for (const [method, path] of [
    ["GET", `${prefix}x?y=1&z=%2F`],
    ["GET", prefix],
    ["POST", `${prefix}api/contents`],
  ] as const) {
    const answer = await ask(target, gate, path, { method, headers: pageHeaders, signal });
    const wanted = new URL(path, origin).href;
    const location = header(answer, "location");
    probe.expect(
      answer.status === 307 && location === wanted,
      `${method} ${path} of the gate leads to the notebook's host`,
      `${method} ${path} of the gate should lead to ${wanted} with 307; came ${answer.status} to ${location ?? "nowhere"}`,
    );
  }
}

/** From the page over its button, Dex and the way back to the very page. */
async function comesBack({ target, probe, signal }: CheckContext, { origin, prefix }: NotebookAddress): Promise<void> {
  const { signInHost } = notebooksOf(target);
  const person = somebody(target);
  const asked = new URL(`${prefix}lab/tree/a%20b?y=1&y=2&next=https%3A%2F%2Fexample.com%2F&ok=%E2%9C%93`, origin);
  const jar = new Jar();
  const { answer } = await open(target, jar, asked, signal);
  const form = readForm(answer.body, asked);
  if (!refused(answer) || form?.action.pathname !== "/oauth2/start") {
    probe.wrong(`a notebook's page without a session should show the sign-in page; it was ${whatCame(answer)}`);
    return;
  }
  probe.expect(
    form.action.host === signInHost.host,
    `the sign-in page of a notebook leads to ${signInHost.host}`,
    `the sign-in page of a notebook should lead to ${signInHost.host}; it leads to ${form.action.host}`,
  );
  const button = new URL(form.action);
  button.search = new URLSearchParams(form.fields).toString();
  const attempt = new Attempt(target, jar, asked, signal);
  await attempt.toForm(button);
  const arrived = await attempt.finish(await attempt.toCallback(person));
  const fault = notArrived({ ...target, echo: origin }, arrived, person);
  probe.expect(
    fault === undefined,
    `the sign-in came back to the notebook's page as ${person.email}`,
    `the sign-in should end on the notebook's page as ${person.email}; it came to ${fault}`,
  );
  const path = seenByBackend(arrived.answer)?.headers[":path"];
  const wanted = `${asked.pathname}${asked.search}`;
  probe.expect(
    path === wanted,
    `the notebook was asked for ${wanted}`,
    `the notebook should be asked for ${wanted}; it was asked for ${path ?? "nothing"}`,
  );
}

async function seesNoSession({ target, probe, signal }: CheckContext, { at, session }: Own): Promise<void> {
  const { origin, prefix } = at.lab;
  const cookie = session.jar.header(origin, prefix);
  const secrets = cookie.split("; ").map((pair) => pair.slice(pair.indexOf("=") + 1).slice(0, 40));
  const one = (headers: HeaderList) => ask(target, origin, prefix, { headers: [...pageHeaders, ...headers], signal });
  for (const { what, sent, kept } of cookieCases(cookie).filter(
    (each) => each.sent.length === 1 && !each.twoSessions,
  )) {
    const answer = await one(sent.map((line) => ["Cookie", line] as const));
    const lines = headerLines(answer);
    const leak = lines.find(({ value }) => secrets.some((secret) => secret.length >= 8 && value.includes(secret)));
    const got = lines.filter(({ name }) => name === "cookie").map(({ value }) => value);
    const same = seenByBackend(answer) !== undefined && got.join("\n") === (kept ?? "");
    probe.expect(
      same && leak === undefined,
      `${what}: the notebook gets ${kept === undefined ? "no cookie" : "the other cookies as they were"}`,
      leak === undefined
        ? `${what}: the notebook should get ${kept === undefined ? "no cookie" : JSON.stringify(kept)}; ${seenByBackend(answer) === undefined ? `came ${whatCame(answer)}` : `it got ${JSON.stringify(got)}`}`
        : `${what}: the notebook got the session in the header ${leak.name}`,
    );
  }
  // Whoever has a session comes in by it alone, whatever else is said. Jupyter's own token may be handed on, and nobody's JSON Web Token.
  const { authorization: handedOn } = notebooksOf(target);
  for (const credentials of ["Bearer e30.e30.x", "token 0123456789", "Basic YTpi"]) {
    const seen = seenByBackend(await one([["Cookie", cookie], ["Authorization", credentials]])); // prettier-ignore
    const [scheme] = credentials.split(" ");
    const reached = seen?.headers["authorization"];
    const wanted = handedOn && scheme !== "Bearer" ? credentials : undefined;
    const came = seen === undefined ? "it was not asked" : reached === undefined ? "it got none" : "it got one";
    probe.expect(
      seen !== undefined && reached === wanted,
      `with Authorization: ${scheme} …, the notebook sees ${wanted === undefined ? "none" : "what was sent"}`,
      `with Authorization: ${scheme} … and a session the notebook should be asked ${wanted === undefined ? "without it" : "with just that"}; ${came}`,
    );
  }
}

async function servesNothingElse({ target, probe, signal }: CheckContext, own: Own): Promise<void> {
  const { origin, prefix } = own.at.lab;
  const { namespace } = own;
  const cookie = ["Cookie", own.session.jar.header(origin, prefix)] as const;
  const asked = (url: URL, path: string, headers: HeaderList = []) =>
    ask(target, url, path, { headers: [...pageHeaders, cookie, ...headers], signal });
  const home = await asked(origin, "/");
  probe.expect(
    home.status === 302 &&
      new URL(header(home, "location") ?? "about:blank", origin).href === `${origin.origin}${prefix}`,
    "the notebook's host leads to its notebook",
    `the root of the notebook's host should lead to ${prefix} with 302; came ${home.status} to ${header(home, "location") ?? "nowhere"}`,
  );
  for (const path of [
    "/hub/",
    "/oauth2/userinfo",
    "/oauth2/sign_out",
    "/dex/auth",
    own.at.other.prefix,
    `/notebook/${namespace}/lab2/`,
    `/notebook/${namespace}2/lab/`,
    `/tensorboard/${namespace}/lab/`,
    `/NOTEBOOK/${namespace}/lab/`,
    "/gatehouse/return/x/",
  ]) {
    const answer = await asked(origin, path);
    probe.expect(
      answer.status === 404 && seenByBackend(answer) === undefined,
      `${path} at the notebook's host: 404`,
      `${path} at the notebook's host should get 404; came ${whatCame(answer)}`,
    );
  }
  for (const path of [
    `${prefix}../other/`,
    `${prefix}%2e%2e/other/`,
    `${prefix}..%2fother/`,
    `${prefix}..\\other/`,
    `/${prefix}`,
    `/x/..${own.at.other.prefix}`,
  ]) {
    const answer = await asked(origin, path);
    const reached = seenByBackend(answer)?.headers[":path"];
    probe.expect(
      reached === undefined || (reached.startsWith(prefix) && !/\.\.|other\/$/i.test(reached)),
      `${path} at the notebook's host: ${reached ?? answer.status}`,
      `${path} at the notebook's host should lead to no other place; the notebook was asked for ${reached}`,
    );
  }
  await hostsWithoutOne(target, probe, asked, own);
}

async function hostsWithoutOne(
  target: CheckContext["target"],
  probe: CheckContext["probe"],
  asked: (url: URL, path: string, headers?: HeaderList) => Promise<Answer>,
  { namespace, at }: Own,
): Promise<void> {
  const unknown = notebookAt(notebooksOf(target), namespace, "none");
  const answer = await asked(unknown.origin, unknown.prefix);
  probe.expect(
    answer.status === 404 && seenByBackend(answer) === undefined,
    "a host without a notebook: 404",
    `a host without a notebook should get 404; came ${whatCame(answer)}`,
  );
  const { origin, prefix } = at.lab;
  const port = await asked(origin, prefix, [["Host", `${origin.hostname}:8443`]]);
  probe.expect(
    port.status === 421,
    "a notebook's host with another port: 421",
    `a notebook's host with the port 8443 should get 421; came ${whatCame(port)}`,
  );
}
