import { decodeJwt } from "jose";
import { type Check } from "../../check";
import { askEcho, bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { somebody } from "../../tokens/parts";
import { expectRefused } from "../../tokens/refusal";

/** A token that is genuine and names nobody. */
export const tokenWithoutEmail: Check = {
  area: "machines",
  name: "token-without-email",
  proves:
    "A genuine token of Dex without the claim that names its holder is refused, whatever the client says who it is.",
  mend: "Look at the AuthorizationPolicy `require-user` in the gateway's namespace: it must deny Dex's issuer without the claim `email`.",
  exercises: ["gateway", "Dex"],
  needs: ["user", "client", "echo"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    const token = await grantIdToken(target, person, { scope: "openid", signal });
    if (decodeJwt(token).email !== undefined) {
      throw new Error("Dex put an e-mail address into a token for which none was asked; there is nothing to try");
    }
    expectRefused(probe, await askEcho(context, [bearer(token)]), "a token without an e-mail address");
    expectRefused(
      probe,
      await askEcho(context, [bearer(token), ["kubeflow-userid", person.email]]),
      "a token without an e-mail address, with kubeflow-userid from the client",
    );
    const named = await grantIdToken(target, person, { scope: "openid email", signal });
    const answer = await askEcho(context, [bearer(named)]);
    probe.expect(
      answer.status === 200,
      "the same with an e-mail address is accepted",
      `a token with an e-mail address should have been accepted, or the refusals mean nothing; came ${answer.status}`,
    );
  },
};
