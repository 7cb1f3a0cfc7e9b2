import { type Check, type CheckContext, type Target } from "../../check";
import { type Api } from "../../cluster/api";
import { authorityInCluster } from "../../cluster/certificates";
import { newcomerGetsIn, type Pace, recovers, type Scene, sceneOf, streamsOf } from "../../cluster/scene";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { waitFor } from "../../cluster/wait";
import { ask } from "../../http/request";
import { rotate } from "./rotate";

/** Handshakes after the rotation: each of the gateway's pods must have the new certificate. */
const handshakes = 10;

/** How OpenSSL says that a chain leads to nobody who is trusted. */
const untrusted: readonly string[] = [
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "CERT_SIGNATURE_FAILURE",
];

export function certificateAuthority(pace: Pace): Check {
  return {
    area: "rotation",
    name: "certificate-authority",
    proves:
      "After a new private CA the gate shows a certificate of it and of no other, people get in again, and nobody without " +
      "identity gets in meanwhile.",
    mend:
      "Look whether the command raised rotation.certificateAuthority, at `kubectl get certificate -n ingress`, and, when only " +
      "sign-in or tokens fail, whether oauth2-proxy and istiod restarted with the new CA.",
    exercises: ["gateway", "oauth2-proxy", "istiod", "cert-manager"],
    needs: ["user", "echo", "cluster", "cert-manager", "rotate"],
    timeout: 1200,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { api } = scene;
      const { target, probe, signal } = context;
      const what = "certificateAuthority rotated";
      const old = await authorityInCluster(api, signal);
      // A client in the middle of the change trusts both.
      const both: Target = { ...target };
      const streams = streamsOf(scene, both);
      const { tallies } = await during(streams, { signal, pause: pace.pause }, async () => {
        const ended = new AbortController();
        const learning = learn(api, both, old, AbortSignal.any([signal, ended.signal]), pace);
        try {
          await rotate(context, "certificateAuthority");
        } finally {
          ended.abort();
          await learning;
        }
      });
      const since = Date.now();
      for (const tally of tallies) {
        judge(probe, what, tally, { errors: "some" });
      }
      const fresh = await authorityInCluster(api, signal);
      probe.expect(
        fresh !== old,
        "the platform trusts another CA than before",
        "the platform should trust another CA than before; the command changed nothing",
      );
      // Whoever comes after this check trusts the new CA, and so does this one from here on.
      target.ca = fresh;
      both.ca = fresh;
      await newChain(scene, old, pace);
      await newcomerGetsIn(scene, what, since, pace);
      for (const stream of streams) {
        await recovers(scene, what, stream, since, pace);
      }
    },
  };
}

/** Lets the traffic trust the new CA as soon as the cluster has it. */
async function learn(api: Api, both: Target, old: string, signal: AbortSignal, { every }: Pace): Promise<void> {
  const look = async () => {
    const now = await authorityInCluster(api, signal);
    return now === old ? undefined : now;
  };
  try {
    const { value } = await waitFor("a new CA", look, { within: Infinity, every, signal });
    both.ca = `${both.ca ?? old}\n${value}`;
  } catch (error) {
    // The command has ended, or the check; whether there is a new CA is seen afterwards.
    if (!signal.aborted) {
      throw error;
    }
  }
}

/** Every handshake succeeds for who trusts the new CA alone, and fails for who trusts the old one. */
async function newChain({ context }: Scene, old: string, pace: Pace): Promise<void> {
  const { target, probe, signal } = context;
  const inUse = async () => {
    for (let count = 0; count < handshakes; count += 1) {
      await ask(target, target.gate, "/", { signal });
    }
    return true;
  };
  const { took } = await waitFor(`${handshakes} handshakes in a row verify with the new CA alone`, inUse, {
    within: pace.recovery,
    every: pace.every,
    signal,
  });
  probe.seen("the gate's certificate verifies with the new CA alone");
  probe.figure("new chain verified after", took, "ms");
  const came = await handshake(context, { ...target, ca: old });
  probe.expect(
    came !== "trusted",
    `who trusts only the old CA refuses the gate's certificate (${came})`,
    "who trusts only the old CA should refuse the gate's certificate; the handshake succeeded",
  );
}

async function handshake({ signal }: CheckContext, target: Target): Promise<string> {
  try {
    await ask(target, target.gate, "/", { signal });
    return "trusted";
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Only the chain may be the reason: a connection that failed proves nothing.
    if (typeof code === "string" && untrusted.includes(code)) {
      return code;
    }
    throw error;
  }
}
