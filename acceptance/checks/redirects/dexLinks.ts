import { type Check, type Target } from "../../check";
import { Jar } from "../../http/jar";
import { type HeaderList } from "../../http/request";
import { Attempt } from "../../signIn/attempt";
import { everyForeign, type Foreign, queryText, readable, someForeign } from "./foreign";
import { formHeaders } from "./signInReturn";
import { type Attempted, expectNoStray } from "./tried";

const page: HeaderList = [["Accept", "text/html"]];

type Shapes = (target: Target) => Foreign[];

/** On the page with the form for the password people believe every link. */
export function dexLinks(shapes: Shapes = everyForeign, some: Shapes = someForeign): Check {
  return {
    area: "redirects",
    name: "links-of-dex",
    proves:
      "Dex's pages hold no link to another host, whatever `back`, `state` and the other parameters of their addresses say.",
    mend: "Dex writes `back` of its login page's address into a link and doesn't look at it; the gateway must drop a `back` that Dex didn't write (documents/gateway/identity-headers.lua).",
    exercises: ["gateway", "Dex"],
    needs: ["user", "sessions"],
    timeout: 180,
    async run(context) {
      const { target, signal } = context;
      const { gate } = target;
      const attempt = new Attempt(target, new Jar(), gate, signal);
      const form = await attempt.toForm();
      const login = form.url.pathname;
      const state = form.url.searchParams.get("state") ?? "";
      const asked = attempt.hops.find(({ url }) => url.pathname.startsWith("/dex/"))?.url ?? gate;
      const wrongPassword = "login=nobody%40example.com&password=not-the-password";
      const own = `state=${encodeURIComponent(state)}`;
      const few = some(target);
      await expectNoStray(context, [
        ...shapes(target).map((shape): Attempted => ({
          what: `the form with back=${readable(shape)}`,
          url: gate,
          path: `${login}?${own}&back=${queryText(shape)}`,
          options: { headers: page },
        })),
        ...few.flatMap((shape): Attempted[] => {
          const named = readable(shape);
          const text = queryText(shape);
          return [
            { what: `the form with %62ack=${named}`, path: `${login}?${own}&%62ack=${text}` },
            {
              what: `the form with back=${named} before another`,
              path: `${login}?back=${text}&back=%2Fdex%2Fauth&${own}`,
            },
            { what: `the form with state=${named}`, path: `${login}?state=${text}&back=` },
            { what: `Dex's beginning with back=${named}`, path: `${asked.pathname}${asked.search}&back=${text}` },
            { what: `Dex's callback with state=${named}`, path: `/dex/callback?code=none&state=${text}` },
            { what: `Dex's approval with req=${named}`, path: `/dex/approval?req=${text}&hmac=none&back=${text}` },
            { what: `Dex's devices with user_code=${named}`, path: `/dex/device?user_code=${text}` },
          ].map((each) => ({ ...each, url: gate, options: { headers: page } }));
        }),
        // Dex tells of a wrong password on the same page; each of them takes its time.
        ...few.slice(0, 3).map((shape) => ({
          what: `the form after a wrong password, with back=${readable(shape)}`,
          url: gate,
          path: `${login}?${own}&back=${queryText(shape)}`,
          options: { method: "POST", body: wrongPassword, headers: [...page, ...formHeaders(wrongPassword)] },
        })),
      ]);
    },
  };
}
