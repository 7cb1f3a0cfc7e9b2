import { type Check } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { notArrived, protectedPage } from "../../signIn/page";
import { jarFrom } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { refusedCallback } from "./callback";

/** A callback's address stays in histories and logs. */
export const callbackReplay: Check = {
  area: "login",
  name: "callback-replay",
  proves:
    "A callback works once: asked again it signs nobody in, neither in another browser nor in one that still has the sign-in's CSRF cookie.",
  mend: "Dex gives a code once: kubectl logs -n auth deploy/dex, and whether its replicas share one storage. code_challenge_method must be S256.",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
    await attempt.toForm();
    const callback = await attempt.toCallback(person);
    const before = [...attempt.hops];
    const fault = notArrived(target, await attempt.finish(callback), person);
    probe.expect(fault === undefined, "the callback works once", `the callback should work once; it came to ${fault}`);
    await refusedCallback(
      context,
      "asked again by a browser that still has the CSRF cookie",
      jarFrom(before),
      callback,
    );
    await refusedCallback(context, "asked again by another browser", new Jar(), callback);
  },
};
