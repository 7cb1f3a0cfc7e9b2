import { type Check, type CheckContext, type Person } from "../../check";
import { seenByBackend } from "../../echo";
import { askHttp2, type Field, requestFields } from "../../http/http2";
import { inParallel } from "../../http/inParallel";
import { leakIn, newMark } from "../../http/leaks";
import { ask, type HeaderList } from "../../http/request";
import { exchange } from "../../http/wire";
import { signIn } from "../../signIn/session";
import { grantIdToken } from "../../tokens/grant";
import { echoOf, somebody } from "../../tokens/parts";
import { desyncs } from "./desync";
import { notOwn } from "./ownPage";
import { everyOne, type Pick } from "./tries";

const victim = "victim@example.com";
const page: HeaderList = [["Accept", "text/html"]];

/** What lets somebody in: a browser's session, which oauth2-proxy decides about, or a program's token. */
type Credential = readonly [name: "Cookie" | "Authorization", value: string];

const ways = {
  session: {
    name: "smuggling-signed-in",
    who: "A person with a session",
    exercises: ["gateway", "oauth2-proxy", "sidecar"],
    needs: ["user", "sessions", "echo"],
    get: async ({ target, signal }: CheckContext): Promise<Credential> => {
      const url = echoOf(target);
      const { jar } = await signIn(target, somebody(target), new URL("/", url), signal);
      return ["Cookie", jar.header(url, "/")];
    },
  },
  token: {
    name: "smuggling-with-a-token",
    who: "A program with a token of Dex",
    exercises: ["gateway", "Dex", "sidecar"],
    needs: ["user", "client", "echo"],
    get: async ({ target, signal }: CheckContext): Promise<Credential> => [
      "Authorization",
      `Bearer ${await grantIdToken(target, somebody(target), { signal })}`,
    ],
  },
} as const;

/** Somebody who may come in could hide a request behind their own, with any identity written into it. */
export function smugglingSignedIn(way: keyof typeof ways, pick: Pick = everyOne): Check {
  const { name, who, exercises, needs, get } = ways[way];
  return {
    area: "paths",
    name,
    proves: `${who} cannot hide another request, with a forged identity, behind their own: the application never answers it, and the next people get the answers to their own requests.`,
    mend: "Envoy refuses a request with both lengths, and ends the connection. Look for lenient parsing in EnvoyFilters, and at backends that read HTTP/1.1 in their own way: let them speak HTTP/2 with the gateway.",
    exercises,
    needs,
    timeout: 300,
    async run(context) {
      const { target, probe, signal } = context;
      const url = echoOf(target);
      const person = somebody(target);
      const credential = await get(context);
      const hidden = newMark();
      const inner = `GET /hidden HTTP/1.1\r\nHost: ${url.host}\r\n${hidden.header.join(": ")}\r\nkubeflow-userid: ${victim}\r\n\r\n`;
      let reached = 0;
      const own = newMark();
      const headers = `${credential.join(": ")}\r\n${own.header.join(": ")}\r\n`;
      await inParallel(
        pick(desyncs({ path: "/probe", host: url.host, headers }, inner)),
        async ({ what, parts }) => {
          const { answers, rest } = await exchange(target, url, parts, { patience: 1_500, settle: 250, signal });
          const bodiless = /^HEAD |^Upgrade: websocket\r$/m.test(parts[0] ?? "");
          const expected = { person, own, hidden: [hidden], forged: victim, bodiless };
          const text = rest.toString("latin1");
          const wrong =
            answers.map((answer) => notOwn(answer, expected, target)).find((each) => each !== undefined) ??
            (text.includes(hidden.text) ? "bytes of an answer to the hidden request" : undefined) ??
            (await othersSpoilt(context, person, credential));
          reached += answers.filter((answer) => seenByBackend(answer) !== undefined).length;
          expectOwn(context, what, wrong);
        },
        8,
      );
      for (const { what, fields, body } of pick(overHttp2(url, inner))) {
        const list = [...requestFields(url, "/probe", [credential, own.header], "POST"), ...fields];
        const answer = await askHttp2(target, url, list, {
          ...(body === undefined ? {} : { body }),
          patience: 2_000,
          signal,
        });
        const wrong =
          (answer.kind === "answer"
            ? notOwn(answer, { person, own, hidden: [hidden], forged: victim }, target)
            : undefined) ?? (await othersSpoilt(context, person, credential));
        reached += answer.kind === "answer" && answer.status === 200 ? 1 : 0;
        expectOwn(context, `over HTTP/2: ${what}`, wrong);
      }
      probe.expect(
        reached > 0,
        `${reached} of the requests reached the application, as what they are`,
        "none of the requests reached the application, so that nothing could be hidden behind them",
      );
    },
  };
}

function expectOwn({ probe }: CheckContext, what: string, wrong: string | undefined): void {
  probe.expect(
    wrong === undefined,
    `${what}: nothing but the person's own`,
    `${what}: a refusal was wanted, or the application's answer to the person's own request; came ${wrong}`,
  );
}

/** The next people over other connections: the same person with another request, and somebody without identity. */
async function othersSpoilt(
  { target, signal }: CheckContext,
  person: Person,
  credential: Credential,
): Promise<string | undefined> {
  const url = echoOf(target);
  for (let count = 0; count < 2; count += 1) {
    const own = newMark();
    const answer = await ask(target, url, `/next/${count}`, {
      headers: [...page, credential, own.header],
      signal,
    });
    const wrong = answer.status === 200 ? notOwn(answer, { person, own, forged: victim }) : `status ${answer.status}`;
    if (wrong !== undefined) {
      return `for the next request of the same person ${wrong}`;
    }
  }
  const mark = newMark();
  const nobody = await ask(target, url, "/next", { headers: [...page, mark.header], signal });
  const leak = leakIn(target, { answers: [nobody] }, [mark]);
  return leak === undefined ? undefined : `for the next request of somebody without identity ${leak}`;
}

function overHttp2(url: URL, inner: string): { what: string; body?: string; fields: Field[] }[] {
  const chunked = `0\r\n\r\n${inner}`;
  return [
    { what: "a body", body: inner, fields: [] },
    { what: "a body and its length", body: inner, fields: [["content-length", String(inner.length)]] },
    { what: "a body and a length of nothing", body: inner, fields: [["content-length", "0"]] },
    { what: "a body and two lengths", body: inner, fields: [["content-length", "0"], ["content-length", String(inner.length)]] },
    { what: "a body and transfer-encoding", body: chunked, fields: [["transfer-encoding", "chunked"]] },
    { what: "a body and a length with a line break", body: inner, fields: [["x", "x\r\ncontent-length: 0"]] },
    { what: "a request in a value", fields: [["x", `x\r\n\r\n${inner}`]] },
    { what: "a request in a name", fields: [[`x: x\r\n\r\n${inner}`, "x"]] },
    { what: "an identity behind a line break", fields: [["x", `x\r\nkubeflow-userid: ${victim}`]] },
    { what: "an identity behind a line feed", fields: [["x", `x\nkubeflow-userid: ${victim}`]] },
    { what: "an identity in a name", fields: [[`x: x\r\nkubeflow-userid`, victim]] },
    { what: "a request in the authority", fields: [["host", `${url.host}\r\n\r\n${inner}`]] },
  ]; // prettier-ignore
}
