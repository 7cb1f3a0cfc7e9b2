import { createHash, randomBytes } from "node:crypto";
import { type Target } from "../check";
import { header, type HeaderList } from "./request";
import { exchange, type Exchange, requestText, type WireOptions } from "./wire";

export interface Handshake extends Exchange {
  /** The gate let go of HTTP: whatever follows goes through to a backend. */
  switched: boolean;
  /** Whoever answered is a websocket server and has read the key. */
  opened: boolean;
}

/** Asks for a websocket (RFC 6455, section 4.1). Headers of the same name stand in place of the usual ones. */
export async function openWebsocket(
  target: Target,
  url: URL,
  path: string,
  headers: HeaderList = [],
  options: WireOptions = {},
): Promise<Handshake> {
  const key = randomBytes(16).toString("base64");
  const named = (name: string) => headers.some(([other]) => other.toLowerCase() === name);
  const own: HeaderList = [
    ["Host", url.host],
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Key", key],
  ];
  const request = requestText(`GET ${path} HTTP/1.1`, [
    ...own.filter(([name]) => !named(name.toLowerCase())),
    ...headers,
  ]);
  const came = await exchange(target, url, request, options);
  const answer = came.answers.find(({ status }) => status === 101);
  return {
    ...came,
    switched: answer !== undefined,
    opened: answer !== undefined && header(answer, "sec-websocket-accept") === acceptOf(key),
  };
}

/** What a server that takes the websocket answers to a key. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
