import { randomBytes } from "node:crypto";
import { type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Jar } from "../http/jar";
import { type Answer, ask, type HeaderList } from "../http/request";
import { askWith } from "../signIn/session";

/**
 * What came of one request: `right` is what should come, `error` a refusal or a failure that lets nobody in, `leak` what
 * must never happen, whatever is broken.
 */
export interface Outcome {
  kind: "right" | "error" | "leak";
  /** Without secrets: a status, or how the connection ended. */
  why: string;
}

/** One kind of request, asked again and again. */
export interface Stream {
  name: string;
  ask(signal: AbortSignal): Promise<Outcome>;
}

/** What the streams are called, in the report and among each other. */
export const streamNames = {
  nobody: "without identity",
  refusedSession: "with cookies that may not count",
  session: "with a session",
  bearer: "with a token",
} as const;

/** In every request: whoever forwards one unchecked, hands this to the application. */
const forged = "forged@example.com";

const marker = "x-gatehouse-marker";

/** A request's headers, with a mark that no answer carries unless a backend wrote it: the echo repeats its headers. */
function marked(): { mark: string; headers: HeaderList } {
  const mark = randomBytes(12).toString("hex");
  return {
    mark,
    headers: [
      ["Accept", "application/json"],
      ["kubeflow-userid", forged],
      ["kubeflow-groups", "forged"],
      [marker, mark],
    ],
  };
}

/** A request that nobody signed: right is a refusal and nothing else. */
export function nobody(target: Target, url: URL): Stream {
  return {
    name: streamNames.nobody,
    ask: async (signal) => {
      const { mark, headers } = marked();
      return refused(await ask(target, url, "/", { headers, signal }), mark);
    },
  };
}

/**
 * A request with a session that may not be accepted. Its cookies are a copy, because the gate tells browsers to forget
 * them, and a thief doesn't.
 */
export function refusedSession(target: Target, url: URL, cookies: string): Stream {
  if (cookies === "") {
    throw new Error("a session without cookies proves nothing when it is refused");
  }
  return {
    name: streamNames.refusedSession,
    ask: async (signal) => {
      const { mark, headers } = marked();
      return refused(await ask(target, url, "/", { headers: [...headers, ["Cookie", cookies]], signal }), mark);
    },
  };
}

/** A request with a session: right is the echo's answer with that person's name. */
export function session(target: Target, url: URL, jar: Jar, user: string): Stream {
  return {
    name: streamNames.session,
    ask: async (signal) => {
      const { mark, headers } = marked();
      return admitted(await askWith(target, jar, url, "/", { headers, signal }), mark, user);
    },
  };
}

/** A request with a token: right is the echo's answer with its holder's name. */
export function bearer(target: Target, url: URL, token: string, user: string): Stream {
  return {
    name: streamNames.bearer,
    ask: async (signal) => {
      const { mark, headers } = marked();
      const all: HeaderList = [...headers, ["Authorization", `Bearer ${token}`]];
      return admitted(await ask(target, url, "/", { headers: all, signal }), mark, user);
    },
  };
}

export function refused(answer: Answer, mark: string): Outcome {
  const why = `status ${answer.status}`;
  if (reached(answer, mark)) {
    return { kind: "leak", why: `${why}, answered by the application` };
  }
  return answer.status >= 400 ? { kind: "right", why } : { kind: "leak", why };
}

export function admitted(answer: Answer, mark: string, user: string): Outcome {
  const why = `status ${answer.status}`;
  const seen = seenByBackend(answer);
  if (seen !== undefined) {
    return seen.user === user && seen.headers["kubeflow-userid"] === user
      ? { kind: "right", why }
      : { kind: "leak", why: `${why}, and the application saw another identity than the verified one` };
  }
  // An answer that says success and comes from nobody known cannot be judged, so it counts as the worst.
  return answer.status < 300 || reached(answer, mark)
    ? { kind: "leak", why: `${why}, but not the echo's own answer` }
    : { kind: "error", why };
}

function reached(answer: Answer, mark: string): boolean {
  return seenByBackend(answer) !== undefined || answer.body.includes(mark);
}
