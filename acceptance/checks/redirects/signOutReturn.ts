import { type Check, type Target } from "../../check";
import { ask, header, type HeaderList } from "../../http/request";
import { everyForeign, fitsHeader, type Foreign, queryText, readable } from "./foreign";
import { formHeaders } from "./signInReturn";
import { type Attempted, expectNoStray } from "./tried";

const page: HeaderList = [["Accept", "text/html"]];

/** Anybody can make a link to sign out, and choose where it says that it ends. */
export function signOutReturn(shapes: (target: Target) => Foreign[] = everyForeign): Check {
  return {
    area: "redirects",
    name: "return-after-sign-out",
    proves: "Signing out, by link or by form, at either of its addresses, never ends at another host.",
    mend: "The filter `gatehouse.identity_headers` takes the address away from `/oauth2/sign_out` (documents/gateway/identity-headers.lua), and `whitelist_domains` of oauth2-proxy may hold exact names alone.",
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["sessions"],
    timeout: 120,
    async run(context) {
      const { target, probe, signal } = context;
      const { gate } = target;
      const { status, ...plain } = await ask(target, gate, "/oauth2/sign_out", { headers: page, signal });
      probe.expect(
        status >= 300 && status < 400 && header({ status, ...plain }, "location") !== undefined,
        "signing out ends with a redirect",
        `signing out should end with a redirect; came status ${status}`,
      );
      await expectNoStray(
        context,
        shapes(target).flatMap((shape): Attempted[] => {
          const named = readable(shape);
          const query = queryText(shape);
          const body = `rd=${query}`;
          return [
            ...["/oauth2/sign_out", "/oauth2/sign%5fout", "/logout"].map((path) => ({
              what: `${path} with rd=${named}`,
              url: gate,
              path: `${path}?rd=${query}`,
              options: { headers: page },
            })),
            {
              what: `sign_out with rd=${named} in a form`,
              url: gate,
              path: "/oauth2/sign_out",
              options: { method: "POST", body, headers: [...page, ...formHeaders(body)] },
            },
            ...(fitsHeader(shape)
              ? [
                  {
                    what: `sign_out with X-Auth-Request-Redirect: ${named}`,
                    url: gate,
                    path: "/oauth2/sign_out",
                    options: { headers: [...page, ["X-Auth-Request-Redirect", shape.value]] as HeaderList },
                  },
                ]
              : []),
          ];
        }),
      );
    },
  };
}
