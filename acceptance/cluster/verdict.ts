import { type Probe } from "../check";
import { errorsOf, listed, type Tally } from "./traffic";

export interface Allowed {
  /**
   * `none`: every request had to be answered right. `some`: errors are counted and reported, and the last answers had to
   * be right again, which is somebody else's to see. Leaks are never allowed.
   */
  errors: "none" | "some";
}

/** Says what became of a stream: the figures always, a fault for what is not allowed. */
export function judge(probe: Probe, during: string, tally: Tally, { errors }: Allowed): void {
  const { name, sent, leaks } = tally;
  const failed = errorsOf(tally);
  probe.figure(`${during}: requests ${name}`, sent, "requests");
  probe.figure(`${during}: errors ${name}`, failed, "requests");
  probe.figure(`${during}: longest gap ${name}`, tally.longestGap, "ms");
  probe.expect(
    sent > 0 && Object.keys(leaks).length === 0,
    `${during}: none of ${sent} requests ${name} came through wrongly`,
    sent === 0
      ? `${during}: no request ${name} was answered or failed, so nothing is known of them`
      : `${during}: of ${sent} requests ${name}, none should come through wrongly; it came to ${listed(leaks)}`,
  );
  if (errors === "none") {
    probe.expect(
      failed === 0,
      `${during}: all of ${sent} requests ${name} were answered as they should be`,
      `${during}: all of ${sent} requests ${name} should be answered as if nothing happened; it came to ${listed(tally.errors)}`,
    );
  }
}
