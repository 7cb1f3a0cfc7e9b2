import { type Answer } from "./http/request";

/** What the echo application got to see of a request. */
export interface Seen {
  user: string | null;
  groups: string[];
  headers: Record<string, string>;
}

/** Reads the echo's answer; `undefined` where something else answered, so that nothing was shown to an application. */
export function seenByBackend(answer: Answer): Seen | undefined {
  if (answer.status !== 200) {
    return undefined;
  }
  try {
    const seen = JSON.parse(answer.body) as Partial<Seen> | null;
    return typeof seen === "object" && seen !== null && typeof seen.headers === "object" ? (seen as Seen) : undefined;
  } catch {
    return undefined;
  }
}
