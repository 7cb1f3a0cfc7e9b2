import { type Check } from "../../check";
import { ask, header } from "../../http/request";
import { appOf, plain } from "./theApp";

/** The redirect names the host that was asked for, and is there before the application is. */
export const appRedirect: Check = {
  area: "apps",
  name: "redirect",
  proves:
    "Plain HTTP at an application's host is redirected to the same host and path for good, whatever the request brings; a host outside of the domain is not.",
  mend: "The filter `gatehouse.https_redirect` redirects all names below the session's domain (documents/gateway/https-redirect.lua).",
  exercises: ["gateway"],
  needs: ["app"],
  async run({ target, probe, signal }) {
    const app = appOf(target);
    for (const [what, path, headers] of [
      ["a page", "/d/1?from=now&to=%2F", []],
      ["a page with a token that is none", "/", [["Authorization", "Bearer not-a-token"]]],
      ["a page with a session that is none", "/", [["Cookie", "__Secure-gatehouse=nothing"]]],
    ] as const) {
      const answer = await ask(target, plain(app, path), path, { headers, signal });
      const location = header(answer, "location");
      probe.expect(
        answer.status === 301 && location === new URL(path, app).href,
        `${what}: redirected to the same host`,
        `${what}: 301 to ${new URL(path, app).href} was wanted; came ${answer.status} to ${location ?? "nowhere"}`,
      );
    }
    for (const host of [
      `${app.hostname}.evil.example`,
      `evil.example@${app.hostname}`,
      `evil.example/.${app.hostname}`,
      `evil.example#.${app.hostname}`,
    ]) {
      const answer = await ask(target, plain(app, "/"), "/", { headers: [["Host", host]], signal }).catch(
        () => undefined,
      );
      const location = answer === undefined ? undefined : header(answer, "location");
      probe.expect(
        location === undefined,
        `the host ${host}: not redirected`,
        `the host ${host}: should not be redirected; came ${location ?? ""}`,
      );
    }
  },
};
