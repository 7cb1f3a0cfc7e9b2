import { type Answer, ask, type HeaderList } from "../../http/request";
import { type Check, type CheckContext } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { askEcho, bearer } from "../../tokens/ask";
import { identityOf } from "../../tokens/claims";
import { forgedSignatures, someIntruder } from "../../tokens/forge";
import { grantIdToken } from "../../tokens/grant";
import { holdsToken } from "../../tokens/inText";
import { dexKeyOf } from "../../tokens/keys";
import { echoOf, somebody } from "../../tokens/parts";
import { expectIdentity, expectRefused, type Identity, isRefused, whatCame } from "../../tokens/refusal";

interface Odd {
  what: string;
  headers: HeaderList;
}

/** Where a token may stand, and where not. */
export const tokenPlaces: Check = {
  area: "machines",
  name: "token-places",
  proves:
    "A token counts in the Authorization header alone, not in an address, a form or a cookie; and however oddly the header is written, an application sees the holder of a verified token or nobody.",
  mend: "Each rule of the RequestAuthentication `tokens` must name `fromHeaders: Authorization` with the prefix `Bearer `: without that, Envoy also takes `access_token` from the query. There must be no `fromParams` and no `fromCookies`.",
  exercises: ["gateway", "Dex"],
  needs: ["user", "client", "echo"],
  async run(context) {
    const { target, probe, signal } = context;
    const genuine = await grantIdToken(target, somebody(target), { signal });
    const identity = identityOf(genuine);
    const [forged] = forgedSignatures(genuine, await dexKeyOf(genuine, context), someIntruder());
    if (forged === undefined) {
      throw new Error("there is no forged token to try");
    }
    expectIdentity(probe, await askEcho(context, [bearer(genuine)]), identity, "the token in its place");
    await elsewhere(context, genuine);
    for (const { what, headers } of oddHeaders(genuine, forged.token)) {
      verifiedOrNobody(context, await askEcho(context, headers), identity, what);
    }
    for (const { what, headers } of withoutGenuine(forged.token)) {
      expectRefused(probe, await askEcho(context, headers), what);
    }
  },
};

/**
 * A genuine token where logs, referrers and other sites' forms would carry it. Without an Authorization header the session
 * check refuses such a request before anybody looks for tokens; with one of another scheme nobody but the token rules does.
 */
async function elsewhere(context: CheckContext, token: string): Promise<void> {
  const body = `access_token=${token}`;
  const form: HeaderList = [
    ["Content-Type", "application/x-www-form-urlencoded"],
    ["Content-Length", String(Buffer.byteLength(body))],
  ];
  const names = ["access_token", "token", "id_token", "jwt", "Authorization"];
  const headers = ["X-Authorization", "Proxy-Authorization", "X-Forwarded-Access-Token", "X-Auth-Request-Access-Token"];
  const places: (Odd & { path?: string; body?: string })[] = [
    ...names.flatMap((name) => [
      { what: `in the query as ${name}`, headers: [], path: `/?${name}=${token}` },
      { what: `in the cookie ${name}`, headers: [["Cookie", `${name}=${token}`] as const] },
    ]),
    { what: "in the place of the session's cookie", headers: [["Cookie", `__Secure-gatehouse=${token}`]] },
    { what: "in a form", headers: form, body },
    ...headers.map((name) => ({ what: `in the header ${name}`, headers: [[name, `Bearer ${token}`] as const] })),
  ];
  const others: Odd[] = [
    { what: "", headers: [] },
    { what: " besides Basic", headers: [["Authorization", "Basic dXNlcjpwYXNzd29yZA=="]] },
    { what: " besides an empty Authorization header", headers: [["Authorization", ""]] },
  ];
  const requests = places.flatMap((place) => others.map((other) => ({ ...place, other })));
  context.probe.busy("a genuine token in other places");
  await inParallel(requests, async ({ what, path = "/", headers, body, other }) => {
    const { target, probe, signal } = context;
    const answer = await ask(target, echoOf(target), path, {
      method: body === undefined ? "GET" : "POST",
      headers: [["Accept", "application/json"], ...headers, ...other.headers],
      ...(body === undefined ? {} : { body }),
      signal,
    });
    expectRefused(probe, answer, `a genuine token ${what}${other.what}`, target);
  });
}

/** A genuine token, oddly written or next to a forged one. Whether it counts is a matter of taste; for whom is not. */
function oddHeaders(genuine: string, forged: string): Odd[] {
  const name = "Authorization";
  const one = (what: string, value: string): Odd => ({ what, headers: [[name, value]] });
  return [
    one("bearer in lower case", `bearer ${genuine}`),
    one("BEARER in upper case", `BEARER ${genuine}`),
    one("two blanks after Bearer", `Bearer  ${genuine}`),
    one("a tab after Bearer", `Bearer\t${genuine}`),
    one("a blank and a tab after Bearer", `Bearer \t${genuine}`),
    one("a blank behind the token", `Bearer ${genuine} `),
    one("no blank after Bearer", `Bearer${genuine}`),
    one("another scheme's name", `Token ${genuine}`),
    one("no scheme at all", genuine),
    one("quotes around the token", `Bearer "${genuine}"`),
    one("a comma and a forged token behind it", `Bearer ${genuine},${forged}`),
    one("a comma and a forged bearer behind it", `Bearer ${genuine}, Bearer ${forged}`),
    one("a forged bearer and a comma before it", `Bearer ${forged}, Bearer ${genuine}`),
    one("a forged token and a blank before it", `Bearer ${forged} ${genuine}`),
    one("Basic and a comma before it", `Basic aW50cnVkZXI6, Bearer ${genuine}`),
    { what: "two headers, the first genuine", headers: [bearer(genuine), bearer(forged)] },
    { what: "two headers, the second genuine", headers: [bearer(forged), bearer(genuine)] },
    { what: "two headers, the first empty", headers: [[name, ""], bearer(genuine)] },
    { what: "two headers in two cases", headers: [["authorization", `Bearer ${forged}`], bearer(genuine)] },
    {
      what: "genuine in the header, forged in a cookie",
      headers: [bearer(genuine), ["Cookie", `access_token=${forged}`]],
    },
  ];
}

function withoutGenuine(forged: string): Odd[] {
  const name = "Authorization";
  // Envoy takes 60 KiB of headers; one that is nearly as long must not cost more than its refusal.
  const long = (length: number) => `Bearer ${forged.slice(0, -1)}${"A".repeat(length)}`;
  return [
    { what: "an empty Authorization header", headers: [[name, ""]] },
    { what: "Bearer without a token", headers: [[name, "Bearer "]] },
    {
      what: "Basic with a forged token as the password",
      headers: [[name, `Basic ${Buffer.from(`u:${forged}`).toString("base64")}`]],
    },
    { what: "a token of 8 KB", headers: [[name, long(8_000)]] },
    { what: "a token of 50 KB", headers: [[name, long(50_000)]] },
    { what: "a token of 64 KB", headers: [[name, long(64_000)]] },
    { what: "twenty forged tokens", headers: Array.from({ length: 20 }, () => bearer(forged)) },
  ];
}

function verifiedOrNobody(
  { probe, target }: CheckContext,
  answer: Answer,
  { user, groups }: Identity,
  what: string,
): void {
  const seen = seenByBackend(answer);
  const verified = seen?.user === user && seen.groups.join() === groups.join();
  probe.expect(
    isRefused(answer, target) || verified,
    `${what}: ${verified ? "its verified holder" : `refused with ${answer.status}`}`,
    `${what}: the application should have seen ${user} or nothing; came ${whatCame(answer)}`,
  );
  if (seen !== undefined) {
    const kept = Object.entries(seen.headers).find(
      // A cookie that is not the session's is the application's own, whatever it holds.
      ([name, value]) => name !== "cookie" && holdsToken(value),
    );
    probe.expect(
      kept === undefined,
      `${what}: no token reached the application`,
      `${what}: the application got a token in the header ${kept?.[0] ?? ""}`,
    );
  }
}
