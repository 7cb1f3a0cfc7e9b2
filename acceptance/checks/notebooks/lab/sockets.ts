import { type Page, type WebSocket } from "playwright-core";

/** What a page's websockets did, from before it opened any. */
export class Sockets {
  readonly #all: { path: string; socket: WebSocket; received: string }[] = [];

  constructor(page: Page) {
    page.on("websocket", (socket) => {
      const one = { path: new URL(socket.url()).pathname, socket, received: "" };
      this.#all.push(one);
      socket.on("framereceived", ({ payload }) => {
        one.received += typeof payload === "string" ? payload : payload.toString("latin1");
      });
    });
  }

  /** Those whose path ends so, in the order in which they were opened. */
  at(end: RegExp): { open: boolean; received: string }[] {
    return this.#all
      .filter(({ path }) => end.test(path))
      .map(({ socket, received }) => ({ open: !socket.isClosed(), received }));
  }
}
