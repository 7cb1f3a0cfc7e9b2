import { type BrowserContext, type Page } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { notebooksOf } from "../../notebookHosts";
import { withBrowser } from "../../signIn/browser";
import { signInWith, visit } from "../../signIn/inBrowser";
import { somebody } from "../../tokens/parts";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** What a browser got for a page, and on which of its connections. */
interface Came {
  status: number;
  connection: number;
}

/** What notebooks/one-connection asks by hand, here by a browser's own choice. */
export const browserConnections: Check = {
  area: "notebooks",
  name: "browser-connections",
  proves:
    "Chromium opens two notebooks on one connection, which both answer for themselves, and the gate on another: each page is its own host's, whichever was opened first. Where one certificate covers the gate and the notebooks, that is because the gate's is refused on theirs.",
  mend: "The filter gatehouse.misdirected has to answer 421, on which browsers take another connection (documents/gateway/misdirected.lua; RFC 9110, section 15.5.20).",
  exercises: ["browser", "gateway"],
  needs: ["cluster", "notebooks", "user", "sessions", "browser"],
  timeout: 300,
  run: (context) =>
    withNotebooks(context, [{ name: "lab" }, { name: "other" }], async (own) => {
      // Whatever was opened first has the connection that the others could share.
      for (const order of ["notebooks first", "the gate first"] as const) {
        await withBrowser(context, (browser) => connectionsIn(context, browser, own, order));
      }
    }),
};

type Order = "notebooks first" | "the gate first";

export async function connectionsIn(
  { target, probe }: CheckContext,
  browser: BrowserContext,
  { at: { lab, other } }: Pick<OwnNotebooks<"lab" | "other">, "at">,
  order: Order,
): Promise<void> {
  const tab = await browser.newPage();
  const network = await browser.newCDPSession(tab);
  await network.send("Network.enable");
  const answers = new Map<string, Came>();
  network.on("Network.responseReceived", ({ response: { url, status, connectionId } }) => {
    answers.set(url, { status, connection: connectionId });
  });
  const opened = async (url: URL, page: Page = tab): Promise<Came> => {
    await visit(page, url);
    return answers.get(url.href) ?? { status: 0, connection: 0 };
  };
  const gate = new URL("/gatehouse-verify/connections", target.gate);
  const before = order === "the gate first" ? await opened(gate) : undefined;
  const [first, second] = [new URL(lab.prefix, lab.origin), new URL(other.prefix, other.origin)];
  await signInWith(tab, target, somebody(target), first);
  const one = await opened(first);
  const two = await opened(second);
  const after = await opened(gate);
  for (const [what, { status }] of [
    ["the first notebook", one],
    ["the second notebook", two],
  ] as const) {
    probe.expect(
      status === 200,
      `${order}: ${what} answers`,
      `${order}: ${what} should answer 200 in a browser; it came ${status}`,
    );
  }
  probe.expect(
    one.connection === two.connection,
    `${order}: both notebooks are asked on one connection`,
    `${order}: both notebooks should be asked on one connection, as their certificate covers both; there were two`,
  );
  for (const [when, came] of [["before", before] as const, ["after", after] as const]) {
    if (came !== undefined) {
      // A session of notebooks is none here, so that it is the gate's sign-in page.
      probe.expect(
        came.status === 403 && came.connection !== one.connection,
        `${order}: the gate answers on a connection of its own, ${when} the notebooks`,
        `${order}: the gate should show its sign-in page on a connection of its own ${when} the notebooks at ${notebooksOf(target).domain}; came ${came.status}${came.connection === one.connection ? " on theirs" : ""}`,
      );
    }
  }
}
