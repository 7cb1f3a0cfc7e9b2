import { dex } from "../../../components/topology";
import { type Check } from "../../check";
import { newcomerGetsIn, type Pace, recovers, sceneOf, streamsOf } from "../../cluster/scene";
import { streamNames } from "../../cluster/streams";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { clientInCluster } from "../../cluster/visitor";
import { waitFor } from "../../cluster/wait";
import { grantIdToken, GrantRefused } from "../../tokens/grant";
import { rotate } from "./rotate";

export function clientSecret(pace: Pace): Check {
  return {
    area: "rotation",
    name: "client-secret",
    proves:
      "A new client secret takes the place of the old one at Dex and, where it runs, at oauth2-proxy; tokens and running " +
      "sessions go on, and nobody without identity gets in meanwhile.",
    mend:
      "Sign-ins that fail afterwards mean that Dex or oauth2-proxy still has the old secret: look at `kubectl rollout status " +
      "-n auth` of both and whether the command raised rotation.clientSecret.",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: ["user", "echo", "cluster", "rotate"],
    timeout: 1200,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { api, visitor } = scene;
      const { target, probe, signal } = context;
      const what = "clientSecret rotated";
      const old = await clientInCluster(target, api, signal);
      const streams = streamsOf(scene);
      const { tallies } = await during(streams, { signal, pause: pace.pause }, () => rotate(context, "clientSecret"));
      const since = Date.now();
      for (const tally of tallies) {
        judge(probe, what, tally, { errors: tally.name === streamNames.bearer ? "none" : "some" });
      }
      const fresh = await clientInCluster(target, api, signal);
      probe.expect(
        fresh.secret !== old.secret,
        "the platform's client of Dex has another secret than before",
        "the platform's client of Dex should have another secret than before; the command changed nothing",
      );
      if (target.client?.id === dex.clientId) {
        // What comes after this check would otherwise redeem with the secret of before.
        target.client = { ...target.client, secret: fresh.secret };
      }
      await newcomerGetsIn(scene, what, since, pace);
      for (const stream of streams) {
        await recovers(scene, what, stream, since, pace);
      }
      const refused = async () => {
        try {
          await grantIdToken(target, visitor.person, { client: old, signal });
          return undefined;
        } catch (error) {
          // Any other failure says nothing about the secret.
          if (error instanceof GrantRefused && error.message.includes("invalid_client")) {
            return true;
          }
          throw error;
        }
      };
      await waitFor("Dex refuses the old client secret", refused, {
        within: pace.recovery,
        every: pace.every,
        signal,
      });
      probe.seen("Dex refuses the old client secret");
      await grantIdToken(target, visitor.person, { client: fresh, signal });
      probe.seen("Dex takes the new client secret");
    },
  };
}
