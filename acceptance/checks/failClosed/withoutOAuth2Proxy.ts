import { setTimeout as sleep } from "node:timers/promises";
import { type Check } from "../../check";
import { workloads } from "../../cluster/platform";
import { bearer, nobody, refusedSession, session } from "../../cluster/streams";
import { during } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { without } from "../../cluster/workloads";
import { sessionOf } from "../../cluster/visitor";
import { newcomerGetsIn, type Pace, recovers, sceneOf, withoutRestarts } from "../../cluster/scene";

export function withoutOAuth2Proxy(pace: Pace): Check {
  return {
    area: "fail-closed",
    name: "without-oauth2-proxy",
    proves:
      "While oauth2-proxy is away nobody gets in with or without a cookie, tokens still do, and all comes back by itself.",
    mend:
      "The session check must be closed when it cannot be asked: failOpen must be false at the extension provider, and no " +
      "EnvoyFilter may set failure_mode_allow. Look at the gateway's access log and `kubectl get pods -n auth`.",
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["user", "echo", "sessions", "cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { hands, visitor } = scene;
      const { target, probe, signal } = context;
      const { url, token, person } = visitor;
      const { jar, cookies } = sessionOf(visitor);
      await withoutRestarts(scene, workloads.oauth2Proxy, async () => {
        const { result: tallies, askedBack } = await without(hands, workloads.oauth2Proxy, async () => {
          const streams = [
            nobody(target, url),
            refusedSession(target, url, cookies),
            bearer(target, url, token, person.email),
          ];
          probe.busy("ask while oauth2-proxy is away");
          return (await during(streams, { signal, pause: pace.pause }, () => sleep(pace.away, undefined, { signal })))
            .tallies;
        });
        for (const tally of tallies) {
          judge(probe, "oauth2-proxy away", tally, { errors: "none" });
        }
        const again = "oauth2-proxy back";
        await recovers(scene, again, session(target, url, jar, person.email), askedBack, pace);
        await recovers(scene, again, nobody(target, url), askedBack, pace);
        await newcomerGetsIn(scene, again, askedBack, pace);
      });
    },
  };
}
