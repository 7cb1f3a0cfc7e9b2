import { type Check } from "../../check";
import { seenByBackend } from "../../echo";
import { inParallel } from "../../http/inParallel";
import { newMark } from "../../http/leaks";
import { exchange, requestText } from "../../http/wire";
import { signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";
import { everyDetour } from "./detours";
import { notOwn } from "./ownPage";
import { visible } from "./tries";

/** What an application must not have to think about any more. */
const untidy = /\/\/|\/\.{1,2}(?:[/?#]|$)|%2e|%2f|%5c|\\|[\0-\x20\x7f]/i;

/** Whoever may come in sees what rules and routes saw: an application that reads a path otherwise serves another one. */
export function oneSpelling(paths = everyDetour()): Check {
  return {
    area: "paths",
    name: "one-spelling",
    proves:
      "With a session, every detour is refused or reaches the application as the one tidy path that the gate's rules have seen, with the person's own identity.",
    mend: "`pathNormalization: DECODE_AND_MERGE_SLASHES` in documents/istio/meshConfig.ts; a backend with a sidecar gets the same path as the gateway's rules.",
    exercises: ["gateway", "oauth2-proxy", "sidecar"],
    needs: ["user", "sessions", "echo"],
    timeout: 180,
    async run({ target, probe, signal }) {
      const url = echoOf(target);
      const person = somebody(target);
      const { jar } = await signIn(target, person, new URL("/", url), signal);
      const cookie = jar.header(url, "/");
      let shown = 0;
      await inParallel(
        ["/probe", ...paths],
        async (path) => {
          const own = newMark();
          const bytes = requestText(`GET ${path} HTTP/1.1`, [
            ["Host", url.host],
            ["Cookie", cookie],
            own.header,
            ["Connection", "close"],
          ]);
          const { answers, rest } = await exchange(target, url, bytes, { signal });
          const wrong = answers.map((answer) => notOwn(answer, { person, own })).find((each) => each !== undefined);
          const seen = answers.flatMap((answer) => seenByBackend(answer)?.headers[":path"] ?? []);
          shown += seen.length;
          // Envoy leaves two slashes that are all of a path as they are; rules and routes see them, too.
          const odd = seen.map((each) => each.replace(/\?.*/s, "")).find((each) => untidy.test(each) && each !== "//");
          const more = rest.length > 0 ? `${rest.length} bytes that are no answer` : undefined;
          const fault = wrong ?? more ?? (odd === undefined ? undefined : `a path that is not tidy: ${visible(odd)}`);
          probe.expect(
            fault === undefined,
            `${visible(path)}: ${seen.length > 0 ? `the application saw ${visible(seen.join())}` : answers.map(({ status }) => status).join()}`,
            `${visible(path)}: a refusal was wanted, or a tidy path with the person's own identity; came ${fault}`,
          );
        },
        8,
      );
      probe.expect(
        shown > 0,
        `the application saw ${shown} of them`,
        "the application should have seen at least the plain path; it showed none, so that refusals prove nothing",
      );
    },
  };
}
