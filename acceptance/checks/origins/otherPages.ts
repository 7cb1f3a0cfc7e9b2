import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { ask } from "../../http/request";
import { signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";
import { asSent, type Brought, fromOtherPages, ofPeople } from "./browsers";

export const mendOrigins =
  "The filter gatehouse.cross_origin of EnvoyFilter ingress/gatehouse (documents/gateway/cross-origin.lua) has to run before the check of the session; kubectl get envoyfilter -n ingress gatehouse -o yaml.";

/** A session must not work for a page that only happens to run in the same browser. */
export const otherPages: Check = {
  area: "origins",
  name: "other-pages",
  proves:
    "With a session, what a page of another site or another host brings about gets 403 and reaches no application: calls, forms that post, frames, images, scripts. Links, typed addresses, the page's own calls and programs go on.",
  mend: mendOrigins,
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions", "echo"],
  async run({ target, probe, signal }) {
    const echo = echoOf(target);
    const { jar } = await signIn(target, somebody(target), new URL("/", echo), signal);
    const cookie = ["Cookie", jar.header(echo, "/")] as const;
    const asked = (brought: Brought) => {
      const { method, headers } = asSent(brought);
      return ask(target, echo, "/origins", { method, headers: [...headers, cookie], signal });
    };
    await inParallel(fromOtherPages(`https://neighbour.${target.gate.hostname}`), async (brought) => {
      const answer = await asked(brought);
      probe.expect(
        answer.status === 403 && seenByBackend({ ...answer, status: 200 }) === undefined,
        `${brought.what} is refused with 403`,
        `${brought.what} should get 403 and reach no application; it got ${answer.status}`,
      );
    });
    await inParallel(ofPeople(echo.origin), async (brought) => {
      const answer = await asked(brought);
      probe.expect(
        seenByBackend(answer) !== undefined,
        `${brought.what} goes on`,
        `${brought.what} should go on to the application; it got ${answer.status}`,
      );
    });
  },
};
