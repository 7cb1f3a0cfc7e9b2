import { type Check } from "../../check";
import { inParallel } from "../../http/inParallel";
import { type Answer, headersNamed } from "../../http/request";
import { openWebsocket } from "../../http/websocket";
import { signIn } from "../../signIn/session";
import { echoOf, somebody } from "../../tokens/parts";
import { foreignOrigins } from "./browsers";
import { mendOrigins } from "./otherPages";

/** CORS stops no websocket, and SameSite none of another host of the same site: a kernel or a terminal would be anybody's. */
export const websockets: Check = {
  area: "origins",
  name: "websockets",
  proves:
    "With a session, a websocket is opened for the page's very own origin alone: not for another host, another port, plain HTTP, `null`, two origins or none.",
  mend: mendOrigins,
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["user", "sessions", "echo"],
  async run({ target, probe, signal }) {
    const echo = echoOf(target);
    const { jar } = await signIn(target, somebody(target), new URL("/", echo), signal);
    const opened = async (origins: readonly string[]) => {
      const headers = [
        ["Cookie", jar.header(echo, "/")] as const,
        ["X-Echo-Set-Cookie", mark] as const,
        ...origins.map((origin) => ["Origin", origin] as const),
      ];
      const { answers, switched } = await openWebsocket(target, echo, "/origins", headers, { signal });
      return { answer: answers.at(-1), switched };
    };
    const foreign = foreignOrigins(echo, target.gate);
    const tries = [...foreign.map((origin) => [origin]), [], [echo.origin, foreign[0] ?? ""]];
    await inParallel(tries, async (origins) => {
      const { answer, switched } = await opened(origins);
      const of = origins.length === 0 ? "without an origin" : `of ${origins.join(" and ")}`;
      probe.expect(
        !switched && answer?.status === 403 && !wasShown(answer),
        `a websocket ${of} is refused with 403`,
        `a websocket ${of} should get 403; it got ${answer?.status ?? "no answer"}`,
      );
    });
    const own = await opened([echo.origin]);
    probe.expect(
      own.switched || wasShown(own.answer),
      "a websocket of the page's own origin goes on to the application",
      `a websocket of the page's own origin should go on to the application; it got ${own.answer?.status ?? "no answer"}`,
    );
  },
};

/** The echo is no websocket server, and Envoy takes the text from an answer to an upgrade that isn't one: this is left of it. */
const mark = "reached=1; Path=/";

function wasShown(answer: Answer | undefined): boolean {
  return answer !== undefined && headersNamed(answer, "set-cookie").includes(mark);
}
