import { randomBytes } from "node:crypto";
import { type CheckContext, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Answer, ask, header, type HeaderList } from "./request";
import { turnsAway } from "./turnsAway";

/** Goes along with a request, so that whoever shows it to us has been reached. */
export interface Mark {
  header: readonly [name: string, value: string];
  text: string;
}

export function newMark(): Mark {
  const text = randomBytes(12).toString("hex");
  return { header: ["X-Gatehouse-Probe", text], text };
}

/**
 * The statuses with which the gate itself turns somebody away. Neither a redirect, nor 404, which somebody behind the
 * gate may have said, nor a 5xx with which it would only be broken at the moment.
 */
const refusals: readonly number[] = [400, 401, 403, 405, 408, 411, 413, 414, 415, 417, 421, 426, 431, 501, 505];

export interface Allowed {
  /** The request may be one for Dex or oauth2-proxy, which may say "not found" or lead on within the gate. */
  signIn?: boolean;
  /** The request may have no route, as one for an unknown host, and get the gateway's own 404, or 421 on the wrong connection. */
  unrouted?: boolean;
}

/** What came of a request by somebody without identity, over any protocol. */
export interface Came {
  answers: readonly Pick<Answer, "status" | "headers" | "body">[];
  rest?: Buffer;
}

/** What went out to somebody without identity and should not have; undefined when nothing did. */
export function leakIn(
  target: Target,
  { answers, rest = Buffer.alloc(0) }: Came,
  marks: readonly Mark[],
  allowed: Allowed = {},
): string | undefined {
  for (const answer of answers) {
    const wrong = leakInAnswer(target, answer, marks, allowed);
    if (wrong !== undefined) {
      return wrong;
    }
  }
  if (rest.length === 0) {
    return undefined;
  }
  const text = rest.toString("latin1");
  if (marks.some((mark) => text.includes(mark.text))) {
    return "bytes in which an application shows the request";
  }
  // An answer that was cut off shows by its status line whether it is a refusal.
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0);
  return turnsAway(target, status, refusals) ? undefined : `${rest.length} bytes that are no refusal in HTTP`;
}

function leakInAnswer(
  target: Target,
  { status, headers, body }: Came["answers"][number],
  marks: readonly Mark[],
  { signIn = false, unrouted = false }: Allowed,
): string | undefined {
  const answer: Answer = { status, headers: [...headers], body, certificate: undefined };
  if (marks.some((mark) => body.includes(mark.text)) || seenByBackend({ ...answer, status: 200 }) !== undefined) {
    return `status ${status} and the application's answer`;
  }
  // gRPC has refusals in a header of their own (status 7 and 16 are "permission denied" and "unauthenticated").
  const grpc = header(answer, "grpc-status");
  if (status === 200 && grpc !== undefined && grpc !== "0" && body === "") {
    return undefined;
  }
  const upstream = header(answer, "x-envoy-upstream-service-time") !== undefined;
  if (signIn) {
    const location = header(answer, "location");
    const within = location !== undefined && staysAtGate(target, location);
    if (turnsAway(target, status, refusals) || status === 404 || (status >= 300 && status < 400 && within)) {
      return undefined;
    }
    return `status ${status}${location === undefined ? "" : " and a redirect away from the gate"}`;
  }
  if (upstream) {
    return `status ${status} from a backend, which should never have been asked`;
  }
  return turnsAway(target, status, refusals) || (unrouted && [404, 421].includes(status))
    ? undefined
    : `status ${status}`;
}

function staysAtGate({ gate }: Target, location: string): boolean {
  return URL.canParse(location, gate.href) && new URL(location, gate).host === gate.host;
}

/** A line for what came, without anything of a body. */
export function summary({ answers, rest }: Came): string {
  const statuses = answers.map(({ status }) => String(status)).join(", ");
  const bytes = rest !== undefined && rest.length > 0 ? `${rest.length} further bytes` : "";
  return [statuses, bytes].filter((part) => part !== "").join(" and ") || "no answer";
}

const page: HeaderList = [["Accept", "text/html"]];

/**
 * Does something between two plain requests that the gate must refuse: a gate that has stopped answering would look like
 * one that refuses everything.
 */
export async function whileItRefuses(
  { target, probe, signal }: CheckContext,
  urls: readonly URL[],
  act: () => Promise<void>,
): Promise<void> {
  const control = async (when: string) => {
    for (const url of urls) {
      const { status } = await ask(target, url, "/", { headers: page, signal });
      probe.expect(
        turnsAway(target, status, [401, 403]),
        `${when}: a plain request to ${url.hostname} is refused`,
        `${when}: a plain request to ${url.hostname} without identity should be refused with 401 or 403; came ${status}`,
      );
    }
  };
  await control("before");
  await act();
  await control("afterwards");
}
