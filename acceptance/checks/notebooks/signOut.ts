import { type Check, type CheckContext } from "../../check";
import { type Jar } from "../../http/jar";
import { type HeaderList } from "../../http/request";
import { notebooksOf } from "../../notebookHosts";
import { isSession } from "../../signIn/cookies";
import { type Followed, follow } from "../../signIn/follow";
import { askWith, pageHeaders } from "../../signIn/hop";
import { isSignInPage, open, refused } from "../../signIn/page";
import { jarFrom, signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { whatCame } from "../../tokens/refusal";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** A browser that goes to a page, as it says so (https://www.w3.org/TR/fetch-metadata/). */
const goesTo: HeaderList = [
  ...pageHeaders,
  ["Sec-Fetch-Site", "none"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Dest", "document"],
];

/** A script of the gate's own page. */
const byScript: HeaderList = [
  ["Accept", "*/*"],
  ["Sec-Fetch-Site", "same-origin"],
  ["Sec-Fetch-Mode", "cors"],
  ["Sec-Fetch-Dest", "empty"],
];

/** The dashboard's button signs a person out, and they expect that to be true of what it opened. */
export const notebookSignOut: Check = {
  area: "notebooks",
  name: "sign-out",
  proves:
    "Whoever signs out at the gate, by a page or by a script of the dashboard, has no session at the notebooks either once they see a page of the gate again; nothing else leads there.",
  mend: "The filter gatehouse.notebook_sign_out (documents/gateway/notebook-sign-out.lua), and the end of a sign-out in documents/gateway/identity-headers.lua.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 300,
  run: (context) => withNotebooks(context, [{ name: "lab" }], (own) => signOutAt(context, own)),
};

type Own = OwnNotebooks<"lab">;

export async function signOutAt(context: CheckContext, own: Own): Promise<void> {
  const { target, probe, signal } = context;
  const { gate } = target;
  const page = new URL("/gatehouse-verify", gate);
  const both = [...own.session.hops, ...(await signIn(target, somebody(target), page, signal)).hops];
  const jarOfBoth = () => jarFrom(both);
  for (const path of ["/oauth2/sign_out", "/logout"]) {
    await signedOut(context, own, jarOfBoth(), `a page of ${path}`, async (jar) => {
      await follow(target, jar, new URL(path, gate), { headers: goesTo, signal });
    });
    await signedOut(context, own, jarOfBoth(), `a script's POST to ${path}`, async (jar) => {
      await follow(target, jar, new URL(path, gate), {
        method: "POST",
        headers: [...byScript, ["Origin", gate.origin], ["Content-Length", "0"]],
        signal,
      });
      const call = await askWith(target, jar, gate, "/gatehouse-verify", { headers: byScript, signal });
      probe.expect(
        ![301, 302, 303, 307].includes(call.status),
        "a call of a script is not led away after a sign-out",
        `a call of a script should not be led away after a sign-out; came ${whatCame(call)}`,
      );
      const after = await follow(target, jar, page, { headers: goesTo, signal });
      ledOver(context, after, true, `the next page after a script's POST to ${path}`);
      const again = await follow(target, jar, page, { headers: goesTo, signal });
      ledOver(context, again, false, `the page after that`);
    });
  }
}

/** One browser with both sessions, which signs out. */
async function signedOut(
  context: CheckContext,
  { at }: Own,
  jar: Jar,
  what: string,
  leave: (jar: Jar) => Promise<void>,
): Promise<void> {
  const { target, probe, signal } = context;
  const { gate } = target;
  const { origin, prefix } = at.lab;
  const notebook = new URL(prefix, origin);
  const page = new URL("/gatehouse-verify", gate);
  const before = await follow(target, jar, page, { headers: goesTo, signal });
  ledOver(context, before, false, "a page of the gate before a sign-out");
  const { answer: there } = await open(target, jar, notebook, signal);
  probe.expect(
    there.status === 200,
    `before ${what} the notebook's session works`,
    `before ${what} the notebook's session should work; came ${whatCame(there)}`,
  );
  await leave(jar);
  for (const url of [notebook, page]) {
    const { answer } = await open(target, jar, url, signal);
    probe.expect(
      refused(answer),
      `after ${what} ${url.hostname} needs a sign-in`,
      `after ${what} ${url.hostname} should need a sign-in; came ${whatCame(answer)}`,
    );
  }
  const left = jar.cookies.filter(isSession);
  probe.expect(
    left.length === 0,
    `after ${what} no session is left in the browser`,
    `after ${what} no session should be left in the browser; there are ${left.length}`,
  );
}

/** Whether a page was reached over the notebooks' sign-out, and came back to the gate's sign-in page. */
function ledOver(
  { target, probe }: CheckContext,
  { hops, last, stuck }: Followed,
  wanted: boolean,
  what: string,
): void {
  const { signInHost } = notebooksOf(target);
  const over = hops.some(({ url }) => url.host === signInHost.host && url.pathname === "/oauth2/sign_out");
  const back = last.url.host === target.gate.host && stuck === undefined && (!wanted || isSignInPage(last.answer));
  probe.expect(
    over === wanted && back,
    `${what} ${wanted ? "leads over the notebooks' sign-out and back" : "leads nowhere else"}`,
    `${what} should ${wanted ? "lead over the notebooks' sign-out back to the gate's sign-in page" : "lead nowhere else"}; it came to ${last.url.origin}${last.url.pathname} with ${last.answer.status}${stuck === undefined ? "" : `: ${stuck}`}`,
  );
}
