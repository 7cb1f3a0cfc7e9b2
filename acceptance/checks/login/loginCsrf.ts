import { type Check, type Target } from "../../check";
import { type Cookie, Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { domainAttribute, isCsrf, nameForProxy } from "../../signIn/cookies";
import { redirectOf } from "../../signIn/hop";
import { notArrived, protectedPage } from "../../signIn/page";
import { jarFrom } from "../../signIn/session";
import { somebody } from "../../tokens/parts";
import { refusedCallback, valueOf, withQuery } from "./callback";

/** Whoever is signed in as somebody else works for that person without knowing (RFC 6749, section 10.12). */
export const loginCsrf: Check = {
  area: "login",
  name: "login-csrf",
  proves:
    "Nobody is signed in with a code that somebody else got: not in a browser without a sign-in under way, not in one with its own, not in one where a page of another host put that sign-in's cookie, and not with codes and states of two sign-ins mixed.",
  mend: "code_challenge_method must be S256, cookie_csrf_per_request true and cookie_samesite lax; insecure_oidc_skip_nonce must be false. The filter gatehouse.begun_sign_ins of EnvoyFilter ingress/gatehouse keeps the CSRF cookie with the gate's host (documents/gateway/begun-sign-ins.lua).",
  exercises: ["oauth2-proxy", "Dex"],
  needs: ["sessions", "user"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const begin = async () => {
      const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
      const { hops } = attempt;
      await attempt.toForm();
      const asked = hops.map(redirectOf).find((url) => url?.searchParams.has("state"));
      const csrf = attempt.jar.cookies.find(isCsrf);
      if (asked === undefined || csrf === undefined) {
        throw new Error("a sign-in that begins should set a CSRF cookie and lead to Dex with a state");
      }
      return { attempt, state: valueOf(asked, "state"), csrf };
    };
    const somebodyElse = await begin();
    const callback = await somebodyElse.attempt.toCallback(person);
    const victim = await begin();

    await refusedCallback(context, "of somebody else, in a browser without a sign-in", new Jar(), callback);
    await refusedCallback(
      context,
      "of somebody else, in a browser with its own sign-in",
      jarFrom(victim.attempt.hops),
      callback,
    );
    await refusedCallback(
      context,
      "of somebody else, with the browser's own CSRF cookie under the other's name",
      jarWith(target, { ...victim.csrf, name: somebodyElse.csrf.name }),
      callback,
    );
    await refusedCallback(
      context,
      "of somebody else, with the other's CSRF cookie as another host of the domain can set it",
      jarWith(target, { ...somebodyElse.csrf, name: nameForProxy(somebodyElse.csrf) }),
      callback,
    );
    const fault = notArrived(target, await somebodyElse.attempt.finish(callback), person);
    probe.expect(
      fault === undefined,
      "in the browser that began it the same callback works",
      `in the browser that began it the callback should still work, or nothing was refused for the browser; it came to ${fault}`,
    );

    const another = await begin();
    const code = valueOf(await another.attempt.toCallback(person), "code");
    const mixed = withQuery(callback, { code, state: victim.state });
    await refusedCallback(
      context,
      "with somebody else's code and the browser's own state",
      jarFrom(victim.attempt.hops),
      mixed,
    );
  },
};

function jarWith(target: Target, { name, value }: Cookie): Jar {
  const jar = new Jar();
  // Of a name that a host alone can set, browsers take no domain.
  const domain = name.startsWith("__Host-") ? "" : domainAttribute(target);
  const line = `${name}=${value}; Path=/; ${domain}Secure; HttpOnly; SameSite=Lax`;
  jar.take(target.gate, { status: 200, headers: [["set-cookie", line]], body: "", certificate: undefined });
  return jar;
}
