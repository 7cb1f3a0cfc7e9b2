import { type Check, type CheckContext } from "../../check";
import { ask } from "../../http/request";
import { freshMark, sessionCookie, sessionValue } from "../../signIn/cookies";
import { pageHeaders } from "../../signIn/hop";
import { notArrived, protectedPage, refused } from "../../signIn/page";
import { signIn } from "../../signIn/session";
import { somebody } from "../../tokens/parts";

/** Many groups make a session of more than 4 KB; browsers then hold it in parts, and may lose one. */
export const splitSessions: Check = {
  area: "login",
  name: "split-sessions",
  proves:
    "A session that comes in parts passes when all of them are there, in whatever order the browser sends them; with one missing, swapped or of another session it is refused with 401 or 403.",
  mend: "The parts are put together by oauth2-proxy alone; look for something between the browser and it that drops or reorders cookies, and for its version in stacks/lock.",
  exercises: ["gateway", "oauth2-proxy"],
  needs: ["sessions", "sessions-in-cookies", "user"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const start = protectedPage(target);
    const first = (await signIn(target, person, start, signal)).jar;
    const second = (await signIn(target, person, start, signal)).jar;
    const [a, b, c] = inThree(sessionValue(first.cookies));
    const [, other] = inThree(sessionValue(second.cookies));

    const whole = await send(context, [a, b, c], [0, 1, 2]);
    const turned = await send(context, [a, b, c], [2, 0, 1]);
    for (const [what, answer] of [
      ["all its parts", whole] as const,
      ["all its parts, sent in another order", turned] as const,
    ]) {
      const fault = notArrived(target, { url: start, answer }, person);
      probe.expect(
        fault === undefined,
        `a session with ${what} passes`,
        `a session with ${what} should pass; it came to ${fault}`,
      );
    }
    const wrong: [what: string, parts: readonly (string | undefined)[]][] = [
      ["with its first part missing", [undefined, b, c]],
      ["with its middle part missing", [a, undefined, c]],
      ["with its last part missing", [a, b, undefined]],
      ["with only its first part", [a, undefined, undefined]],
      ["with two parts swapped", [b, a, c]],
      ["in reverse", [c, b, a]],
      ["with a part twice", [a, a, c]],
      ["with an empty part", [a, "", c]],
      ["with a part of another session", [a, other, c]],
      ["with a part too many", [a, b, c, a]],
    ];
    for (const [what, parts] of wrong) {
      const answer = await send(context, parts, [...parts.keys()]);
      probe.expect(
        refused(answer),
        `a session ${what} is ${answer.status}`,
        `a session ${what} should be refused with 401 or 403; it was ${answer.status}`,
      );
    }
  },
};

async function send(
  { target, signal }: CheckContext,
  parts: readonly (string | undefined)[],
  order: readonly number[],
) {
  const cookies = order.flatMap((index) =>
    parts[index] === undefined ? [] : [`${sessionCookie}_${index}=${parts[index]}`],
  );
  const headers = [...pageHeaders, ["Cookie", [...cookies, freshMark(parts.join(""))].join("; ")] as const];
  return await ask(target, protectedPage(target), "/", { headers, signal });
}

function inThree(value: string): [string, string, string] {
  // The last part is the shortest, as oauth2-proxy makes it.
  const third = Math.ceil(value.length / 3);
  return [value.slice(0, third), value.slice(third, 2 * third), value.slice(2 * third)];
}
