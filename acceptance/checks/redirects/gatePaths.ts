import { type Check } from "../../check";
import { type HeaderList } from "../../http/request";
import { stranger } from "./foreign";
import { expectNoStray } from "./tried";
import { echoElsewhere } from "../../tokens/parts";

const page: HeaderList = [["Accept", "text/html"]];

/** Servers tidy paths up by a redirect, and a path that begins with two slashes is an address of another host. */
const starts = ["", "/dex", "/dex/static", "/dex/theme", "/oauth2", "/oauth2/static", "/oauth2/static/css", "/logout"];
const tails = [
  `//${stranger}`,
  `//${stranger}/`,
  `//${stranger}/..`,
  `//${stranger}/%2e%2e`,
  `//${stranger}/index.html`,
  `/${stranger}/..//`,
  `/\\${stranger}/`,
  `/%5c${stranger}/`,
  `/%2f${stranger}/`,
  `/%2f%2f${stranger}/%2e%2e`,
  `/%09/${stranger}/`,
  `/.//${stranger}/`,
  `/..//${stranger}/`,
  `/../..//${stranger}/..`,
  `/;@${stranger}/`,
  `/@${stranger}`,
  `.${stranger}`,
  `@${stranger}`,
  `%0d%0aLocation:%20https://${stranger}/`,
  `/%0d%0aX-Injected:%201`,
  `/%0aSet-Cookie:%20injected=1`,
  "",
  "/",
  "/index.html",
];

/** At an application's host there is nothing of sign-in to be found. */
const elsewhere = ["", "/dex", "/oauth2/static"];

/** Redirects that nobody asked for. */
export function gatePaths(ends = tails): Check {
  return {
    area: "redirects",
    name: "paths-that-are-tidied-up",
    proves:
      "No path at the gate or at an application, however it is written, is answered with a redirect to another host.",
    mend: "Paths must be normalised before they are routed (`pathNormalization` in documents/istio/meshConfig.ts). Which backend answers with this redirect: Dex, oauth2-proxy's static files, or the application?",
    exercises: ["gateway", "oauth2-proxy", "Dex"],
    needs: [],
    timeout: 120,
    async run(context) {
      const { gate } = context.target;
      const echo = echoElsewhere(context.target);
      const paths = (from: readonly string[]) =>
        from.flatMap((start) => ends.map((end) => start + end)).filter((path) => path.startsWith("/"));
      const tries = [
        ...paths(starts).map((path) => ({ url: gate, path })),
        ...(echo === undefined ? [] : paths(elsewhere).map((path) => ({ url: echo, path }))),
      ];
      await expectNoStray(
        context,
        tries.map(({ url, path }) => ({ what: `${url.hostname}: ${path}`, url, path, options: { headers: page } })),
      );
    },
  };
}
