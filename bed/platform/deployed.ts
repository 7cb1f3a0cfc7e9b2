import { type Counts } from "./facts";

/** What a way of deploying says when it is done. */
export interface Deployed {
  counts: Counts;
  leftOut: string[];
  standIns: string[];
  /** Passwords of the static users, by e-mail address. */
  passwords: Record<string, string>;
}
