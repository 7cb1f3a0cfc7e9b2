import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, type Page } from "playwright-core";
import { type Check, type CheckContext } from "../../check";
import { withBrowser } from "../../signIn/browser";
import { enterPassword, pressButton, signInWith, visit } from "../../signIn/inBrowser";
import { screenshot } from "../../signIn/screenshot";
import { echoOf, somebody } from "../../tokens/parts";
import { filesInLab } from "./lab/filesInLab";
import { jupyterNotebook } from "./lab/jupyterServer";
import { kernelPath, LabPage, terminalPath } from "./lab/labPage";
import { seenByServer } from "./lab/seenByServer";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";

/** Envoy's own limit for a stream on which nothing comes is five minutes. */
const longIdle = 360;
const shortIdle = 20;

/** What people have notebooks for, by the real thing: whatever the gate does to it, this must go on working. */
export const jupyterlab: Check = {
  area: "notebooks",
  name: "jupyterlab",
  proves:
    "In Chromium the dashboard's address of a real JupyterLab leads over the notebooks' sign-in to the Lab, where a cell and a terminal run by websocket, large files go up and down whole, and a kernel answers by the same websocket after 20 s of nothing (six minutes with `--wait`); the server sees who it is, every cookie but the session's and no token; after the sign-out the open page's next call is refused.",
  mend: "The screenshots in the report show how far it came. notebooks/sign-in, long-lived and sign-out look at the same, hop by hop; what the server itself says: `kubectl logs` of the pod `lab`.",
  exercises: ["browser", "gateway", "sidecar", "oauth2-proxy", "Dex", "API server"],
  needs: ["cluster", "notebooks", "user", "sessions", "echo", "browser", "jupyterlab"],
  timeout: 1500,
  run: (context) => {
    const { jupyterlab: image, waitSeconds = 0 } = context.target;
    if (image === undefined) {
      throw new Error("no image with JupyterLab was given");
    }
    return withNotebooks(context, [jupyterNotebook("lab", image)], (own) =>
      withBrowser(context, (browser) => jupyterlabIn(context, browser, own, waitSeconds > 0 ? longIdle : shortIdle)),
    );
  },
};

type Own = OwnNotebooks<"lab">;

async function jupyterlabIn(context: CheckContext, browser: BrowserContext, own: Own, idle: number): Promise<void> {
  const { probe } = context;
  const tab = await browser.newPage();
  // From before the page opens any websocket.
  const lab = new LabPage(tab);
  try {
    await arrives(context, tab, own);
    probe.busy("JupyterLab is drawn");
    await lab.drawn();
    probe.seen("the Lab is drawn");
    await screenshot(tab, probe, "1-the-lab.png");
    await inNotebook(context, lab);
    const used = Date.now();
    await inTerminal(context, lab);
    await filesInLab(context, lab, own.at.lab);
    await seenByServer(context, tab, own.at.lab);
    await afterNothing(context, lab, used + idle * 1000, idle);
    await screenshot(tab, probe, "2-after-all-of-it.png");
    await signedOut(context, browser, tab, own);
  } catch (error) {
    await screenshot(tab, probe, "where-it-ended.png").catch(() => undefined);
    throw error;
  }
}

/** From where the dashboard links to. */
async function arrives({ target, probe }: CheckContext, tab: Page, { at: { lab } }: Own): Promise<void> {
  const { gate } = target;
  const page = new URL(`${lab.prefix}lab`, lab.origin);
  probe.busy("the way to the notebook");
  const first = await visit(tab, new URL(page.pathname, gate));
  probe.expect(
    tab.url() === page.href && [401, 403].includes(first.status()),
    "the gate's address of a notebook leads to a sign-in at the notebook's own host",
    `the gate's address of a notebook should lead to the sign-in at ${page.origin}; it led to ${new URL(tab.url()).origin} with ${first.status()}`,
  );
  await pressButton(tab, target);
  const arrival = await enterPassword(tab, target, somebody(target), page);
  probe.expect(
    arrival.status() === 200,
    "the sign-in comes back to the Lab",
    `the sign-in should come back to the Lab with 200; it was ${arrival.status()}`,
  );
}

/** A product that nobody could know before. */
async function inNotebook({ probe }: CheckContext, lab: LabPage): Promise<void> {
  probe.busy("a notebook with a kernel");
  await lab.newNotebook();
  const [one, other] = [randomInt(1000, 9999), randomInt(1000, 9999)];
  const came = await lab.run(`${one} * ${other}`);
  probe.expect(
    came === String(one * other),
    "a cell runs in a kernel",
    `a cell with ${one} * ${other} should show ${one * other}; it showed ${JSON.stringify(came.slice(0, 200))}`,
  );
}

async function inTerminal({ probe, signal }: CheckContext, lab: LabPage): Promise<void> {
  probe.busy("a terminal");
  const [one, other] = [randomInt(1000, 9999), randomInt(1000, 9999)];
  await lab.inTerminal(`echo $((${one} * ${other}))`);
  const has = () => lab.sockets.at(terminalPath).some(({ received }) => received.includes(String(one * other)));
  for (let look = 0; look < 100 && !has(); look += 1) {
    await sleep(100, undefined, { signal });
  }
  probe.expect(
    has(),
    "a terminal does what is typed",
    `a terminal should do what is typed; its websocket brought no ${one * other}`,
  );
}

/** The kernel's websocket is the same as before, although nobody asked it anything for a while. */
async function afterNothing({ probe, signal }: CheckContext, lab: LabPage, until: number, idle: number): Promise<void> {
  probe.busy(`a kernel of which nobody wants anything for ${idle} s`);
  const before = lab.sockets.at(kernelPath).length;
  await sleep(Math.max(until - Date.now(), 0), undefined, { signal });
  const came = await lab.run(`"".join(["still", "there"])`);
  const after = lab.sockets.at(kernelPath);
  probe.expect(
    came === "'stillthere'",
    `a kernel answers after ${idle} s of nothing`,
    `a kernel should answer after ${idle} s of nothing; it said ${JSON.stringify(came.slice(0, 200))}`,
  );
  probe.expect(
    after.length === before && after.some(({ open }) => open),
    "by the websocket that it had before",
    `a kernel should answer by the websocket that it had before; the Lab opened ${after.length - before} more`,
  );
}

async function signedOut(context: CheckContext, browser: BrowserContext, open: Page, { at }: Own): Promise<void> {
  const { target, probe } = context;
  const { gate } = target;
  const { origin, prefix } = at.lab;
  probe.busy("sign-out at the gate");
  const tab = await browser.newPage();
  await signInWith(tab, target, somebody(target), new URL("/", echoOf(target)));
  // Not from the browser's own store, which may take an answer for as good as new for a while.
  const call = () =>
    open.evaluate<number>(
      `fetch(${JSON.stringify(`${prefix}api/contents`)}, { cache: "no-store" }).then((it) => it.status)`,
    );
  const before = await call();
  await visit(tab, new URL("/logout", gate));
  const after = await call();
  probe.expect(
    before === 200 && (after === 401 || after === 403),
    "the open page's calls are refused after the sign-out",
    `the open page's calls should get 200 before the sign-out and 401 or 403 after it; they got ${before} and ${after}`,
  );
  const again = await visit(tab, new URL(`${prefix}lab`, origin));
  const button = await tab.locator('form[action$="/oauth2/start"] button').count();
  probe.expect(
    [401, 403].includes(again.status()) && button === 1,
    "the same address asks for a sign-in again",
    `the same address should ask for a sign-in after the sign-out; it answered ${again.status()}`,
  );
}
