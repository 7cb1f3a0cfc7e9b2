import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { readForm } from "../../signIn/form";
import { notArrived, open } from "../../signIn/page";
import { echoOf, somebody } from "../../tokens/parts";

const pages = ["/", "/reports/2026?list=1&list=2&name=a+b&next=https%3A%2F%2Fexample.com%2F&ok=%E2%9C%93"];

/** From a page over the button, Dex and its form back to that page. */
export const comesBack: Check = {
  area: "login",
  name: "comes-back",
  proves:
    "A person who presses the sign-in page's button and signs in at Dex comes back to exactly the page that was asked for, query included, and the application sees that person with the groups; the session holds on the gate's other hosts too.",
  mend: "Follow the hops with a browser's network view. Dex's answer: kubectl logs -n auth deploy/dex; the callback's: kubectl logs -n auth deploy/oauth2-proxy. An address that is not taken must be in whitelist_domains; a missing group is Dex's connector or the scope groups.",
  exercises: ["gateway", "oauth2-proxy", "Dex", "istiod"],
  needs: ["sessions", "user", "echo"],
  timeout: 120,
  async run({ target, probe, signal }) {
    const person = somebody(target);
    for (const page of pages) {
      const asked = new URL(page, echoOf(target));
      const jar = new Jar();
      const shown = await open(target, jar, asked, signal);
      const form = readForm(shown.answer.body, asked);
      if (form === undefined) {
        probe.wrong(
          `GET ${asked.href} without a session should show a button; it was ${shown.answer.status} with no form`,
        );
        continue;
      }
      // As a browser sends a form with the method GET.
      const button = new URL(form.action);
      button.search = new URLSearchParams(form.fields).toString();
      const attempt = new Attempt(target, jar, asked, signal);
      await attempt.toForm(button);
      const arrived = await attempt.finish(await attempt.toCallback(person));
      const fault = notArrived(target, arrived, person);
      probe.expect(
        fault === undefined,
        `the sign-in that began at ${asked.href} came back to it as ${person.email}`,
        `the sign-in that began at ${asked.href} should end on it as ${person.email}; it came to ${fault}`,
      );
      const path = seenByBackend(arrived.answer)?.headers[":path"];
      probe.expect(
        path === page,
        `the application was asked for ${page}`,
        `the application should be asked for ${page}; it was asked for ${path ?? "nothing"}`,
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
