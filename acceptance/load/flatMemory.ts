import { type Probe } from "../check";
import { growthOf, type Sample } from "../cluster/memory";

/** Growth of memory that is nobody's leak: caches that fill, a heap between two collections. */
const allowed = { factor: 1.15, bytes: 16 * 1024 * 1024 };

const megabytes = (bytes: number) => Math.round(bytes / 1024 / 102.4) / 10;

/**
 * Says how much memory each container had in the second and in the last sixth of the time, and whether that is flat.
 * Without samples there was no cluster to ask.
 */
export function memoryIsFlat(probe: Probe, samples: readonly Sample[] | undefined): void {
  const growth = growthOf(samples ?? []);
  const why = samples === undefined ? " (none without --kubeconfig)" : "";
  probe.figure(`containers whose memory was measured${why}`, growth.length, "containers");
  if (samples !== undefined) {
    probe.expect(
      growth.length > 0,
      `the memory of ${growth.length} containers was measured`,
      "the memory of the gateway, and of oauth2-proxy where it runs, should be measured from the beginning to the end; " +
        "kubelet told nothing. May the kubeconfig's user get nodes/proxy, and was --load long enough for several looks?",
    );
  }
  for (const { container, early, late } of growth) {
    const most = early * allowed.factor + allowed.bytes;
    probe.figure(`memory of ${container}, second sixth`, megabytes(early), "MiB");
    probe.figure(`memory of ${container}, last sixth`, megabytes(late), "MiB");
    probe.expect(
      late <= most,
      `the memory of ${container} stays flat`,
      `the memory of ${container} should stay below ${megabytes(most)} MiB, which is 15 % and 16 MiB above the second sixth ` +
        `of the time; the last sixth's median is ${megabytes(late)} MiB`,
    );
  }
}
