import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { clusterKeysOf } from "../../cluster/clusterKeys";
import { newcomerGetsIn, type Pace, recovers, sceneOf, streamsOf, withoutRestarts } from "../../cluster/scene";
import { makeServiceAccount, tokenOf } from "../../cluster/serviceAccounts";
import { withSandbox } from "../../cluster/sandbox";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { waitFor } from "../../cluster/wait";
import { without } from "../../cluster/workloads";
import { seenByBackend } from "../../echo";
import { askEcho, bearer } from "../../tokens/ask";

const account = "machine";

export function withoutClusterKeys(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "without-cluster-keys",
    proves:
      "While what hands the cluster's keys on is away, sessions, tokens of Dex and new sign-ins go on without an error, and a token of the cluster gets in as itself or not at all; afterwards it gets in.",
    mend: "istiod must have fetched the other issuers' keys by itself (PILOT_JWT_ENABLE_REMOTE_JWKS false): look in its log for `jwks`, and at docs/2-machines.md, When an issuer's keys cannot be fetched.",
    exercises: ["gateway", "istiod", "Dex"],
    needs: ["user", "client", "echo", "cluster", "audience", "cluster-keys", "disturb"],
    timeout: 600,
    run: async (context) => {
      const { target, probe, signal } = context;
      const { machineAudience: audience = "" } = target;
      const scene = await sceneOf(context, pace);
      const streams = streamsOf(scene);
      const clusterKeys = await clusterKeysOf(scene.api, signal);
      await withSandbox(scene.api, { sidecars: false, signal }, async (sandbox) => {
        await makeServiceAccount(sandbox, account);
        const user = `system:serviceaccount:${sandbox.namespace}:${account}`;
        const machine = async () => askEcho(context, [bearer(await tokenOf(sandbox, account, { audience }))]);
        const nobodyElse = async (when: string) => {
          const answer = await machine();
          const seen = seenByBackend(answer);
          probe.expect(
            seen === undefined ? answer.status === 401 || answer.status === 403 : seen.user === user,
            `${when}, a token of the cluster: ${seen === undefined ? `refused with ${answer.status}` : "in as itself"}`,
            `${when}, a token of the cluster should get in as ${user} or be refused; came ${answer.status} as ${seen?.user ?? "nobody"}`,
          );
        };
        await withoutRestarts(scene, clusterKeys, async () => {
          const { result: tallies, askedBack } = await without(scene.hands, clusterKeys, async () => {
            probe.busy("ask while the keys cannot be fetched");
            const { tallies: counted } = await during(streams, { signal, pause: pace.pause }, async () => {
              await nobodyElse("while it is away");
              await newcomerGetsIn(scene, "while it is away", Date.now(), pace);
              await sleep(pace.away, undefined, { signal });
              await nobodyElse("later");
            });
            return counted;
          });
          for (const tally of tallies) {
            judge(probe, "cluster-keys away", tally, { errors: "none" });
          }
          for (const stream of streams) {
            await recovers(scene, "cluster-keys back", stream, askedBack, pace);
          }
        });
        const getsIn = async () => (seenByBackend(await machine())?.user === user ? true : undefined);
        const { took } = await waitFor("a token of the cluster gets in", getsIn, {
          within: pace.recovery,
          every: pace.every,
          signal,
        });
        probe.seen("afterwards a token of the cluster gets in");
        probe.figure("token of the cluster let in after", took, "ms");
      });
    },
  };
}
