import { type Check } from "../../check";
import { askEcho, bearer } from "../../tokens/ask";
import { identityOf } from "../../tokens/claims";
import { forgedSignatures as forge, someIntruder } from "../../tokens/forge";
import { grantIdToken } from "../../tokens/grant";
import { dexKeyOf } from "../../tokens/keys";
import { somebody } from "../../tokens/parts";
import { expectIdentity } from "../../tokens/refusal";
import { refuseEach } from "../../tokens/refuseEach";

/** RFC 8725: what goes wrong where signatures are verified. */
export const forgedSignatures: Check = {
  area: "machines",
  name: "forged-signatures",
  proves:
    "A token is believed for its issuer's signature alone: not with alg none, a public key as the secret, a foreign key under any name or brought along, nor after a change.",
  mend: "Only Envoy's jwt_authn filter may read tokens, with the keys of the RequestAuthentication `tokens`. Look for an EnvoyFilter or a Lua filter that decodes one by itself, and at the versions of Istio and Envoy.",
  exercises: ["gateway", "Dex", "istiod"],
  needs: ["user", "client", "echo"],
  async run(context) {
    const { target, probe, signal } = context;
    const genuine = await grantIdToken(target, somebody(target), { signal });
    const identity = identityOf(genuine);
    const key = await dexKeyOf(genuine, context);
    expectIdentity(probe, await askEcho(context, [bearer(genuine)]), identity, "the genuine token");
    await refuseEach(context, forge(genuine, key, someIntruder()));
    expectIdentity(probe, await askEcho(context, [bearer(genuine)]), identity, "the genuine token after all of them");
  },
};
