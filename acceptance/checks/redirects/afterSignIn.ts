import { type Check, type CheckContext, type Target } from "../../check";
import { Jar } from "../../http/jar";
import { header } from "../../http/request";
import { Attempt } from "../../signIn/attempt";
import { askWith, type Hop, pageHeaders, posted } from "../../signIn/hop";
import { showsToken } from "../../signIn/leaks";
import { somebody } from "../../tokens/parts";
import { isOwn, strayIn } from "./destinations";
import { type Foreign, queryText, readable, someForeign } from "./foreign";

/** What a link made of a sign-in shows only at its end, when the person has given the password and trusts the page. */
export function afterSignIn(shapes: (target: Target) => Foreign[] = someForeign): Check {
  return {
    area: "redirects",
    name: "end-of-a-sign-in",
    proves:
      "A whole sign-in that a crafted link began, or whose state was changed on the way back, ends at the deployment's own hosts, and no step of it leads elsewhere.",
    mend: "oauth2-proxy checks the address twice, at the beginning and at the callback; `whitelist_domains` may hold exact names alone. Is its version one of stacks/versions.lock.json?",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: ["user", "sessions"],
    timeout: 180,
    async run(context) {
      const { target, probe, signal } = context;
      const { gate } = target;
      const own = new URL("/probe?a=b", target.echo ?? gate);
      const plain = await begun(context, `rd=${encodeURIComponent(own.href)}`);
      const end = header((await answerTo(context, plain.jar, plain.callback)).answer, "location");
      probe.expect(
        end === own.href,
        "a sign-in ends where it should",
        `a sign-in for ${own.href} should end there; it ends ${end === undefined ? "without a redirect" : "elsewhere"}`,
      );
      for (const shape of shapes(target)) {
        signal.throwIfAborted();
        probe.busy(`sign in by a link with ${readable(shape)}`);
        const { jar, hops, callback } = await begun(context, `rd=${queryText(shape)}`);
        expectWithin(context, `a sign-in with rd=${readable(shape)}`, [
          ...hops,
          await answerTo(context, jar, callback),
        ]);
      }
      for (const shape of shapes(target)) {
        signal.throwIfAborted();
        probe.busy(`change the state to ${readable(shape)}`);
        const { jar, callback } = await begun(context, `rd=${encodeURIComponent(own.href)}`);
        const state = callback.searchParams.get("state") ?? "";
        const changed = changedState(state, queryText(shape) === shape.value ? shape.value : decoded(shape));
        if (changed === undefined) {
          // Nothing can be changed in a state that means nothing; the code's own checks are elsewhere.
          probe.seen(`the state of a sign-in holds no address to change to ${readable(shape)}`);
          continue;
        }
        callback.searchParams.set("state", changed);
        expectWithin(context, `a state with ${readable(shape)}`, [await answerTo(context, jar, callback)]);
      }
    },
  };
}

function decoded({ value, encoded = false }: Foreign): string {
  return encoded ? decodeURIComponent(value) : value;
}

/** The state with another address; undefined where it has none. */
function changedState(state: string, value: string): string | undefined {
  if (state.includes(":")) {
    return `${state.slice(0, state.indexOf(":"))}:${value}`;
  }
  const text = Buffer.from(state, "base64url").toString("utf8");
  return /^[\x21-\x7e]+:/.test(text)
    ? Buffer.from(`${text.slice(0, text.indexOf(":"))}:${value}`).toString("base64url")
    : undefined;
}

/** A sign-in up to the address with the code. */
async function begun({ target, signal }: CheckContext, query: string) {
  const attempt = new Attempt(target, new Jar(), target.gate, signal);
  await attempt.toForm(new URL(`/oauth2/start?${query}`, target.gate));
  const callback = await attempt.toCallback(somebody(target));
  return { jar: attempt.jar, hops: attempt.hops, callback };
}

async function answerTo({ target, signal }: CheckContext, jar: Jar, url: URL): Promise<Hop> {
  const path = `${url.pathname}${url.search}`;
  return { url, answer: await askWith(target, jar, url, path, { headers: pageHeaders, signal }) };
}

function expectWithin({ target, probe }: CheckContext, what: string, hops: readonly Hop[]): void {
  const strays = hops.flatMap(({ url, answer }) => {
    const stray = strayIn(target, url, answer);
    return stray === undefined ? [] : [`${stray} from ${url.origin}${url.pathname}`];
  });
  probe.expect(
    strays.length === 0,
    `${what}: every step stays with the deployment`,
    `${what}: every step should stay with the deployment; came ${strays.join(" and ")}`,
  );
}

/** Sign-out puts the ID token in place of `{id_token}` in the address that it ends at, if it is let. */
export const signOutToken: Check = {
  area: "redirects",
  name: "sign-out-keeps-the-token",
  proves: "A link to sign out cannot have a person's ID token written into an address.",
  mend: "The filter `gatehouse.identity_headers` takes the address away from `/oauth2/sign_out` (documents/gateway/identity-headers.lua); sign-out must end at a fixed place.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions"],
  timeout: 120,
  async run(context) {
    const { target, probe, signal } = context;
    const { gate } = target;
    const places = [gate, ...(target.echo === undefined ? [] : [target.echo])].map(
      (url) => new URL("/probe?token={id_token}&other=%7Bid_token%7D", url).href,
    );
    const ways = [...places, "/probe?token={id_token}"].flatMap((place) => {
      const query = `rd=${encodeURIComponent(place)}`;
      return [
        { what: "a link", path: `/oauth2/sign_out?${query}`, options: {} },
        { what: "a link with another spelling", path: `/oauth2/%73ign_out?${query}`, options: {} },
        { what: "a form", path: "/oauth2/sign_out", options: posted({ rd: place }) },
        { what: "the dashboard's address", path: `/logout?${query}`, options: {} },
      ];
    });
    const { jar, callback } = await begun(context, `rd=${encodeURIComponent(gate.href)}`);
    await answerTo(context, jar, callback);
    // The answer takes the cookies away, so that each way needs them anew: a jar that takes nothing.
    const cookie = jar.header(gate, "/");
    if (cookie === "") {
      probe.wrong("a sign-in should leave cookies of a session, with which to sign out; it left none");
      return;
    }
    for (const { what, path, options } of ways) {
      const own = new Jar();
      const headers = [...("headers" in options ? options.headers : pageHeaders), ["Cookie", cookie] as const];
      const answer = await askWith(target, own, gate, path, { ...options, headers, signal });
      const written = showsToken(answer).length > 0;
      const location = header(answer, "location");
      probe.expect(
        !written && (location === undefined || isOwn(target, location, gate)),
        `signing out by ${what}: ${answer.status}, without a token`,
        `signing out by ${what} should end without the ID token in an address; came status ${answer.status} ${written ? "with the token" : "and another host"}`,
      );
    }
  },
};
