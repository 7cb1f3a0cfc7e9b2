import { type Page } from "playwright-core";
import { type CheckContext } from "../../../check";
import { type NotebookAddress } from "../../../notebookHosts";
import { isCsrf, isSession } from "../../../signIn/cookies";
import { somebody } from "../../../tokens/parts";
import { seenExtension } from "./seenExtension";

type Headers = readonly (readonly [name: string, value: string])[];

/** Cookies as applications set them, some of which nothing on the way may put in order. */
const ownCookies = ["plain=1", "odd=a b=c", 'quoted="x, y"', "encoded=%2F%3B", "__Secure-gatehousekeeper=2"];

/** What the server got of a page's call and of its websocket: who it is, and every cookie but the session's. */
export async function seenByServer(
  { target, probe }: CheckContext,
  page: Page,
  { origin, prefix }: NotebookAddress,
): Promise<void> {
  probe.busy("what the server sees");
  const { email } = somebody(target);
  await page.evaluate(
    `for (const cookie of ${JSON.stringify(ownCookies)}) document.cookie = cookie + "; Path=/; Secure"`,
  );
  const inBrowser = await page.context().cookies(`${origin.href}${prefix.slice(1)}`);
  const own = inBrowser.filter((cookie) => !isSession(cookie) && !isCsrf(cookie));
  const session = inBrowser.filter(isSession);
  probe.expect(
    session.length > 0 && own.length > ownCookies.length,
    "the browser has the session, Jupyter's cookies and the page's",
    `the browser should have the session, Jupyter's cookies and the page's; it has ${session.length} and ${own.length}`,
  );
  const wanted = own.map(({ name, value }) => `${name}=${value}`).sort();
  for (const [what, script] of [
    // Nobody's token: a notebook gets none, whoever sends it.
    [
      "a call",
      `fetch(${at(seenExtension.request)}, { headers: { Authorization: "Bearer e30.e30.x" } }).then((it) => it.json())`,
    ],
    [
      "a websocket",
      `new Promise((resolve, reject) => {
      const socket = new WebSocket(new URL(${at(seenExtension.websocket)}, location.href.replace(/^http/, "ws")));
      socket.onmessage = ({ data }) => resolve(JSON.parse(data));
      socket.onclose = () => reject(new Error("the websocket closed"));
    })`,
    ],
  ] as const) {
    const headers = await page.evaluate<Headers>(script);
    const named = (name: string) => headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
    const got = named("cookie").flatMap((line) => line.split("; ")).sort(); // prettier-ignore
    const leak = headers.find(([, value]) => session.some((cookie) => value.includes(cookie.value.slice(0, 40))));
    probe.expect(
      leak === undefined && named("authorization").length === 0,
      `${what} brings the server neither session nor token`,
      `${what} should bring the server neither session nor token; it brought ${leak === undefined ? "Authorization" : `the session in ${leak[0]}`}`,
    );
    probe.expect(
      got.join("\n") === wanted.join("\n"),
      `${what} brings the server every other cookie as it is`,
      `${what} should bring the server the cookies ${names(wanted)} as they are; it brought ${names(got)}`,
    );
    probe.expect(
      named("kubeflow-userid").join() === email,
      `${what} says who it is`,
      `${what} should come from ${email}; the server got ${named("kubeflow-userid").join() || "nobody"}`,
    );
  }

  function at(path: string): string {
    return JSON.stringify(`${prefix}${path}`);
  }
}

/** Values may be secrets of the server's. */
function names(pairs: readonly string[]): string {
  return pairs.map((pair) => pair.slice(0, pair.indexOf("="))).join(", ") || "none";
}
