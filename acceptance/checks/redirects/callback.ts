import { type Check, type Target } from "../../check";
import { ask, type HeaderList } from "../../http/request";
import { Jar } from "../../http/jar";
import { type returnIn } from "./signInReturn";
import { everyForeign, type Foreign, queryText, readable } from "./foreign";
import { expectNoStray } from "./tried";

const page: HeaderList = [["Accept", "text/html"]];

/** The place that a provider sends people back to can be asked by anybody, with anything. */
export function callback(shapes: (target: Target) => Foreign[] = everyForeign): Check {
  return {
    area: "redirects",
    name: "forged-callback",
    proves: "The callback, asked with a state and a code that nobody gave, leads to no other host and sets no session.",
    mend: "oauth2-proxy compares the state with the CSRF cookie before it looks at anything else. Is its version one of stacks/versions.lock.json?",
    exercises: ["gateway", "oauth2-proxy"],
    needs: ["sessions"],
    timeout: 120,
    async run(context) {
      const { target, signal } = context;
      const { gate } = target;
      // The cookie and the nonce of a sign-in that was really begun here.
      const begun = await ask(target, gate, "/oauth2/start?rd=%2F", { headers: page, signal });
      const jar = new Jar();
      jar.take(gate, begun);
      const cookie = jar.header(gate, "/oauth2/callback");
      const { state, nonce, holds } = partsOf(begun, gate);
      context.probe.expect(
        cookie !== "" && state !== "",
        "a sign-in begins with a state and a cookie for it",
        `the beginning of a sign-in should set a cookie and send a state; came status ${begun.status}`,
      );
      const look = ({ headers, status }: { headers: [string, string][]; status: number }) => {
        if (status < 400) {
          return "an answer as to a sign-in that succeeded";
        }
        const session = headers.find(([name, value]) => name === "set-cookie" && setsSession(value));
        return session === undefined ? undefined : "a cookie of a session";
      };
      await expectNoStray(
        context,
        shapes(target).flatMap((shape) => {
          const text = queryText(shape);
          const states = [
            text,
            `${nonce}:${text}`,
            ...(holds ? [] : [Buffer.from(`${nonce}:${shape.value}`).toString("base64url")]),
          ];
          return states.flatMap((each, index) =>
            [
              { what: "a state", path: `/oauth2/callback?code=none&state=${each}`, headers: page },
              {
                what: "a state and its cookie",
                path: `/oauth2/callback?code=none&state=${each}`,
                headers: [...page, ["Cookie", cookie]] as HeaderList,
              },
            ].map(({ what, path, headers }) => ({
              what: `${what} (${["alone", "with its nonce", "encoded"][index]}) of ${readable(shape)}`,
              url: gate,
              path,
              options: { headers },
              look,
            })),
          );
        }),
      );
    },
  };
}

function partsOf(answer: Parameters<typeof returnIn>[0], gate: URL) {
  const location = answer.headers.find(([name]) => name === "location")?.[1] ?? "/";
  const state = new URL(location, gate).searchParams.get("state") ?? "";
  const holds = state.includes(":");
  const text = holds ? state : Buffer.from(state, "base64url").toString("latin1");
  return { state, nonce: encodeURIComponent(text.replace(/:.*/s, "")), holds };
}

/** A cookie that stays, and is none of those that only guard a sign-in. */
function setsSession(line: string): boolean {
  const [pair = ""] = line.split(";");
  const [name = "", value = ""] = pair.split("=");
  return !name.trim().endsWith("_csrf") && value.trim() !== "" && !/max-age=0|expires=Thu, 01 Jan 1970/i.test(line);
}
