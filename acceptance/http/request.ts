import { type Agent, request as overTls, type RequestOptions } from "node:https";
import { request as overPlain, type IncomingMessage } from "node:http";
import { type X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { type Target } from "../check";
import { Collected } from "./collected";
import { namedInTls } from "./namedInTls";

/** One header a pair, in the order and the case in which they go on the wire; a name may come twice. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Ask {
  method?: string;
  headers?: HeaderList;
  body?: string | Buffer;
  /** The name in TLS; the URL's host by default. */
  serverName?: string;
  /** Keeps connections for the next request, where hundreds are asked and none of them can spoil one; over TLS only. */
  connections?: Agent;
  signal?: AbortSignal;
}

export interface Answer {
  status: number;
  /** Every header line of the response in its order, names in lower case. */
  headers: [name: string, value: string][];
  body: string;
  certificate: X509Certificate | undefined;
}

/**
 * Asks once, over a connection of its own unless said otherwise, and follows nothing. The path goes out as it stands in `path`: `URL` would
 * tidy up the very spellings that are to be tried.
 */
export function ask(target: Target, url: URL, path: string, options: Ask = {}): Promise<Answer> {
  const { method = "GET", headers = [], body, serverName = url.hostname, connections, signal } = options;
  const secure = url.protocol === "https:";
  const named = headers.some(([name]) => name.toLowerCase() === "host");
  const requestOptions: RequestOptions = {
    method,
    path,
    host: placeOf(target, url),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    ...namedInTls(serverName),
    ...(secure ? { secureContext: trustIn(target.ca) } : {}),
    agent: connections ?? false,
    setHost: false,
    signal: signal ?? AbortSignal.timeout(30_000),
    // A flat list is sent as it stands, duplicates and case included.
    headers: [...(named ? [] : [["Host", url.host] as const]), ...headers].flat(),
  };
  return new Promise((resolve, reject) => {
    const request = (secure ? overTls : overPlain)(requestOptions, (response) => {
      const certificate = secure ? (response.socket as TLSSocket).getPeerX509Certificate() : undefined;
      readBody(response).then(
        (text) =>
          resolve({ status: response.statusCode ?? 0, headers: pairs(response.rawHeaders), body: text, certificate }),
        reject,
      );
    });
    request.once("error", (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && error.code === "ECONNRESET") {
        // The server ended a kept connection at that moment, and saw nothing of this request.
        resolve(ask(target, url, path, { ...options, connections: undefined }));
      } else {
        reject(error);
      }
    });
    request.end(body);
  });
}

/** The deployment's names lead to its address; a Dex of somebody else's, to which a connector leads, is where DNS says. */
export function placeOf({ address, gate, people, outsiders = [] }: Target, { hostname }: URL): string {
  const elsewhere = [...people, ...outsiders].some(({ issuer }) => issuer?.hostname === hostname);
  const own = hostname === gate.hostname || hostname.endsWith(`.${gate.hostname}`);
  return address === undefined || (elsewhere && !own) ? hostname : address;
}

const trusted = new Map<string | undefined, SecureContext>();

/** To read the CA, or every one of the system's, for each of thousands of connections would take longer than to ask. */
export function trustIn(ca: string | undefined): SecureContext {
  const context = trusted.get(ca) ?? createSecureContext(ca === undefined ? {} : { ca });
  trusted.set(ca, context);
  return context;
}

/** The first value of a header, by its name in lower case. */
export function header(answer: Answer, name: string): string | undefined {
  return answer.headers.find(([key]) => key === name)?.[1];
}

/** Every value of a header, by its name in lower case. */
export function headersNamed(answer: Answer, name: string): string[] {
  return answer.headers.filter(([key]) => key === name).map(([, value]) => value);
}

function pairs(raw: readonly string[]): [string, string][] {
  return Array.from({ length: raw.length / 2 }, (_, index) => [
    (raw[2 * index] ?? "").toLowerCase(),
    raw[2 * index + 1] ?? "",
  ]);
}

async function readBody(response: IncomingMessage): Promise<string> {
  const collected = new Collected();
  for await (const chunk of response) {
    const tooLong = collected.take(chunk as Buffer);
    if (tooLong !== undefined) {
      // Leaving the loop ends the connection.
      throw tooLong;
    }
  }
  return collected.text;
}
