import { type Page } from "playwright-core";

/** What the page tries, each a script that brings about one request to `url`. */
export const attempts: readonly { what: string; script: (url: string) => string }[] = [
  { what: "a call with the session", script: (url) => `fetch(${url}, { credentials: "include" })` },
  {
    what: "a call that reads no answer",
    script: (url) => `fetch(${url}, { credentials: "include", mode: "no-cors" })`,
  },
  {
    what: "a call that posts",
    script: (url) => `fetch(${url}, { credentials: "include", mode: "no-cors", method: "POST", body: "x" })`,
  },
  { what: "an image", script: (url) => `new Image().src = ${url}` },
  {
    what: "a script",
    script: (url) => `document.head.append(Object.assign(document.createElement("script"), { src: ${url} }))`,
  },
  {
    what: "a frame",
    script: (url) => `document.body.append(Object.assign(document.createElement("iframe"), { src: ${url} }))`,
  },
  {
    what: "a form that posts into a frame",
    script: (url) => `(() => {
      const frame = Object.assign(document.createElement("iframe"), { name: "into" });
      const form = Object.assign(document.createElement("form"), { method: "POST", action: ${url}, target: "into" });
      document.body.append(frame, form);
      form.submit();
    })()`,
  },
];

/** How long a request may take that a script brings about, in milliseconds. */
const patience = 10_000;

/**
 * The status of what came for a script's request; nothing where none was sent, or none came back. It is the network that is asked:
 * what CORS and the like keep from the page, the page's own events don't tell.
 */
export async function answerTo(page: Page, url: string, script: string): Promise<number | undefined> {
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const answer = new Promise<number | undefined>((resolve) => {
    let asked: string | undefined;
    const came = new Map<string, number>();
    const tell = () => (asked !== undefined && came.has(asked) ? resolve(came.get(asked)) : undefined);
    network.on("Network.requestWillBeSent", ({ requestId, request }) => {
      if (request.url === url && request.method !== "OPTIONS") {
        asked ??= requestId;
        tell();
      }
    });
    network.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => {
      came.set(requestId, statusCode);
      tell();
    });
    setTimeout(() => resolve(undefined), patience).unref();
  });
  // Whatever comes of it in the page, its request counts.
  await page.evaluate(`void (async () => { ${script} })().catch(() => undefined)`).catch(() => undefined);
  const status = await answer;
  await network.detach();
  return status;
}
