import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { ask, header } from "../../http/request";
import { type NotebookAddress, notebooksOf } from "../../notebookHosts";
import { readForm } from "../../signIn/form";
import { pageHeaders } from "../../signIn/hop";
import { refused } from "../../signIn/page";
import { type Session, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { whatCame } from "../../tokens/refusal";
import { asSent, type Brought, fromOtherPages, ofPeople } from "../origins/browsers";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

type Own = OwnNotebooks<"lab" | "runs" | "data">;

/** The two other kinds of what shows anybody's pages. */
const kinds = [
  ["a TensorBoard", "runs"],
  ["a volume viewer", "data"],
] as const;

/** Somebody's training logs and somebody's files are pages, too. */
export const boardsAndViewers: Check = {
  area: "notebooks",
  name: "boards-and-viewers",
  proves:
    "A TensorBoard and a volume viewer, as Kubeflow's controllers make them, have hosts of their own: the gate leads their paths there, people sign in as to notebooks, they see the person and no session, their hosts serve nothing else, and what their pages bring about at the gate and at a notebook gets 403.",
  mend: "The filters gatehouse.notebook_hosts and gatehouse.cross_origin (documents/gateway/notebook-hosts.lua, cross-origin.lua), and the policy gatehouse-notebook-hosts, which gives what controllers make its host (documents/kubernetes).",
  exercises: ["gateway", "sidecar", "oauth2-proxy", "API server", "istiod"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 420,
  run: (context) =>
    withNotebooks(
      context,
      [{ name: "lab" }, { name: "runs", kind: "tensorboard" }, { name: "data", kind: "viewer" }],
      (own) => boardsAndViewersAt(context, own),
    ),
};

export async function boardsAndViewersAt(context: CheckContext, own: Own): Promise<void> {
  const { target, signal } = context;
  const ofGate = await signIn(target, somebody(target), new URL("/", target.echo ?? target.gate), signal);
  for (const [what, name] of kinds) {
    await reached(context, what, own.at[name], own.session);
    await nothingElse(context, what, own.at[name], own);
    await bringsNothingAbout(context, what, own.at[name], own, ofGate);
  }
}

/** From the gate to the page, with a session and without. */
async function reached(
  { target, probe, signal }: CheckContext,
  what: string,
  { origin, prefix }: NotebookAddress,
  { jar }: Session,
): Promise<void> {
  const rest = "data/plugins?tag=a%2Fb&run=c";
  const led = await ask(target, target.gate, `${prefix}${rest}`, { headers: pageHeaders, signal });
  const wanted = new URL(`${prefix}${rest}`, origin).href;
  probe.expect(
    led.status === 307 && header(led, "location") === wanted,
    `${what}: the gate leads its paths to its host`,
    `${what}: the gate should lead to ${wanted} with 307; came ${led.status} to ${header(led, "location") ?? "nowhere"}`,
  );
  const stranger = await ask(target, origin, prefix, { headers: pageHeaders, signal });
  const { signInHost } = notebooksOf(target);
  const action = readForm(stranger.body, new URL(prefix, origin))?.action;
  probe.expect(
    refused(stranger) && action?.host === signInHost.host,
    `${what}: whoever has no session gets the notebooks' sign-in page`,
    `${what}: whoever has no session should get the sign-in page of ${signInHost.host}; it was ${whatCame(stranger)}, for ${action?.host ?? "no host"}`,
  );
  const cookie = jar.header(origin, prefix);
  const answer = await ask(target, origin, `${prefix}${rest}`, { headers: [...pageHeaders, ["Cookie", `own=1; ${cookie}`]], signal }); // prettier-ignore
  const seen = seenByBackend(answer);
  probe.expect(
    seen?.user === somebody(target).email && seen.headers[":path"] === `/${rest}`,
    `${what}: it is asked for /${rest} by the person`,
    `${what}: it should be asked for /${rest} by ${somebody(target).email}; ${seen === undefined ? `came ${whatCame(answer)}` : `it was asked for ${seen.headers[":path"] ?? "nothing"} by ${seen.user ?? "nobody"}`}`,
  );
  const kept = seen?.headers["cookie"];
  probe.expect(
    kept === "own=1",
    `${what}: it sees other cookies, and no session`,
    `${what}: it should see the other cookies alone; it got ${kept === undefined ? "none" : `those named ${kept.replace(/=[^;]*/g, "")}`}`,
  );
}

async function nothingElse(
  { target, probe, signal }: CheckContext,
  what: string,
  { origin, prefix }: NotebookAddress,
  { namespace, at, session }: Own,
): Promise<void> {
  const asked = (url: URL, path: string) =>
    ask(target, url, path, { headers: [...pageHeaders, ["Cookie", session.jar.header(url, path)]], signal }); // prettier-ignore
  const others = Object.values(at).filter((other) => other.origin.host !== origin.host);
  const places: readonly (readonly [URL, string])[] = [
    ...others.flatMap((other) => [[origin, other.prefix] as const, [other.origin, prefix] as const]),
    [origin, `/notebook/${namespace}/runs/`],
    [origin, "/oauth2/userinfo"],
  ];
  for (const [url, path] of places) {
    const answer = await asked(url, path);
    probe.expect(
      answer.status === 404 && seenByBackend(answer) === undefined,
      `${what}: ${path} at ${url.hostname} is nothing`,
      `${what}: ${path} at ${url.hostname} should get 404; came ${whatCame(answer)}`,
    );
  }
}

/** With the session that a browser sends there, which a page of another host must be unable to use. */
async function bringsNothingAbout(
  { target, probe, signal }: CheckContext,
  what: string,
  { origin }: NotebookAddress,
  { at: { lab }, session }: Own,
  ofGate: Session,
): Promise<void> {
  const victims = [
    ["the gate", target.gate, "/pipeline/apis/v2beta1/runs", ofGate],
    ["a notebook", lab.origin, `${lab.prefix}api/contents`, session],
  ] as const;
  for (const [whom, url, path, { jar }] of victims) {
    const cookie = ["Cookie", jar.header(url, path)] as const;
    const asked = async (brought: Brought) => {
      const { method, headers } = asSent(brought);
      return (await ask(target, url, path, { method, headers: [...headers, cookie], signal })).status;
    };
    await inParallel(fromOtherPages(origin.origin), async (brought) => {
      const status = await asked(brought);
      probe.expect(
        status === 403,
        `${what} to ${whom}: ${brought.what} is refused`,
        `${what} to ${whom}: ${brought.what} should get 403; it got ${status}`,
      );
    });
    await inParallel(ofPeople(url.origin), async (brought) => {
      const status = await asked(brought);
      probe.expect(
        status !== 403 && status !== 401,
        `at ${whom} itself ${brought.what} goes on`,
        `at ${whom} itself ${brought.what} should go on, or this proves nothing; it got ${status}`,
      );
    });
  }
}
