import assert from "node:assert/strict";
import { type Target } from "../../../acceptance/check";
import { dexToken } from "../../../acceptance/checks/machines/dexToken";
import { forgedSignatures } from "../../../acceptance/checks/machines/forgedSignatures";
import { tokenPlaces } from "../../../acceptance/checks/machines/tokenPlaces";
import { tokenWithoutEmail } from "../../../acceptance/checks/machines/tokenWithoutEmail";
import { clientOf } from "../../../acceptance/tokens/parts";
import { passesAndFails } from "../tokens/checks";
import { type Deployment, dexKey, person } from "../tokens/deployment";
import { signedWith } from "../tokens/gateway";
import { runAgainst } from "../tokens/run";

const signedWithPem = signedWith(() => dexKey.publicKey.export({ type: "spki", format: "pem" }));

describe("the check of Dex's tokens", () => {
  passesAndFails(dexToken, 6, [
    ["nobody gets in", { breaks: () => true }, [/a token of Dex: the application should have seen user@example.com/]],
    [
      "the user is lost on the way",
      { forgets: () => true },
      [/the application saw nobody with the groups ml-engineers, everyone/],
    ],
    ["the token reaches the application", { keepsToken: true }, [/got the header Authorization/]],
    ["forged groups reach the application", { passes: (name) => name === "kubeflow-groups" }, [/groups intruders/]],
  ]);

  it("says what Dex's own word is, where groups are missing", async () => {
    const { faults } = await runAgainst(dexToken, {}, (target) => ({
      ...target,
      people: [{ ...person, groups: ["others"] }],
    }));
    assert.match(faults.join(), /should name the groups others; it names ml-engineers, everyone/);
  });

  it("takes the groups in whatever order Dex names them", async () => {
    const { faults } = await runAgainst(dexToken, {}, (target) => ({
      ...target,
      people: [{ ...person, groups: [...(person.groups ?? [])].reverse() }],
    }));
    assert.deepEqual(faults, []);
  });

  it("throws, without a secret, where Dex does not take the password, the client or its secret", async () => {
    const run = (change: (target: Target, made: Deployment) => Target) => runAgainst(dexToken, {}, change);
    await assert.rejects(
      run((target) => ({ ...target, people: [{ ...person, password: "wrong-password" }] })),
      { message: "Dex did not take the password of user@example.com" },
    );
    await assert.rejects(
      run((target) => ({ ...target, client: { ...clientOf(target), secret: "wrong" } })),
      { message: "Dex's token endpoint answered 401 invalid_client", code: "invalid_client" },
    );
    await assert.rejects(
      run((target) => ({ ...target, client: { ...clientOf(target), id: "unknown" } })),
      { message: "Dex answered /dex/auth with status 400 and no way on" },
    );
  });
});

describe("the check of tokens that name nobody", () => {
  passesAndFails(tokenWithoutEmail, 3, [
    [
      "a token without an e-mail address opens the gate",
      { ignores: ["email"] },
      [/without an e-mail address: should have been refused/],
    ],
    [
      "nobody gets in anyway",
      { breaks: ({ headers }) => headers["authorization"] !== undefined },
      [/or the refusals mean nothing/],
    ],
  ]);
});

describe("the check of forged signatures", () => {
  passesAndFails(forgedSignatures, 65, [
    [
      "anything but the one algorithm is believed",
      { believes: ({ alg }) => alg !== "RS256" },
      [
        ...["none", "None", "NONE", "nOnE", "none ", "", "RS0"].map((alg) => new RegExp(`^alg "${alg}" and no sig`)),
        /^alg null and another token's signature/,
        /^no alg and no signature/,
        /^HS512 with the kid as the secret/,
        /^ES256 with a foreign key under the name/,
      ],
    ],
    [
      "keys are believed that are not the issuer's, and signatures not read to their end",
      {
        believes: (header, signature, input) => {
          const { alg, kid, jwk, jku, x5u, x5c } = header;
          const foreign = kid !== dexKey.kid || (jwk ?? jku ?? x5u ?? x5c) !== undefined;
          return (alg === "RS256" && (foreign || signature.length < 200)) || signedWithPem(header, signature, input);
        },
      },
      [
        /^HS256 with the public key as PEM as the secret/,
        /under an unknown name/,
        /without a name/,
        /under an empty name/,
        /as jwk:/,
        /as jwk under/,
        /as jku:/,
        /as x5u:/,
        /as x5c:/,
        /without its signature/,
        /half of its signature/,
        /other claims and no signature/,
      ],
    ],
    [
      "signatures are not read at all",
      { believes: ({ alg, kid }) => alg === "RS256" && kid === dexKey.kid },
      [/under the name of the issuer's key/, /other claims under/, /a later end/, /one bit/, /zeros/],
    ],
  ]);
});

describe("the check of where tokens stand", () => {
  passesAndFails(tokenPlaces, 40, [
    [
      "tokens count elsewhere",
      {
        tokenFrom: ({ path, headers, body }) =>
          new URL(path, "https://a.invalid").searchParams.get("access_token") ??
          new URLSearchParams(body).get("access_token") ??
          /id_token=([\w.-]+)/.exec(headers["cookie"] ?? "")?.[1] ??
          headers["x-forwarded-access-token"]?.slice("Bearer ".length),
      },
      [
        /in the query as access_token: should have been refused/,
        /in the cookie id_token: should/,
        /in a form: should/,
        /in the header X-Forwarded-Access-Token: should/,
        /in the query as access_token besides Basic: should/,
      ],
    ],
    [
      "the last of two tokens is believed unread",
      { believes: ({ alg }) => alg === "none" },
      [
        /a forged bearer and a comma before it: the application should have seen user@example.com or nothing; .*intruder/,
      ],
    ],
    [
      "a token reaches the application",
      { keepsToken: true },
      [/the application got a token in the header authorization/],
    ],
    ["refusals are failures of the gate", { refusal: 500 }, [/a token of 8 KB: should have been refused/]],
  ]);
});
