import { type Check, type CheckContext, type Person } from "../../check";
import { Jar } from "../../http/jar";
import { Attempt } from "../../signIn/attempt";
import { handedOn, type HandedOn } from "../../signIn/handedOn";
import { redirectOf } from "../../signIn/hop";
import { notArrived, protectedPage } from "../../signIn/page";
import { samlForgeries } from "./samlForgeries";

/** By SAML it is the browser that tells Dex who somebody is; the provider's signature is all that makes it true. */
export const forgedAssertions: Check = {
  area: "login",
  name: "forged-assertions",
  proves:
    "What a SAML provider says counts as it was signed and for the sign-in that asked for it: not without its signature, not with another address, not beside or inside a forged assertion, not in another sign-in, and not twice.",
  mend: "signingCertificate must be the provider's, and Dex's connector must not have insecureSkipSignatureValidation; Dex ties a response to its request by InResponseTo (connector/saml).",
  exercises: ["Dex"],
  needs: ["sessions", "saml"],
  timeout: 180,
  async run(context) {
    const { target, probe } = context;
    for (const person of target.people.filter(({ saml }) => saml === true)) {
      const { attempt, said } = await begin(context, person);
      const other = await begin(context, person);
      const refusal = async (what: string, by: Attempt, form: HandedOn) => {
        const hop = await by.handOn(form);
        const to = redirectOf(hop);
        probe.expect(
          to === undefined && hop.answer.status >= 400,
          `${what} is refused with ${hop.answer.status}`,
          `${what} should be refused by Dex; it answered ${hop.answer.status}${to === undefined ? "" : ` to ${to.pathname}`}`,
        );
      };
      for (const { what, xml, wraps = false } of samlForgeries(xmlOf(said), person.email)) {
        probe.busy(what);
        await (wraps ? wrapped(context, person, what) : refusal(what, attempt, withXml(said, xml)));
      }
      await refusal("a response to another sign-in", other.attempt, {
        ...said,
        fields: { ...said.fields, RelayState: other.said.fields["RelayState"] ?? "" },
      });
      const arrived = await arrival(attempt, said);
      const fault = arrived === undefined ? "no code" : notArrived(target, arrived, person);
      probe.expect(
        fault === undefined,
        `the untouched response of the same sign-in lets ${person.email} in`,
        `the untouched response should let ${person.email} in, or nothing was refused for what was wrong with it; it came to ${fault}`,
      );
      await refusal("the same response once more", attempt, said);
    }
  },
};

/** Whoever reads the signed assertion alone may let its person in, and nobody else; so each of these has a sign-in of its own. */
async function wrapped(context: CheckContext, person: Person, what: string): Promise<void> {
  const { target, probe } = context;
  const { attempt, said } = await begin(context, person);
  const xml = samlForgeries(xmlOf(said), person.email).find((forgery) => forgery.what === what)?.xml ?? "";
  const hop = await attempt.handOn(withXml(said, xml));
  if (redirectOf(hop) === undefined && hop.answer.status >= 400) {
    probe.seen(`${what} is refused with ${hop.answer.status}`);
    return;
  }
  const callback = await attempt.toCallbackFrom(hop);
  const fault = callback === undefined ? "no code" : notArrived(target, await attempt.finish(callback), person);
  probe.expect(
    fault === undefined,
    `${what} is taken for the signed one alone`,
    `${what} should be refused, or be taken for the signed one alone; it came to ${fault}`,
  );
}

/** A sign-in up to the response of the provider, which Dex has not seen yet. */
async function begin({ target, signal }: CheckContext, person: Person): Promise<{ attempt: Attempt; said: HandedOn }> {
  const attempt = new Attempt(target, new Jar(), protectedPage(target), signal);
  await attempt.toForm(undefined, person);
  const page = await attempt.enterPassword(person);
  const said = handedOn(target, page, person);
  if (said === undefined) {
    throw new Error(`the provider of ${person.email} took the password and sent no response for Dex's callback`);
  }
  return { attempt, said };
}

async function arrival(attempt: Attempt, said: HandedOn) {
  const callback = await attempt.toCallbackFrom(await attempt.handOn(said));
  return callback === undefined ? undefined : await attempt.finish(callback);
}

function xmlOf({ fields }: HandedOn): string {
  return Buffer.from(fields["SAMLResponse"] ?? "", "base64").toString();
}

function withXml(said: HandedOn, xml: string): HandedOn {
  return { ...said, fields: { ...said.fields, SAMLResponse: Buffer.from(xml).toString("base64") } };
}
