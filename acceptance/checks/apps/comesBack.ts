import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { readForm } from "../../signIn/form";
import { notArrived, open } from "../../signIn/page";
import { somebody } from "../../tokens/parts";
import { appOf } from "./theApp";

/** From the application over the button, Dex and the gate's way back to the very page. */
export const appComesBack: Check = {
  area: "apps",
  name: "comes-back",
  proves:
    "A person who signs in from a page of an application comes back to exactly that page, query included, over the gate, and the application sees that person and no cookie of the session.",
  mend: "oauth2-proxy returns to the gate's `/gatehouse/return/<host>/`, which documents/gateway/return-address.lua writes, and the application's VirtualService `return-<name>` leads on from there.",
  exercises: ["gateway", "oauth2-proxy", "Dex", "istiod"],
  needs: ["sessions", "user", "app"],
  timeout: 120,
  async run({ target, probe, signal }) {
    const person = somebody(target);
    const app = appOf(target);
    for (const page of ["/", "/d/2026?list=1&list=2&name=a+b&next=https%3A%2F%2Fexample.com%2F&ok=%E2%9C%93"]) {
      const asked = new URL(page, app);
      const jar = new Jar();
      const shown = await open(target, jar, asked, signal);
      const form = readForm(shown.answer.body, asked);
      if (form === undefined) {
        probe.wrong(`${asked.href} without a session should show a button; it was ${shown.answer.status} with no form`);
        continue;
      }
      const button = new URL(form.action);
      button.search = new URLSearchParams(form.fields).toString();
      const attempt = new Attempt(target, jar, asked, signal);
      await attempt.toForm(button);
      const arrived = await attempt.finish(await attempt.toCallback(person));
      const fault = notArrived({ ...target, echo: app }, arrived, person);
      probe.expect(
        fault === undefined,
        `the sign-in that began at ${asked.href} came back to it as ${person.email}`,
        `the sign-in that began at ${asked.href} should end on it as ${person.email}; it came to ${fault}`,
      );
      const seen = seenByBackend(arrived.answer)?.headers;
      probe.expect(
        seen?.[":path"] === page,
        `the application was asked for ${page}`,
        `the application should be asked for ${page}; it was asked for ${seen?.[":path"] ?? "nothing"}`,
      );
      probe.expect(
        !/__Secure-gatehouse/.test(seen?.["cookie"] ?? "") && seen?.["authorization"] === undefined,
        "the session stayed at the gateway",
        "the application got a cookie of the session or a token",
      );
      const elsewhere = notArrived(target, await open(target, jar, new URL(target.gate), signal), person);
      probe.expect(
        elsewhere === undefined,
        "the same session holds on the gate host",
        `the session should hold on ${target.gate.host} too; that answered with ${elsewhere}`,
      );
    }
  },
};
