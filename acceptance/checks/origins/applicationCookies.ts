import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { ask, headersNamed } from "../../http/request";
import { sessionCookie } from "../../signIn/cookies";
import { signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";

/** A browser takes a cookie for a whole domain from any host of it, and tells nobody which host that was (RFC 6265, section 8.6). */
export const applicationCookies: Check = {
  area: "origins",
  name: "application-cookies",
  proves:
    "An application sets no cookie under a name of the session's, and none for other hosts; its own arrive byte for byte.",
  mend: "The filter gatehouse.application_cookies of EnvoyFilter ingress/gatehouse (documents/gateway/application-cookies.lua).",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions", "echo"],
  async run({ target, probe, signal }) {
    const echo = echoOf(target);
    const { jar } = await signIn(target, somebody(target), new URL("/", echo), signal);
    const domain = target.gate.hostname;
    const tries: [wanted: string, arrives: string | undefined][] = [
      [`${sessionCookie}=x; Path=/; Secure`, undefined],
      [`${sessionCookie}=x; Path=/; Secure; Domain=${domain}`, undefined],
      [`${sessionCookie}_0=x; Path=/; Secure`, undefined],
      [`${sessionCookie}_csrf=x; Path=/; Secure`, undefined],
      [`own=1; Domain=${domain}; Path=/`, "own=1; Path=/"],
      [`own=1; Path=/; DOMAIN=.${domain}`, "own=1; Path=/"],
      ["own=1; Path=/;  Secure; HttpOnly", "own=1; Path=/;  Secure; HttpOnly"],
    ];
    await inParallel(tries, async ([wanted, arrives]) => {
      const answer = await ask(target, echo, "/", {
        headers: [
          ["Cookie", jar.header(echo, "/")],
          ["X-Echo-Set-Cookie", wanted],
        ],
        signal,
      });
      const came = headersNamed(answer, "set-cookie").filter((cookie) => /=(?:x|1)(?:;|$)/.test(cookie));
      const asked = seenByBackend(answer)?.headers["x-echo-set-cookie"] === wanted;
      probe.expect(
        asked && came.join("\n") === (arrives ?? ""),
        `an application that sets ${wanted}: ${arrives === undefined ? "nothing arrives" : `${arrives} arrives`}`,
        `an application set ${wanted}: ${arrives ?? "nothing"} should arrive; ${asked ? came.join(" and ") || "nothing" : `the application was not asked, status ${answer.status},`} did`,
      );
    });
  },
};
