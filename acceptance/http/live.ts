import { type ClientRequest, type IncomingMessage } from "node:http";
import { request as overTls } from "node:https";
import { type Readable, type Writable } from "node:stream";
import { type Target } from "../check";
import { limited } from "../limited";
import { namedInTls } from "./namedInTls";
import { type HeaderList, placeOf, trustIn } from "./request";

/** A request that goes on while its answer comes: a websocket's connection, or a body in both directions. */
export interface Live {
  status: number;
  send(bytes: Buffer): Promise<void>;
  /** The next bytes, in order; fails where it ended before, or nothing came in time. */
  receive(within: number): Promise<Buffer>;
  close(): void;
}

export interface LiveAsk {
  /** Whether the connection is to become a websocket's. */
  websocket: boolean;
  headers: HeaderList;
  signal: AbortSignal;
}

/** Begins one; whatever status it gets, without waiting for its end. */
export async function openLive(
  target: Target,
  url: URL,
  path: string,
  { websocket, headers, signal }: LiveAsk,
): Promise<Live> {
  const handshake: HeaderList = [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ];
  const own = websocket ? handshake : ([["Transfer-Encoding", "chunked"]] as const);
  const trusted = { secureContext: trustIn(target.ca) };
  const request = overTls({
    method: websocket ? "GET" : "POST",
    path,
    host: placeOf(target, url),
    port: url.port === "" ? 443 : Number(url.port),
    ...namedInTls(url.hostname),
    ...trusted,
    agent: false,
    setHost: false,
    headers: [["Host", url.host] as const, ...own, ...headers].flat(),
    signal,
  });
  return await new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("upgrade", (response, socket, head) => {
      socket.unshift(head);
      resolve(live(response, socket, socket, request));
    });
    request.once("response", (response) => resolve(live(response, response, request, request)));
    if (websocket) {
      request.end();
    } else {
      request.flushHeaders();
    }
  });
}

function live({ statusCode = 0 }: IncomingMessage, from: Readable, to: Writable, request: ClientRequest): Live {
  let failed = "";
  const fail = (why: string) => (failed ||= why);
  from.on("error", (error: Error) => fail(error.message));
  to.on("error", (error: Error) => fail(error.message));
  from.once("end", () => fail("it was ended from the other side"));
  from.once("close", () => fail("it was cut off"));
  from.pause();
  return {
    status: statusCode,
    send: (bytes) =>
      new Promise((resolve, reject) => {
        if (failed !== "") {
          reject(new Error(failed));
          return;
        }
        to.write(bytes, (error) => (error === null || error === undefined ? resolve() : reject(error)));
      }),
    receive: (within) => nextOf(from, () => failed, within),
    close: () => {
      to.destroy();
      from.destroy();
      request.destroy();
    },
  };
}

async function nextOf(from: Readable, failed: () => string, within: number): Promise<Buffer> {
  const limit = limited(undefined, within);
  for (;;) {
    const chunk = from.read() as Buffer | null;
    if (chunk !== null) {
      return chunk;
    }
    if (failed() !== "") {
      throw new Error(failed());
    }
    await new Promise<void>((resolve, reject) => {
      const late = () => done(() => reject(new Error(`nothing came for ${within / 1000} s`)));
      const look = () => done(resolve);
      const done = (end: () => void) => {
        limit.removeEventListener("abort", late);
        ["readable", "end", "close", "error"].forEach((event) => from.off(event, look));
        end();
      };
      limit.addEventListener("abort", late, { once: true });
      ["readable", "end", "close", "error"].forEach((event) => from.once(event, look));
    });
  }
}
