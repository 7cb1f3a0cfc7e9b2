import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext } from "../../check";
import { describeError } from "../../describeError";
import { type Live, openLive } from "../../http/live";
import { type NotebookAddress } from "../../notebookHosts";
import { type OwnNotebooks, withNotebooks } from "./own/ownNotebooks";
import { bytesPath, streamingNotebook } from "./own/streamingNotebook";

/** How long and how large, in seconds and bytes. */
export interface Endurance {
  idle: number;
  upload: number;
}

/** Envoy's own limit for a stream on which nothing comes is five minutes. */
const longIdle = 360;
const shortIdle = 20;
const mebibyte = 1 << 20;

/** Kernels, terminals and uploads: what a limit of time or a buffer on the way would break. */
export const longLived: Check = {
  area: "notebooks",
  name: "long-lived",
  proves:
    "A websocket of a notebook stays open while nothing comes (for six minutes with `--wait`), events arrive one by one as they are sent, and an upload of 64 MiB passes whole, in both directions at once.",
  mend: "No limit may stand in a notebook's VirtualService (`spec.http[].timeout`, which the policy gatehouse-notebook-hosts takes away) nor in filters of the gateway; no filter may read a body as a whole.",
  exercises: ["gateway", "sidecar", "oauth2-proxy"],
  needs: ["cluster", "notebooks", "user", "sessions"],
  timeout: 900,
  run: (context) => {
    const idle = (context.target.waitSeconds ?? 0) > 0 ? longIdle : shortIdle;
    return withNotebooks(context, [streamingNotebook("streams")], (own) =>
      longLivedAt(context, own, { idle, upload: 64 * mebibyte }),
    );
  },
};

export async function longLivedAt(
  context: CheckContext,
  own: OwnNotebooks<"streams">,
  { idle, upload }: Endurance,
): Promise<void> {
  const streams: Streams = { address: own.at.streams, session: own.session };
  await bothStream(context, streams, idle);
  await during(context, streams, false, `an upload of ${upload / mebibyte} MiB`, (live) =>
    passesWhole(context, live, upload),
  );
}

/** Where bytes come back, and a session that is good there. */
export interface Streams extends Pick<OwnNotebooks, "session"> {
  address: NotebookAddress;
}

/** A websocket and events at once. */
export async function bothStream(context: CheckContext, streams: Streams, idle: number): Promise<void> {
  await Promise.all([
    during(context, streams, true, `a websocket on which nothing comes for ${idle} s`, (live) =>
      staysOpen(context, live, idle),
    ),
    during(context, streams, false, "events", (live) => oneByOne(context, live)),
  ]);
}

/** Opens one, does something with it, and tells what came of it where it breaks. */
async function during(
  { target, probe, signal }: CheckContext,
  { address: { origin, prefix }, session }: Streams,
  websocket: boolean,
  what: string,
  use: (live: Live) => Promise<void>,
): Promise<void> {
  const path = `${prefix}${bytesPath}`;
  const headers = [["Cookie", session.jar.header(origin, path)], ["Origin", origin.origin]] as const; // prettier-ignore
  probe.busy(what);
  let live: Live | undefined;
  try {
    live = await openLive(target, origin, path, { websocket, headers, signal });
    const wanted = websocket ? 101 : 200;
    if (live.status !== wanted) {
      probe.wrong(`${what}: ${wanted} was wanted to begin with; came ${live.status}`);
      return;
    }
    await use(live);
  } catch (error) {
    signal.throwIfAborted();
    probe.wrong(`${what}: ${describeError(error)}`);
  } finally {
    live?.close();
  }
}

async function staysOpen({ probe, signal }: CheckContext, live: Live, idle: number): Promise<void> {
  for (const [when, pause] of [
    ["at once", 0],
    [`after ${idle} s`, idle],
  ] as const) {
    await sleep(pause * 1000, undefined, { signal });
    const sent = randomBytes(32);
    await live.send(sent);
    const came = await exactly(live, sent.length);
    probe.expect(
      came.equals(sent),
      `a websocket hands bytes on ${when}`,
      `a websocket should hand bytes on ${when}; others came`,
    );
  }
}

async function oneByOne({ probe }: CheckContext, live: Live): Promise<void> {
  for (let count = 1; count <= 5; count += 1) {
    const sent = Buffer.from(`data: ${count}\n\n`);
    await live.send(sent);
    // The next one isn't sent before this one has come.
    const came = await exactly(live, sent.length);
    probe.expect(came.equals(sent), `event ${count} comes by itself`, `event ${count} should come by itself`);
  }
}

async function passesWhole({ probe }: CheckContext, live: Live, size: number): Promise<void> {
  const block = randomBytes(Math.min(size, mebibyte));
  const started = Date.now();
  const [sent, came] = [createHash("sha256"), createHash("sha256")];
  const sending = async () => {
    for (let count = 0; count < size; count += block.length) {
      sent.update(block);
      await live.send(block);
    }
  };
  let received = 0;
  const receiving = async () => {
    while (received < size) {
      const chunk = await live.receive(patience);
      received += chunk.length;
      came.update(chunk);
    }
  };
  await Promise.all([sending(), receiving()]);
  probe.expect(
    received === size && sent.digest("hex") === came.digest("hex"),
    `all of ${size} bytes come back`,
    `all of ${size} bytes should come back as they were; ${received} came`,
  );
  probe.figure("upload and back", Math.round(size / mebibyte / ((Date.now() - started) / 1000)), "MiB/s");
}

/** How long something may take that is on its way, in milliseconds. */
const patience = 15_000;

async function exactly(live: Live, length: number): Promise<Buffer> {
  let came = Buffer.alloc(0);
  while (came.length < length) {
    came = Buffer.concat([came, await live.receive(patience)]);
  }
  return came;
}
