import { Agent } from "node:https";
import { type CheckContext } from "../../check";
import { inParallel } from "../../http/inParallel";
import { type Answer, ask, type Ask } from "../../http/request";
import { turnsAway } from "../../http/turnsAway";
import { strayIn } from "./destinations";

/** A request that tries to send people elsewhere. */
export interface Attempted {
  what: string;
  url: URL;
  path: string;
  options?: Ask;
  /** What else is wrong with its answer. */
  look?: (answer: Answer) => string | undefined;
}

/** Asks them all, and says of each whether its answer leads away from the deployment. */
export async function expectNoStray(
  { target, probe, signal }: CheckContext,
  attempts: readonly Attempted[],
): Promise<void> {
  const connections = new Agent({ keepAlive: true, maxSockets: 6 });
  const tryOne = async ({ what, url, path, options, look }: Attempted) => {
    const answer = await ask(target, url, path, { ...options, connections, signal });
    // Relative addresses are relative to the page; a path that is tried on may not itself be one.
    const plain = /^\/(?![\\/])/.test(path) ? path.replace(/[?#].*/s, "") : "/";
    const page = URL.canParse(plain, url.href) ? new URL(plain, url) : url;
    // oauth2-proxy says 500 to what it cannot read; these are the gateway's, for want of a backend.
    const broken =
      [502, 503, 504].includes(answer.status) && !turnsAway(target, answer.status, [])
        ? "no answer of its own"
        : undefined;
    const wrong = strayIn(target, page, answer) ?? look?.(answer) ?? broken;
    probe.expect(
      wrong === undefined,
      `${what}: ${answer.status}, and nothing leads elsewhere`,
      `${what}: nothing may lead to another host; came ${wrong} (status ${answer.status})`,
    );
  };
  try {
    await inParallel(attempts, tryOne);
  } finally {
    connections.destroy();
  }
}
