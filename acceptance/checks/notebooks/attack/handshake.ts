import { type Page } from "playwright-core";

/** How long a handshake may take, in milliseconds. */
const patience = 10_000;

/**
 * What a page's websocket got for an answer: a status; `opened`; what the browser found wrong with an answer that switched protocols;
 * or `nothing`. The page itself is told none of it.
 */
export async function handshakeOf(page: Page, { href }: URL): Promise<string> {
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const url = href.replace(/^https:/, "wss:");
  const answer = new Promise<string>((resolve) => {
    let asked = "";
    network.on("Network.webSocketCreated", (created) => {
      asked = created.url === url ? created.requestId : asked;
    });
    network.on("Network.webSocketHandshakeResponseReceived", ({ requestId, response: { status } }) => {
      if (requestId === asked) {
        resolve(status === 101 ? "opened" : String(status));
      }
    });
    network.on("Network.webSocketFrameError", ({ requestId, errorMessage }) => {
      if (requestId === asked) {
        resolve(/Unexpected response code: (\d+)/.exec(errorMessage)?.[1] ?? errorMessage);
      }
    });
    setTimeout(() => resolve("nothing"), patience).unref();
  });
  await page.evaluate(`void new WebSocket(${JSON.stringify(url)})`);
  const came = await answer;
  await network.detach();
  return came;
}
