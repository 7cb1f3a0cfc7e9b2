import { strict as assert } from "node:assert";
import { recordEverything, recordPlatform } from "../program/record";
import { changed, production, settingsOf } from "../stacks/fixture";

interface JwtRule {
  issuer: string;
  audiences: string[];
  jwksUri?: string;
  jwks?: string;
  forwardOriginalToken: boolean;
  fromHeaders: object[];
  outputClaimToHeaders: { header: string; claim: string }[];
}

const keySet = JSON.stringify({
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});

const rulesOf = async (issuers: object[]): Promise<JwtRule[]> => {
  const recording = await recordPlatform(settingsOf(changed(production(), "machines.issuers", issuers)));
  return recording.object<{ spec: { jwtRules: JwtRule[] } }>("RequestAuthentication", "tokens", "ingress").spec
    .jwtRules;
};

const bearer = [{ name: "Authorization", prefix: "Bearer " }];

describe("the rules for tokens", () => {
  it("are one object, for the gateway's pods alone", async () => {
    const all = (await recordEverything()).all<{ spec: { selector: object } }>("RequestAuthentication");
    assert.deepEqual(
      all.map(({ metadata, spec }) => [metadata.namespace, spec.selector]),
      [["ingress", { matchLabels: { app: "gatehouse-gateway", istio: "gatehouse-gateway" } }]],
    );
  });

  it("believe Dex, whose keys come from inside, and nobody else by default", async () => {
    assert.deepEqual(await rulesOf([]), [
      {
        issuer: "https://kubeflow.example.com/dex",
        audiences: ["oauth2-proxy"],
        jwksUri: "https://gatehouse-internal.ingress.svc.cluster.local:8444/dex/keys",
        fromHeaders: bearer,
        forwardOriginalToken: false,
        outputClaimToHeaders: [
          { header: "kubeflow-userid", claim: "email" },
          { header: "kubeflow-groups", claim: "groups" },
        ],
      },
    ]);
  });

  it("believe a machine issuer, whose keys come from where it says", async () => {
    const issuer = { name: "a", issuer: "https://a.example.com", audiences: ["one", "two"] };
    const [, discovered] = await rulesOf([issuer]);
    assert.deepEqual(discovered, {
      issuer: "https://a.example.com",
      audiences: ["one", "two"],
      fromHeaders: bearer,
      forwardOriginalToken: false,
      outputClaimToHeaders: [
        { header: "kubeflow-userid", claim: "sub" },
        { header: "kubeflow-groups", claim: "groups" },
      ],
    });
    const [, fetched] = await rulesOf([{ ...issuer, jwksUri: "https://a.example.com/keys" }]);
    assert.deepEqual(fetched, { ...discovered, jwksUri: "https://a.example.com/keys" });
    const [, given] = await rulesOf([{ ...issuer, jwks: keySet }]);
    assert.deepEqual(given, { ...discovered, jwks: keySet });
  });

  it("take every audience, every header and both claims seriously, whatever the issuers", async () => {
    const issuers = Array.from({ length: 5 }, (_, index) => ({
      name: `issuer-${index}`,
      issuer: `https://issuer-${index}.example.com`,
      audiences: [`audience-${index}`],
      userClaim: `user-${index}`,
      groupsClaim: `groups-${index}`,
    }));
    const rules = await rulesOf(issuers);
    assert.equal(rules.length, 6);
    for (const rule of rules) {
      assert(rule.audiences.length > 0, rule.issuer);
      assert.equal(rule.forwardOriginalToken, false, rule.issuer);
      assert.deepEqual(rule.fromHeaders, bearer, rule.issuer);
      assert(!("fromParams" in rule) && !("fromCookies" in rule), rule.issuer);
      // Envoy takes a forged header away only where the rule names it.
      assert.deepEqual(
        rule.outputClaimToHeaders.map(({ header }) => header),
        ["kubeflow-userid", "kubeflow-groups"],
        rule.issuer,
      );
    }
    assert.deepEqual(
      rules.slice(1).map(({ outputClaimToHeaders }) => outputClaimToHeaders.map(({ claim }) => claim)),
      issuers.map(({ userClaim, groupsClaim }) => [userClaim, groupsClaim]),
    );
  });
});
