import { type Check, type CheckContext, type Target } from "../../check";
import { askHttp2 } from "../../http/http2";
import { type Answer } from "../../http/request";
import { inParallel } from "../../http/inParallel";
import { turnsAway } from "../../http/turnsAway";
import { exchange } from "../../http/wire";
import { echoOf } from "../../tokens/parts";
import { type Identity } from "../../tokens/refusal";
import { type Credential, bearerOf } from "./credentials";
import { newMark } from "./forgedHeaders";
import { oddFields } from "./oddFields";
import { oddMessages } from "./oddMessages";
import { faultOf } from "./verdict";

/** Nothing at all, for the same requests without identity. */
const nobody = { what: "nothing", headers: [] };

/** Envoy keeps a connection on which it refused something for a second. */
const atOnce = 8;

export const messages: Check = {
  area: "spoofing",
  name: "odd-messages",
  proves:
    "Headers that are named as hop-by-hop, sent behind the body, malformed or against the rules of HTTP/2 neither forge an identity nor take the verified one away.",
  mend: "The gateway's Envoy must refuse what is malformed: look for an EnvoyFilter with `allow_chunked_length`, `enable_trailers`, `stream_error_on_invalid_http_message` or another relaxed codec option, and at Envoy's version.",
  exercises: ["gateway", "Dex"],
  needs: ["user", "echo", "client"],
  async run(context) {
    const credential = await bearerOf(context);
    await overHttp1(context, credential);
    await overHttp1(context, nobody);
    await overHttp2(context, credential);
    await overHttp2(context, nobody);
  },
};

type Proof = Pick<Credential, "what" | "headers"> & { identity?: Identity };

async function overHttp1(context: CheckContext, { what: proof, headers, identity }: Proof): Promise<void> {
  const { target, probe, signal } = context;
  const echo = echoOf(target);
  const mark = newMark();
  const odd = oddMessages(echo.host, headers, mark);
  probe.busy(`odd messages over HTTP/1.1 with ${proof}`);
  const exchanges = await inParallel(odd, ({ text }) => exchange(target, echo, text, { signal }), atOnce);
  for (const [index, { what }] of odd.entries()) {
    const { answers = [], end } = exchanges[index] ?? {};
    const faults = answers.flatMap((answer) => faultIn(target, answer, identity, mark) ?? []);
    // A connection that is closed without a word is a refusal; one that is left open says nothing.
    const wrong = answers.length === 0 && end !== "closed" && end !== "reset" ? ["no answer"] : faults;
    report(probe, `${what} over HTTP/1.1 with ${proof}`, identity, wrong);
  }
}

async function overHttp2(context: CheckContext, { what: proof, headers, identity }: Proof): Promise<void> {
  const { target, probe, signal } = context;
  const echo = echoOf(target);
  const mark = newMark();
  const odd = oddFields(echo, headers, mark);
  probe.busy(`odd fields over HTTP/2 with ${proof}`);
  const came = await inParallel(odd, ({ fields }) => askHttp2(target, echo, fields, { signal }), atOnce);
  for (const [index, { what }] of odd.entries()) {
    const each = came[index];
    const fault =
      each?.kind === "answer" ? faultIn(target, { ...each, certificate: undefined }, identity, mark) : undefined;
    const wrong = each === undefined || each.kind === "silent" ? ["no answer"] : fault === undefined ? [] : [fault];
    report(probe, `${what} over HTTP/2 with ${proof}`, identity, wrong);
  }
}

/** The verified identity, or a refusal: never a forged one, and never a gate that breaks. */
function faultIn(target: Target, answer: Answer, identity: Identity | undefined, mark: string): string | undefined {
  const { status } = answer;
  if ((status >= 400 && status < 500) || turnsAway(target, status, [])) {
    return answer.body.includes(mark) ? `status ${status} that repeats what was sent` : undefined;
  }
  return identity === undefined ? `status ${status}` : faultOf(answer, identity, mark);
}

function report(
  probe: CheckContext["probe"],
  what: string,
  identity: Identity | undefined,
  wrong: readonly string[],
): void {
  const expected = identity === undefined ? "a refusal" : `${identity.user}, or a refusal`;
  probe.expect(
    wrong.length === 0,
    `${what}: ${expected}`,
    `${what}: expected ${expected}; came ${wrong.join(", then ")}`,
  );
}
