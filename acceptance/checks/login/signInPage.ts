import { type Check, type CheckContext } from "../../check";
import { cookiesOf } from "../../http/jar";
import { isDeletion, isSession } from "../../signIn/cookies";
import { ask, header } from "../../http/request";
import { readForm } from "../../signIn/form";
import { pageHeaders } from "../../signIn/hop";

/** Pages as people ask for them; what looks like an address or like HTML must come back as it went. */
const pages = [
  "/",
  "/reports/2026?list=1&list=2&name=a+b&next=https%3A%2F%2Fexample.com%2F",
  "/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&ok=%E2%9C%93",
];

/** What everybody sees first. */
export const signInPage: Check = {
  area: "login",
  name: "sign-in-page",
  proves:
    "Without a session every page of every protected host answers 403 with the sign-in page, whose button leads to the gate host and names exactly the page that was asked for; nothing is stored, in the browser or on the way.",
  mend: "The page is documents/oauth2-proxy/sign_in.html, shown because skip_provider_button is false; the address of the page asked for comes from x-auth-request-redirect in the mesh configuration's extension provider.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions"],
  async run(context) {
    const { gate, echo } = context.target;
    for (const host of echo === undefined ? [gate] : [gate, echo]) {
      for (const page of pages) {
        await look(context, host, page);
      }
    }
  },
};

async function look({ target, probe, signal }: CheckContext, host: URL, page: string): Promise<void> {
  const asked = `${host.origin}${page}`;
  const answer = await ask(target, host, page, { headers: pageHeaders, signal });
  const form = readForm(answer.body, host);
  if (answer.status !== 403 || form === undefined) {
    const what = form === undefined ? "no form" : "a form";
    probe.wrong(
      `GET ${asked} without a session should be 403 with the sign-in page; it was ${answer.status} with ${what}`,
    );
    return;
  }
  const button = `${form.action.origin}${form.action.pathname}`;
  probe.expect(
    form.method === "GET" && button === `${target.gate.origin}/oauth2/start`,
    `the button for ${asked} leads to the gate host`,
    `the button for ${asked} should GET ${target.gate.origin}/oauth2/start; it does ${form.method} ${button}`,
  );
  probe.expect(
    form.fields["rd"] === asked,
    `the button for ${asked} names that page`,
    `the button for ${asked} should come back to that page; it names ${form.fields["rd"] ?? "none"}`,
  );
  probe.expect(
    !answer.body.includes("<script>alert"),
    `the page for ${asked} shows no HTML of the address`,
    `the page for ${asked} holds HTML that came from the address`,
  );
  // Where a server keeps the sessions, oauth2-proxy takes the session's away, whether or not there is one.
  const cookies = cookiesOf(answer)
    .filter((cookie) => !(isSession(cookie) && isDeletion(cookie)))
    .map(({ name }) => name);
  probe.expect(
    cookies.length === 0,
    `the page for ${asked} sets no cookie`,
    `a sign-in page should set no cookie; the one for ${asked} set ${cookies.join(", ")}`,
  );
  const caching = header(answer, "cache-control") ?? "";
  probe.expect(
    /no-store|no-cache|private/i.test(caching),
    `the page for ${asked} is not kept`,
    `a sign-in page should not be kept by caches; the one for ${asked} came with cache-control "${caching}"`,
  );
}
