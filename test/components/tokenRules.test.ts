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
        // Named although there are none: Envoy would pass a forged one otherwise.
        { header: "kubeflow-groups", claim: "gatehouse:none" },
      ],
    });
    const [, fetched] = await rulesOf([{ ...issuer, jwksUri: "https://a.example.com/keys" }]);
    assert.deepEqual(fetched, { ...discovered, jwksUri: "https://a.example.com/keys" });
    const [, given] = await rulesOf([{ ...issuer, jwks: keySet }]);
    assert.deepEqual(given, { ...discovered, jwks: keySet });
  });

  it("write no user where one has a prefix, which only the gateway's filter can put before it", async () => {
    const issuer = { name: "a", issuer: "https://a.example.com", audiences: ["one"], userPrefix: "a:" };
    const [, prefixed] = await rulesOf([issuer]);
    assert.deepEqual(prefixed?.outputClaimToHeaders[0], { header: "kubeflow-userid", claim: "gatehouse:none" });
  });

  it("take every audience, every header and both claims seriously, whatever the issuers", async () => {
    const issuers = Array.from({ length: 5 }, (_, index) => ({
      name: `issuer-${index}`,
      issuer: `https://issuer-${index}.example.com`,
      users: [`${index}:*`],
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

describe("the rules for this cluster's tokens", () => {
  const clusterRule = async (cluster: object): Promise<Partial<JwtRule> | undefined> => {
    const recording = await recordPlatform(settingsOf({ ...production(), machines: { cluster } }));
    const { spec } = recording.object<{ spec: { jwtRules: JwtRule[] } }>("RequestAuthentication", "tokens", "ingress");
    return spec.jwtRules[1];
  };
  const audiences = ["pipelines.kubeflow.org"];

  it("take self-signed keys from inside, and the account as user", async () => {
    const issuer = "https://kubernetes.default.svc.cluster.local";
    assert.deepEqual(await clusterRule({ type: "selfSigned", issuer, audiences }), {
      issuer,
      audiences,
      jwksUri: "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
      fromHeaders: bearer,
      forwardOriginalToken: false,
      outputClaimToHeaders: [
        { header: "kubeflow-userid", claim: "sub" },
        { header: "kubeflow-groups", claim: "groups" },
      ],
    });
  });

  const eks = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
  const dualStack = "https://oidc-eks.eu-central-1.api.aws/id/0123456789ABCDEF0123456789ABCDEF";
  const gke = "https://container.googleapis.com/v1/projects/example/locations/europe-west1/clusters/ml";
  const aks =
    "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/";
  const places: [issuer: string, jwksUri: string | undefined][] = [
    [eks, `${eks}/keys`],
    [dualStack, `${dualStack}/keys`],
    [gke, `${gke}/jwks`],
    [aks, `${aks}openid/v1/jwks`],
    ["https://oidc.example.com", undefined],
  ];
  for (const [issuer, jwksUri] of places) {
    it(`take the keys of ${issuer} from ${jwksUri ?? "where its discovery document says"}`, async () => {
      assert.equal((await clusterRule({ type: "public", issuer, audiences }))?.jwksUri, jwksUri);
    });
  }

  it("take public keys from where the settings say before anything else", async () => {
    const jwksUri = "https://keys.example.com/jwks";
    assert.equal((await clusterRule({ type: "public", issuer: eks, audiences, jwksUri }))?.jwksUri, jwksUri);
  });
});
