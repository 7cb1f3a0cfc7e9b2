import { type Check, type CheckContext } from "../../check";
import { Jar } from "../../http/jar";
import { inParallel } from "../../http/inParallel";
import { type HeaderList } from "../../http/request";
import { isCsrf, isSession } from "../../signIn/cookies";
import { askWith, pageHeaders } from "../../signIn/hop";
import { refused } from "../../signIn/page";
import { deadSession } from "./deadSession";

const calls = 50;

/** A few tabs' worth; the setting is 5. */
const mostCsrfCookies = 8;

/** With a session of 4 KB and more beside it this stays far below the 60 KB that Envoy takes. */
const mostBytes = 8192;

const call: HeaderList = [["Accept", "application/json"]];

/** Kubeflow's pages poll; what grows with every call ends in 431 for the whole site. */
export const cookieGrowth: Check = {
  area: "login",
  name: "cookie-growth",
  proves:
    "50 background calls without a session, 50 with an expired one, and 50 sign-ins that were begun and left alone don't fill the browser with cookies: calls leave none, and begun sign-ins a few.",
  mend: "A call that is redirected into a sign-in sets a CSRF cookie each time: see login/background-calls. cookie_csrf_per_request_limit bounds those of begun sign-ins.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions"],
  timeout: 120,
  async run(context) {
    await poll(context, "without a session", new Jar());
    await poll(context, "with an expired session", deadSession(context.target));
    await begin(context);
  },
};

async function poll({ target, probe, signal }: CheckContext, state: string, jar: Jar): Promise<void> {
  const before = jar.header(target.gate, "/").length;
  const list = Array.from({ length: calls }, (_, index) => `/api/poll?call=${index}`);
  const statuses = await inParallel(list, async (path) => {
    const { status } = await askWith(target, jar, target.gate, path, { headers: call, signal });
    return status;
  });
  const others = statuses.filter((status) => status !== 401);
  probe.expect(
    others.length === 0,
    `${calls} calls ${state} were all 401`,
    `${calls} calls ${state} should all be 401; ${others.length} were not: ${[...new Set(others)].join(", ")}`,
  );
  const after = jar.header(target.gate, "/").length;
  const csrf = jar.cookies.filter(isCsrf).length;
  probe.expect(
    after <= before && csrf === 0,
    `${calls} calls ${state} left ${after} bytes of cookies, before ${before}`,
    `${calls} calls ${state} should add no cookie; they left ${after} bytes, before ${before}, with ${csrf} CSRF cookies`,
  );
  probe.expect(
    !jar.cookies.some(isSession),
    `${calls} calls ${state} left no session's cookie`,
    `${calls} calls ${state} should take a dead session's cookies away; ${jar.cookies.filter(isSession).length} are still there`,
  );
}

async function begin({ target, probe, signal }: CheckContext): Promise<void> {
  const jar = new Jar();
  let most = 0;
  for (let count = 0; count < calls; count += 1) {
    const page = encodeURIComponent(new URL(`/tab/${count}`, target.gate).href);
    const { status } = await askWith(target, jar, target.gate, `/oauth2/start?rd=${page}`, {
      headers: pageHeaders,
      signal,
    });
    if (status !== 302) {
      probe.wrong(
        `sign-in ${count + 1} of ${calls} in one browser should begin with a redirect to Dex; it was ${status}`,
      );
      return;
    }
    most = Math.max(most, jar.header(target.gate, "/").length);
  }
  const csrf = jar.cookies.filter(isCsrf).length;
  probe.figure(`cookies after ${calls} begun sign-ins`, csrf, "cookies");
  probe.figure(`most bytes of cookies during ${calls} begun sign-ins`, most, "bytes");
  probe.expect(
    csrf > 0 && csrf <= mostCsrfCookies && most <= mostBytes,
    `${calls} begun sign-ins left ${csrf} CSRF cookies, at most ${most} bytes`,
    `${calls} begun sign-ins should leave 1 to ${mostCsrfCookies} CSRF cookies and never more than ${mostBytes} bytes; they left ${csrf}, at most ${most} bytes`,
  );
  const answer = await askWith(target, jar, target.gate, "/", { headers: pageHeaders, signal });
  probe.expect(
    refused(answer),
    "with them the sign-in page still comes",
    `after ${calls} begun sign-ins the sign-in page should still come; it was ${answer.status}`,
  );
}
