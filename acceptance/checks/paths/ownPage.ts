import { type Person, type Target } from "../../check";
import { seenByBackend } from "../../echo";
import { type Mark } from "../../http/leaks";
import { type Answer } from "../../http/request";
import { turnsAway } from "../../http/turnsAway";

export interface Expected {
  person: Person;
  /** Of the request that the person sent. */
  own: Mark;
  /** Of requests that nobody should answer. */
  hidden?: readonly Mark[];
  /** A name that a forged header claims. */
  forged?: string;
  /**
   * It was asked with HEAD, or for a websocket that the application makes none of, so that a page has no body to be known by: Envoy
   * takes the text from an answer to an upgrade that isn't one.
   */
  bodiless?: boolean;
}

const refusals: readonly number[] = [400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 426, 431, 501, 505];

/**
 * What is wrong with an answer to somebody who is signed in: it may be a refusal, or the application's answer to exactly
 * that person's request; nothing else.
 */
export function notOwn(
  { status, body, headers }: Pick<Answer, "status" | "body" | "headers">,
  expected: Expected,
  gate: Pick<Target, "absent"> = {},
): string | undefined {
  const { person, own, hidden = [], forged, bodiless = false } = expected;
  if (hidden.some((mark) => body.includes(mark.text))) {
    return "the application's answer to a request that was hidden in another one";
  }
  if (forged !== undefined && body.includes(forged)) {
    return "an answer with the name that a header claimed";
  }
  const seen = seenByBackend({ status, body, headers: [...headers], certificate: undefined });
  if (seen === undefined) {
    // Sign-in's page has no 200; 5xx would only mean that something broke on the way.
    return (bodiless && status === 200 && body === "") || turnsAway(gate, status, refusals)
      ? undefined
      : `status ${status}`;
  }
  if (seen.user !== person.email) {
    return `the application's answer to ${seen.user ?? "nobody"}`;
  }
  return body.includes(own.text) ? undefined : "the application's answer to another request";
}
