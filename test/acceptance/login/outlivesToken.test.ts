import { decodeJwt, UnsecuredJWT } from "jose";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type Target } from "../../../acceptance/check";
import { outlivesTokenAt } from "../../../acceptance/checks/login/outlivesToken";
import { contextFor, type FakeAnswer, fakeGate, type FakeRequest } from "../fakeGate";
import { person } from "./fakePerson";

/** Lifetimes in milliseconds; a second stands for some minutes. */
const life = 500;
const refresh = 200;
const lifetime = 1400;
const skew = 100;
const check = outlivesTokenAt({ every: 60, skew: skew / 1000, moment: 100 });

interface Faults {
  /** Nothing is refreshed, so that a session ends with its token. */
  neverRefreshes?: boolean;
  /** A refresh gives a session to everybody who had one, however long ago. */
  refreshesForEver?: boolean;
  /** Only who is at work is refreshed in time; who comes later has lost. */
  refreshesInTimeOnly?: boolean;
  takesOldTokens?: boolean;
  /** Sessions are refreshed, but the browser never hears of it. */
  losesNewCookies?: boolean;
  /** The second refresh fails, and the session goes on without. */
  refreshesOnce?: boolean;
  /** Sessions end long before they should. */
  endsEarly?: boolean;
  withoutEnd?: boolean;
  /** Milliseconds that the browser is told to keep a session. */
  lasts?: number;
  /** The server looks at no cookie's age. */
  keepsCookies?: boolean;
}

interface Kept {
  began: number;
  renewed: number;
}

/** A gate with short lifetimes, right but for its faults. */
class Gate {
  readonly #sessions = new Map<string, Kept>();
  readonly #nonces = new Map<string, string>();

  constructor(private readonly faults: Faults) {}

  answer({ host, path, method, body, headers }: FakeRequest): FakeAnswer {
    const url = new URL(path, `https://${host}`);
    const query = url.searchParams;
    switch (url.pathname) {
      case "/oauth2/start": {
        const callback = new URL("/oauth2/callback", url).href;
        const to = new URLSearchParams({ redirect_uri: callback, state: query.get("rd") ?? "" });
        return { status: 302, headers: { location: `/dex/auth?${to.toString()}` } };
      }
      case "/oauth2/callback": {
        const began = Date.now();
        return {
          status: 302,
          headers: { location: query.get("state") ?? "", "set-cookie": this.#give({ began, renewed: began }) },
        };
      }
      case "/dex/auth": {
        if (method !== "POST") {
          return { body: `<form method="post" action=""><input name="login"><input name="password"></form>` };
        }
        const code = randomBytes(8).toString("hex");
        this.#nonces.set(code, query.get("nonce") ?? "");
        const back = new URL(query.get("redirect_uri") ?? "");
        back.searchParams.set("code", code);
        back.searchParams.set("state", query.get("state") ?? "");
        return { status: 303, headers: { location: back.href } };
      }
      case "/dex/token": {
        const iat = Date.now() / 1000;
        const nonce = this.#nonces.get(new URLSearchParams(body).get("code") ?? "");
        const claims = { email: person.email, nonce, iat, exp: iat + life / 1000 };
        return { body: { id_token: new UnsecuredJWT(claims).encode() } };
      }
      default:
        return this.#echo(headers);
    }
  }

  #give(kept: Kept): string {
    const id = randomBytes(8).toString("hex");
    this.#sessions.set(id, kept);
    const age = this.faults.withoutEnd === true ? "" : `; Max-Age=${(this.faults.lasts ?? lifetime) / 1000}`;
    return `__Secure-gatehouse=${id}; Domain=kubeflow.example.com; Path=/; Secure; HttpOnly; SameSite=Lax${age}`;
  }

  #echo({ authorization, cookie }: FakeRequest["headers"]): FakeAnswer {
    const seen = (given: string[] = []): FakeAnswer => ({
      headers: { "set-cookie": given },
      body: { user: person.email, groups: person.groups ?? [], headers: {} },
    });
    if (authorization !== undefined) {
      const { exp = 0 } = decodeJwt(authorization.replace("Bearer ", ""));
      return Date.now() < exp * 1000 + skew || this.faults.takesOldTokens === true ? seen() : { status: 401 };
    }
    const [, id = ""] = /__Secure-gatehouse=([0-9a-f]+)/.exec(cookie ?? "") ?? [];
    const kept = this.#sessions.get(id);
    if (kept === undefined) {
      return { status: 403 };
    }
    const is = this.faults;
    const now = Date.now();
    const age = now - kept.renewed;
    if (age > lifetime && is.keepsCookies !== true && is.refreshesForEver !== true) {
      return { status: 403 };
    }
    const again = kept.renewed > kept.began;
    if (is.endsEarly === true && again && now - kept.began > lifetime * 0.8) {
      return { status: 403 };
    }
    const refreshable =
      is.neverRefreshes !== true &&
      (is.refreshesForEver === true || now - kept.began < lifetime) &&
      (is.refreshesInTimeOnly !== true || age < life) &&
      (is.refreshesOnce !== true || !again);
    if (age > refresh && refreshable) {
      const given = this.#give({ began: kept.began, renewed: now });
      return seen(is.losesNewCookies === true ? [] : [given]);
    }
    const lasts = is.refreshesOnce === true && again ? lifetime - 200 : life;
    return age < lasts || is.keepsCookies === true ? seen() : { status: 403 };
  }
}

const client = { id: "suite", secret: "hunter2", redirectUri: "https://client.example.com/callback" };

async function outcomeOf(faults: Faults, waitSeconds = 3, target: Partial<Target> = {}) {
  const deployment = new Gate(faults);
  const gate = await fakeGate((request) => deployment.answer(request), {
    target: { people: [person], client, waitSeconds, ...target },
  });
  const context = contextFor(gate.target, AbortSignal.timeout(15_000));
  const { probe } = context;
  try {
    await check.run(context);
  } catch (error) {
    probe.wrong(`ended: ${String(error)}`);
  } finally {
    await gate.close();
  }
  return { faults: probe.faults.join("\n"), right: probe.right, figures: probe.figures };
}

describe("login: what outlives an ID token", () => {
  it("passes where sessions are refreshed, end at last, and tokens end, and tells how long each lasted", async () => {
    const { faults, right, figures } = await outcomeOf({});
    assert.equal(faults, "");
    assert.equal(right.length, 9);
    assert.deepEqual(
      figures.map(({ name }) => name),
      ["lifetime of an ID token", "seconds after which a session in use was over"],
    );
    assert.ok(right.some((line) => /^in use it passes \d+ times, with new cookies/.test(line)));
  });

  it("looks at no session's end where there is no time for it, and says so", async () => {
    const { faults, right, figures } = await outcomeOf({}, 1);
    assert.equal(faults, "");
    assert.equal(right.length, 4);
    assert.match(figures.at(-1)?.name ?? "", /more than --wait, not looked at/);
  });

  it("says so where sessions are over before their first token", async () => {
    assert.match((await outcomeOf({ lasts: 600 })).faults, /ended: .*sessions last 0\.6 s .* sessions\.lifetime/);
  });

  it("says how long it would have to wait where tokens last longer than it may", async () => {
    assert.match((await outcomeOf({}, 0.5)).faults, /ended: .*ID tokens last 0\.5 s: .* --wait 1 at least/);
  });

  const wrong: readonly (readonly [Faults, RegExp, number])[] = [
    [{ neverRefreshes: true }, /who comes back after .* should still have a session.*status 403/, 1],
    [{ refreshesInTimeOnly: true }, /who comes back after .* should still have a session.*status 403/, 1],
    [{ losesNewCookies: true }, /and get a new cookie; it came to no new cookie/, 1],
    [{ takesOldTokens: true }, /after its end a token should be refused; it came to status 200/, 1],
    [{ withoutEnd: true }, /the session's cookie should have an end/, 1],
    [{ refreshesForEver: true }, /a session in use should be over; it still passes/, 3],
    [{ keepsCookies: true }, /cookies that it had at its sign-in.* should be refused after its end; .*status 200/, 3],
    [{ refreshesOnce: true }, /in use it should get new cookies on the way; it got none in \d+ requests/, 3],
    [{ endsEarly: true }, /should last for 1\.4 s; it was over after 1(\.[0-3])? s with status 403/, 3],
  ];
  // Those that end with the token only wait, and can do so together. A session's end is a matter of moments, which others
  // could take away.
  const soonOver = new Map<Faults, Awaited<ReturnType<typeof outcomeOf>>>();
  before(async () => {
    const together = wrong.filter(([, , wait]) => wait === 1);
    await Promise.all(together.map(async ([faults]) => soonOver.set(faults, await outcomeOf(faults, 1))));
  });
  for (const [faults, words, wait] of wrong) {
    it(`finds out a gate with ${Object.keys(faults).join()}`, async () => {
      assert.match((soonOver.get(faults) ?? (await outcomeOf(faults, wait))).faults, words);
    });
  }
});
