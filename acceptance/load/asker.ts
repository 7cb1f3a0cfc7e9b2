import { randomBytes } from "node:crypto";
import { Agent, request } from "node:https";
import { admitted, type Outcome, refused } from "../cluster/streams";
import { Collected } from "../http/collected";
import { Jar } from "../http/jar";
import { type Answer } from "../http/request";
import { type Credentials, type Kind, kindsOf, type Site } from "./protocol";
import { namedInTls } from "../http/namedInTls";

const patience = 10_000;
const mark = randomBytes(12).toString("hex");

export interface Asked extends Outcome {
  repeated: boolean;
}

/** Asks over connections that stay open. */
export class Asker {
  readonly #site: Site;
  readonly #url: URL;
  readonly #agent: Agent;
  readonly #jar = new Jar();
  #cookie = "";
  #token = "";
  #user = "";
  #kinds: readonly Kind[] = [];

  constructor(site: Site, connections: number) {
    this.#site = site;
    this.#url = new URL(site.url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
  }

  /** How many kinds of requests there are. */
  get kinds(): number {
    return this.#kinds.length;
  }

  use({ cookies, token, user }: Credentials): void {
    this.#kinds = kindsOf({ cookies });
    this.#take(cookies ?? []);
    this.#token = token;
    this.#user = user;
  }

  close(): void {
    this.#agent.destroy();
  }

  async ask(count: number): Promise<Asked> {
    const kind = this.#kinds[count % this.#kinds.length] ?? "nobody";
    try {
      const { answer, repeated } = await this.#send(this.#headers(kind));
      const outcome = kind === "nobody" ? refused(answer, mark) : admitted(answer, mark, this.#user);
      return { kind: outcome.kind, why: `${kind}: ${outcome.why}`, repeated };
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      return { kind: "error", why: `${kind}: ${String(code ?? message)}`, repeated: false };
    }
  }

  #headers(kind: Kind): Record<string, string> {
    return {
      Host: this.#url.host,
      Accept: "application/json",
      "x-gatehouse-marker": mark,
      "kubeflow-userid": "forged@example.com",
      ...(kind === "cookie" ? { Cookie: this.#cookie } : {}),
      ...(kind === "token" ? { Authorization: `Bearer ${this.#token}` } : {}),
    };
  }

  async #send(headers: Record<string, string>): Promise<{ answer: Answer; repeated: boolean }> {
    try {
      return { answer: await this.#once(headers), repeated: false };
    } catch (error) {
      // A server may close a connection at rest while a request is on its way; a client has to ask again (RFC 9110, 9.2.2).
      if (error instanceof ConnectionAtRest) {
        return { answer: await this.#once(headers), repeated: true };
      }
      throw error;
    }
  }

  #once(headers: Record<string, string>): Promise<Answer> {
    const { address, ca } = this.#site;
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.#agent,
          host: address,
          port: this.#url.port === "" ? 443 : Number(this.#url.port),
          ...namedInTls(this.#url.hostname),
          path: "/",
          headers,
          timeout: patience,
          ...(ca === undefined ? {} : { ca }),
        },
        (response) => {
          const collected = new Collected();
          response.on("data", (chunk: Buffer) => {
            const tooLong = collected.take(chunk);
            if (tooLong !== undefined) {
              outgoing.destroy(tooLong);
            }
          });
          response.once("error", reject);
          response.once("end", () => {
            const cookies = response.headers["set-cookie"];
            if (cookies !== undefined) {
              this.#take(cookies);
            }
            const status = response.statusCode ?? 0;
            resolve({ status, headers: [], body: collected.text, certificate: undefined });
          });
        },
      );
      outgoing.once("timeout", () => outgoing.destroy(new Error(`no answer in ${patience / 1000} s`)));
      outgoing.once("error", (error: NodeJS.ErrnoException) => {
        const atRest = outgoing.reusedSocket && error.code === "ECONNRESET";
        reject(atRest ? new ConnectionAtRest() : error);
      });
      outgoing.end();
    });
  }

  /** A session that is refreshed goes on with what the answer sets. */
  #take(lines: readonly string[]): void {
    const headers = lines.map((line): [string, string] => ["set-cookie", line]);
    this.#jar.take(this.#url, { status: 200, headers, body: "", certificate: undefined });
    this.#cookie = this.#jar.header(this.#url, "/");
  }
}

class ConnectionAtRest extends Error {}
