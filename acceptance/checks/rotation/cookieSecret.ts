import { type Check } from "../../check";
import { newcomerGetsIn, type Pace, recovers, sceneOf, streamsOf } from "../../cluster/scene";
import { bearer, refusedSession, session, streamNames } from "../../cluster/streams";
import { during, once } from "../../cluster/traffic";
import { judge } from "../../cluster/verdict";
import { newSession, sessionOf } from "../../cluster/visitor";
import { rotate } from "./rotate";

/** Requests with the old session after the rotation: there are several replicas, and each must have the new key. */
const attempts = 30;

export function cookieSecret(pace: Pace): Check {
  return {
    area: "rotation",
    name: "cookie-secret",
    proves: "A new cookie secret ends every session, new sign-ins work, and nobody without identity gets in meanwhile.",
    mend:
      "An old session that goes on means a replica of oauth2-proxy with the old key: look at `kubectl rollout status -n auth " +
      "deploy/oauth2-proxy` and whether the command raised rotation.cookieSecret.",
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["user", "echo", "sessions", "cluster", "rotate"],
    timeout: 1200,
    run: async (context) => {
      const scene = await sceneOf(context, pace);
      const { target, probe, signal } = context;
      const { url, token, person } = scene.visitor;
      const { cookies } = sessionOf(scene.visitor);
      const { tallies } = await during(streamsOf(scene), { signal, pause: pace.pause }, () =>
        rotate(context, "cookieSecret"),
      );
      const since = Date.now();
      const what = "cookieSecret rotated";
      // Nobody promises anything to sessions, and tokens never meet oauth2-proxy.
      for (const tally of tallies) {
        judge(probe, what, tally, { errors: tally.name === streamNames.bearer ? "none" : "some" });
      }
      const old = refusedSession(target, url, cookies);
      await recovers(scene, `${what}, old session refused`, old, since, pace);
      for (let count = 0; count < attempts; count += 1) {
        const { kind, why } = await once(old, signal);
        probe.expect(
          kind === "right",
          "a session of before the rotation is refused",
          `a session of before the rotation should be refused with 4xx or 5xx; it came to ${why}`,
        );
      }
      await newcomerGetsIn(scene, what, since, pace);
      const fresh = await newSession(target, person, url, signal);
      await recovers(scene, `${what}, new session`, session(target, url, fresh, person.email), since, pace);
      await recovers(scene, what, bearer(target, url, token, person.email), since, pace);
    },
  };
}
