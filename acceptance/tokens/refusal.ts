import { type Probe, type Target } from "../check";
import { seenByBackend } from "../echo";
import { type Answer } from "../http/request";
import { turnsAway } from "../http/turnsAway";

/**
 * The statuses with which the gate turns a token down. Not 404, which somebody behind the gate may have said, not a
 * redirect, which a program would follow, and not 5xx, with which the gate would only be broken at the moment.
 */
const refusals: readonly number[] = [400, 401, 403, 431];

type Gate = Pick<Target, "absent">;

/**
 * Whether the gate turned the request down, and the application showed nothing of itself. Requests without a token in its
 * place are oauth2-proxy's to refuse, so for them `gate` says whether it is there.
 */
export function isRefused(answer: Answer, gate: Gate = {}): boolean {
  return turnsAway(gate, answer.status, refusals) && seenByBackend(answer) === undefined;
}

export function expectRefused(probe: Probe, answer: Answer, what: string, gate: Gate = {}): void {
  probe.expect(
    isRefused(answer, gate),
    `${what}: refused with ${answer.status}`,
    `${what}: should have been refused with 400, 401, 403 or 431 and nothing of the application; came ${whatCame(answer)}`,
  );
}

/** Who an application is to see. */
export interface Identity {
  user: string;
  groups: readonly string[];
}

/** That the request came through, as this person or machine and nobody else, and without the token. */
export function expectIdentity(probe: Probe, answer: Answer, { user, groups }: Identity, what: string): void {
  const seen = seenByBackend(answer);
  const same = seen?.user === user && seen.groups.join() === groups.join();
  probe.expect(
    same,
    `${what}: the application saw ${user} with ${groupsOf(groups)}`,
    `${what}: the application should have seen ${user} with ${groupsOf(groups)}; came ${whatCame(answer)}`,
  );
  if (seen !== undefined) {
    probe.expect(
      !Object.keys(seen.headers).some((name) => name.toLowerCase() === "authorization"),
      `${what}: the token stayed at the gateway`,
      `${what}: the application got the header Authorization`,
    );
  }
}

/** What came, for a message: never a body, which may hold what was sent. */
export function whatCame(answer: Answer): string {
  const seen = seenByBackend(answer);
  return seen === undefined
    ? `status ${answer.status}`
    : `status ${answer.status}, and the application saw ${seen.user ?? "nobody"} with ${groupsOf(seen.groups)}`;
}

function groupsOf(groups: readonly string[]): string {
  return groups.length === 0 ? "no groups" : `the groups ${groups.join(", ")}`;
}
