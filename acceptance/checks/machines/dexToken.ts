import { type Check } from "../../check";
import { askEcho, bearer } from "../../tokens/ask";
import { identityOf } from "../../tokens/claims";
import { grantIdToken } from "../../tokens/grant";
import { somebody } from "../../tokens/parts";
import { expectIdentity } from "../../tokens/refusal";

/** The way in for programs that act for a person, without oauth2-proxy. */
export const dexToken: Check = {
  area: "machines",
  name: "dex-token",
  proves:
    "An ID token that Dex gives for a code opens the gate as a bearer token, and the application sees the person's e-mail address and groups, not the token.",
  mend: "Look at the RequestAuthentication `tokens` in the gateway's namespace: issuer and audience must be those of the token, letter for letter, and both identity headers must stand in the rule. `Jwks doesn't have key` means that istiod has no keys of Dex yet: see its log.",
  exercises: ["gateway", "Dex", "istiod"],
  needs: ["user", "client", "echo"],
  async run(context) {
    const { target, probe, signal } = context;
    const person = somebody(target);
    probe.busy("a code of Dex, and a token for it");
    const token = await grantIdToken(target, person, { signal });
    const { user, groups } = identityOf(token);
    probe.expect(user === person.email, `Dex's token names ${person.email}`, `Dex's token names ${user || "nobody"}`);
    if (person.groups !== undefined) {
      // A directory gives them in no order.
      const sorted = (names: readonly string[]) => [...names].sort().join(", ");
      const expected = sorted(person.groups);
      probe.expect(
        expected === sorted(groups),
        "Dex's token names the person's groups",
        `Dex's token should name the groups ${expected}; it names ${groups.join(", ") || "none"}`,
      );
    }
    expectIdentity(probe, await askEcho(context, [bearer(token)]), { user: person.email, groups }, "a token of Dex");
    // A person may belong to nothing, and then no group may be left from anywhere.
    const plain = await grantIdToken(target, person, { scope: "openid email", signal });
    expectIdentity(
      probe,
      await askEcho(context, [bearer(plain), ["kubeflow-groups", "intruders"]]),
      { user: person.email, groups: [] },
      "a token of Dex without groups, with a forged header for them",
    );
  },
};
