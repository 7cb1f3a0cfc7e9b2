import { setTimeout as sleep } from "node:timers/promises";
import { type Target } from "./check";
import { describeError } from "./describeError";
import { ask, header, type HeaderList } from "./http/request";
import { limited } from "./limited";

const page: HeaderList = [["Accept", "text/html"]];
const data: HeaderList = [["Accept", "application/json"]];

/** A request through each part of the chain; none needs an identity. */
const looks: readonly { path: string; headers: HeaderList }[] = [
  { path: "/", headers: page },
  { path: "/api/", headers: data },
  { path: "/dex/.well-known/openid-configuration", headers: data },
  { path: "/oauth2/start?rd=%2F", headers: page },
];

/** How the gate answers at this time: a line for each look. */
export async function manner(target: Target, signal: AbortSignal): Promise<string[]> {
  return Promise.all(
    looks.map(async ({ path, headers }) => {
      try {
        const limit = limited(signal, 10_000);
        const answer = await ask(target, target.gate, path, { headers, signal: limit });
        // A redirect into sign-in carries a state of its own each time.
        const location = header(answer, "location")?.replace(/[?#].*/s, "");
        return `GET ${path}: ${answer.status}${location === undefined ? "" : ` to ${location}`}`;
      } catch (error) {
        return `GET ${path}: ${describeError(error)}`;
      }
    }),
  );
}

export interface Patience {
  /** Milliseconds. */
  within?: number;
  every?: number;
  /** How often in a row it must be as before: several replicas may answer in turn. */
  times?: number;
}

/** Waits until the gate answers as before; else says what is different. */
export async function settled(
  target: Target,
  before: readonly string[],
  signal: AbortSignal,
  { within = 300_000, every = 1000, times = 3 }: Patience = {},
): Promise<string[]> {
  const end = Date.now() + within;
  for (let same = 0; ;) {
    const now = await manner(target, signal);
    const different = now.flatMap((line, index) =>
      line === before[index] ? [] : [`${line}, before ${before[index]}`],
    );
    same = different.length === 0 ? same + 1 : 0;
    if (same >= times || signal.aborted) {
      return [];
    }
    if (different.length > 0 && Date.now() >= end) {
      return different;
    }
    await sleep(every, undefined, { signal }).catch(() => undefined);
  }
}
