import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { certificates, renew, serialInSecret } from "../../cluster/certificates";
import { newcomerGetsIn, type Pace, type Scene, sceneOf, streamsOf, withoutRestarts } from "../../cluster/scene";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { waitFor } from "../../cluster/wait";
import { ask } from "../../http/request";

/** Handshakes that must all show the new certificate: there may be several pods. */
const handshakes = 10;

/** Within what time a certificate that is there must be in use, in milliseconds. */
const inUseWithin = 60_000;

export function leafRenewed(pace: Pace): Check {
  return {
    area: "rotation",
    name: "leaf-renewed",
    proves:
      "A certificate that cert-manager renews is in use within seconds, without a restart and without a failed request.",
    mend:
      "The gateway takes certificates from its Secrets through istiod: look at `kubectl describe certificate -n ingress`, at " +
      "cert-manager's log, and whether istiod may read Secrets in `ingress`.",
    exercises: ["gateway", "istiod", "cert-manager"],
    needs: ["user", "echo", "cluster", "cert-manager", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { probe, signal } = context;
      const { tallies } = await withoutRestarts(scene, undefined, () =>
        during(streamsOf(scene), { signal, pause: pace.pause }, async () => {
          await edgeRenewed(scene, pace);
          await internalRenewed(scene, pace);
        }),
      );
      for (const tally of tallies) {
        judge(probe, "certificates renewed", tally, { errors: "none" });
      }
    },
  };
}

async function edgeRenewed(scene: Scene, pace: Pace): Promise<void> {
  const { context, api } = scene;
  const { target, probe, signal } = context;
  const served = async () => (await ask(target, target.gate, "/", { signal })).certificate?.serialNumber;
  const before = await served();
  const serial = await renewed(scene, "edge", pace);
  const written = Date.now();
  const inUse = async () => {
    for (let count = 0; count < handshakes; count += 1) {
      if ((await served()) !== serial) {
        return undefined;
      }
    }
    return true;
  };
  await waitFor(`${handshakes} handshakes in a row show the renewed certificate`, inUse, {
    within: Math.min(inUseWithin, pace.recovery),
    every: pace.every,
    signal,
  });
  probe.figure("renewed certificate in use after", Date.now() - written, "ms");
  const kept = await serialInSecret(api, certificates.edge, signal);
  probe.expect(
    before !== undefined && before !== serial && kept === serial,
    "the gate shows the renewed certificate, with another serial number than before",
    "the gate should show the renewed certificate with another serial number than before; it shows the old one",
  );
}

async function internalRenewed(scene: Scene, pace: Pace): Promise<void> {
  const since = Date.now();
  await renewed(scene, "internal", pace);
  // Time for the gateway to take it; a wrong one would show in what redeems codes there.
  const { probe, signal } = scene.context;
  await sleep(Math.min(5_000, pace.away), undefined, { signal });
  if (scene.visitor.session === undefined) {
    // Tokens are redeemed at the public port, and of istiod, which keeps the keys that it has, nothing would show.
    probe.figure("connections over the renewed internal certificate (none without oauth2-proxy)", 0, "connections");
  }
  await newcomerGetsIn(scene, "internal certificate renewed", since, pace);
}

/** Has a certificate renewed, and gives the new serial number once it is in the Secret. */
async function renewed({ context, api }: Scene, which: keyof typeof certificates, pace: Pace): Promise<string> {
  const { probe, signal } = context;
  const name = certificates[which];
  const before = await serialInSecret(api, name, signal);
  probe.busy(`renew ${name.namespace}/${name.name}`);
  await renew(api, name, signal);
  const look = async () => {
    const now = await serialInSecret(api, name, signal);
    return now === before ? undefined : now;
  };
  const { value, took } = await waitFor(`cert-manager renews ${name.namespace}/${name.name}`, look, {
    within: pace.recovery,
    every: pace.every,
    signal,
  });
  probe.seen(`cert-manager renewed ${name.namespace}/${name.name}`);
  probe.figure(`${name.name} renewed after`, took, "ms");
  return value;
}
