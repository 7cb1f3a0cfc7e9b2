import { type Check, type Target } from "../../check";
import { ask, type HeaderList } from "../../http/request";
import { readForm } from "../../signIn/form";
import { everyForeign, fitsHeader, type Foreign, queryText, readable } from "./foreign";
import { type Attempted, expectNoStray } from "./tried";

const page: HeaderList = [["Accept", "text/html"]];

/** Pages of the gate that take an address along: it stands in a hidden field, in a link or in the button. */
export function signInPages(shapes: (target: Target) => Foreign[] = everyForeign): Check {
  return {
    area: "redirects",
    name: "sign-in-and-error-pages",
    proves:
      "The sign-in page, on every host, and oauth2-proxy's error pages name no address of another host in a link, a form, a hidden field or a script, whatever the request says.",
    mend: "The page's `rd` is what Envoy writes into `x-auth-request-redirect` (documents/istio/meshConfig.ts) as far as `whitelist_domains` allows it. Has somebody changed the templates in documents/oauth2-proxy/?",
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["sessions"],
    timeout: 120,
    async run(context) {
      const { target, probe, signal } = context;
      const { gate } = target;
      const somewhere = target.echo ?? gate;
      const answer = await ask(target, somewhere, "/probe?a=b", { headers: page, signal });
      const form = readForm(answer.body, somewhere);
      const wanted = new URL("/probe?a=b", somewhere).href;
      probe.expect(
        form?.action.href === new URL("/oauth2/start", gate).href && form.fields["rd"] === wanted,
        "the sign-in page leads back to the page that was asked for",
        `the sign-in page should lead to ${gate.origin}/oauth2/start and back to ${wanted}; came status ${answer.status} and ${form === undefined ? "no form" : "a form for another way"}`,
      );
      await expectNoStray(
        context,
        shapes(target).flatMap((shape): Attempted[] => {
          const named = readable(shape);
          const query = queryText(shape);
          return [
            { what: `a page with rd=${named}`, url: somewhere, path: `/probe?rd=${query}` },
            { what: `sign_in with rd=${named}`, url: gate, path: `/oauth2/sign_in?rd=${query}` },
            { what: `an error page with rd=${named}`, url: gate, path: `/oauth2/callback?error=denied&rd=${query}` },
            { what: `an error page with error=${named}`, url: gate, path: `/oauth2/callback?error=${query}` },
            ...(fitsHeader(shape)
              ? ["X-Auth-Request-Redirect", "X-Forwarded-Uri"].map((name) => ({
                  what: `a page with ${name}: ${named}`,
                  url: somewhere,
                  path: "/probe",
                  options: { headers: [[name, shape.value]] as HeaderList },
                }))
              : []),
          ].map((each) => ({
            ...each,
            options: { headers: [...page, ...(("options" in each && each.options?.headers) || [])] },
          }));
        }),
      );
      await expectNoStray(
        context,
        hosts(target).map(([name, value]) => ({
          what: `a page with ${name}: ${value}`,
          url: somewhere,
          path: "/probe",
          options: { headers: [...page, [name, value]] as HeaderList },
        })),
      );
    },
  };
}

/** Who the page was asked from, as a proxy may believe it. */
function hosts({ gate }: Target): [string, string][] {
  const values = [
    "evil.example",
    `${gate.host}.evil.example`,
    `evil.example, ${gate.host}`,
    `${gate.host}@evil.example`,
  ];
  return [
    "Host",
    "X-Forwarded-Host",
    "X-Original-Host",
    "X-Host",
    "X-Forwarded-Server",
    "X-HTTP-Host-Override",
  ].flatMap((name) => values.map((value): [string, string] => [name, value]));
}
