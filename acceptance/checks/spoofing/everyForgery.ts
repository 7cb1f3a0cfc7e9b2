import { type CheckContext } from "../../check";
import { inParallel } from "../../http/inParallel";
import { askEcho } from "../../tokens/ask";
import { type Credential } from "./credentials";
import { forgedHeaders, newMark } from "./forgedHeaders";
import { faultOf } from "./verdict";

/** Asks with each forgery besides the credential; the application must see the credential's holder and nothing forged. */
export async function everyForgery(
  context: CheckContext,
  { what: credential, headers, identity }: Credential,
): Promise<void> {
  const { probe } = context;
  const mark = newMark();
  // Before and behind what is genuine: some programs take the first of two headers, some the last.
  const requests = forgedHeaders(mark, identity.user).flatMap(({ what, headers: forged }) => [
    { what: `${what} before ${credential}`, sent: [...forged, ...headers] },
    { what: `${what} behind ${credential}`, sent: [...headers, ...forged] },
  ]);
  probe.busy(`forged headers with ${credential}`);
  const answers = await inParallel(requests, ({ sent }) => askEcho(context, sent));
  for (const [index, { what }] of requests.entries()) {
    const answer = answers[index];
    const fault = answer === undefined ? "nothing" : faultOf(answer, identity, mark);
    probe.expect(
      fault === undefined,
      `${what}: the application saw ${identity.user}`,
      `${what}: the application should have seen ${identity.user} and nothing that the client said; came ${fault ?? ""}`,
    );
  }
}

export const mendForged =
  "Look at the EnvoyFilter `gatehouse` in the gateway's namespace: its early header mutation must remove the header before anything reads it. Both identity headers must stand in each rule of the RequestAuthentication `tokens`, and the gateway must drop headers with underscores (`httpHeadersWithUnderscoresAction`).";
