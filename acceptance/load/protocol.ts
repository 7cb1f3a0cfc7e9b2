/** What the generator's thread is told, and what it says. */
export interface Site {
  /** The address that may be asked, and no other. */
  address: string;
  url: string;
  ca: string | undefined;
}

/** Who asks. */
export interface Credentials {
  /** The session's cookies as `Set-Cookie` lines; `undefined` where there are no sessions. */
  cookies: readonly string[] | undefined;
  token: string;
  user: string;
}

export type Kind = "cookie" | "token" | "nobody";

/** In turn: a session where there are any, a token, and nobody. */
export function kindsOf({ cookies }: Pick<Credentials, "cookies">): Kind[] {
  return [...(cookies === undefined ? [] : (["cookie"] as const)), "token", "nobody"];
}

export type Order =
  | { kind: "credentials"; credentials: Credentials }
  /** As many requests as they take, each connection one after the other. */
  | { kind: "closed"; connections: number; seconds: number }
  /** So many requests a second, whatever becomes of them. */
  | { kind: "constant"; connections: number; seconds: number; rate: number };

export interface Result {
  sent: number;
  right: number;
  /** Requests without the right answer, by what came. */
  errors: Record<string, number>;
  /** What must never happen, by what came. */
  leaks: Record<string, number>;
  /** Requests that were asked once more because a connection at rest had been closed. */
  repeated: number;
  /** Seconds from the first request to the last answer. */
  seconds: number;
  /** Milliseconds from the moment at which a request was due to the end of its answer. */
  latency: { p50: number; p95: number; p99: number; max: number };
}

export const mostConnections = 64;
