import assert from "node:assert/strict";
import { run } from "../../../../policy/run";
import { forbidForwardedTokens } from "../../../../policy/rules/istio/forbid-forwarded-tokens";
import { limitTokenLocations } from "../../../../policy/rules/istio/limit-token-locations";
import { requireJwtAudiences } from "../../../../policy/rules/istio/require-jwt-audiences";
import { requireTrustedJwks } from "../../../../policy/rules/istio/require-trusted-jwks";
import { changed, context, unknownCheckingProxy, unknownStringValue } from "../../support";
import { cases } from "../cases";
import { envoyFilter, patchValue, requestAuthentication, typed } from "./fixtures";

const rule = "spec.jwtRules[0]";

/** The same rule as Envoy has it. */
const provider = envoyFilter({
  name: "envoy.filters.http.jwt_authn",
  typed_config: typed("extensions.filters.http.jwt_authn.v3.JwtAuthentication", {
    providers: {
      dex: {
        issuer: "https://gate.example.com/dex",
        audiences: ["gate"],
        remote_jwks: { http_uri: { uri: "https://gate.example.com/dex/keys", cluster: "dex" } },
        claim_to_headers: [],
        jwt_cache_config: { jwt_cache_size: 100 },
      },
    },
  }),
});
const dex = `${patchValue}.typed_config.providers.dex`;

describe("require-jwt-audiences", () => {
  const empty = (field: string) =>
    `${field} is empty, so tokens that the issuer made for others are taken. Name what tokens for this platform carry in aud.`;

  cases(requireJwtAudiences, requestAuthentication, [
    ["rejects a rule without audiences", { [`${rule}.audiences`]: undefined }, [empty(`${rule}.audiences`)]],
    ["rejects an empty list", { [`${rule}.audiences`]: [] }, [empty(`${rule}.audiences`)]],
    [
      "rejects an audience that is no text",
      { [`${rule}.audiences`]: [" "] },
      [empty(`${rule}.audiences`).replace("empty", '[" "]')],
    ],
    [
      "rejects the rule that has none beside one that has",
      { "spec.jwtRules[1]": { issuer: "https://ci.example.com" } },
      [empty("spec.jwtRules[1].audiences")],
    ],
    [
      "reads the beta version",
      { apiVersion: "security.istio.io/v1beta1", [`${rule}.audiences`]: [] },
      [empty(`${rule}.audiences`)],
    ],
  ]);

  const common = (field: string, audience: string) =>
    `${field} has "${audience}", the audience of tokens for the API server, which are in every pod. Name one that tokens ` +
    "for this platform have to be asked for, such as pipelines.kubeflow.org.";
  const eks = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
  cases(
    requireJwtAudiences,
    changed(requestAuthentication, { [`${rule}.issuer`]: eks, [`${rule}.audiences`]: ["pipelines.kubeflow.org"] }),
    [
      "https://kubernetes.default.svc",
      "https://kubernetes.default.svc.cluster.local",
      "https://kubernetes.default.svc.cluster.local/",
      "kubernetes.default.svc",
      "sts.amazonaws.com",
      eks,
    ].map((audience): [string, Record<string, unknown>, string[]] => [
      `rejects ${audience}, beside another one too`,
      { [`${rule}.audiences`]: ["pipelines.kubeflow.org", audience] },
      [common(`${rule}.audiences`, audience)],
    ]),
  );
  cases(requireJwtAudiences, requestAuthentication, [
    ["lets another issuer's address pass", { [`${rule}.audiences`]: [eks] }, []],
    [
      "lets a name pass that begins like the API server's",
      { [`${rule}.audiences`]: ["https://kubernetes.default.example.com"] },
      [],
    ],
  ]);

  cases(requireJwtAudiences, provider, [
    [
      "rejects the API server's audience in a provider of Envoy's",
      { [`${dex}.audiences`]: ["https://kubernetes.default.svc"] },
      [common(`${dex}.audiences`, "https://kubernetes.default.svc")],
    ],
    [
      "rejects a provider of Envoy's without audiences",
      { [`${dex}.audiences`]: undefined },
      [empty(`${dex}.audiences`)],
    ],
  ]);

  const requirements = `${patchValue}.typed_config.requirement_map`;
  const asked = { provider_and_audiences: { provider_name: "dex", audiences: ["gate"] } };
  cases(requireJwtAudiences, provider, [
    ["lets requirements ask for the audience", { [`${dex}.audiences`]: undefined, [requirements]: { a: asked } }, []],
    [
      "rejects a requirement that doesn't beside one that does",
      { [`${dex}.audiences`]: undefined, [requirements]: { a: asked, b: { provider_name: "dex" } } },
      [empty(`${dex}.audiences`)],
    ],
  ]);

  it("reports audiences that are unknown at preview as not checked", () => {
    const manifest = changed(requestAuthentication, { [`${rule}.audiences`]: unknownStringValue });
    assert.deepEqual(
      run(requireJwtAudiences, unknownCheckingProxy(manifest), context).map(({ kind, field }) => [kind, field]),
      [["unchecked", `${rule}.audiences`]],
    );
  });
});

describe("require-trusted-jwks", () => {
  const keys = `${rule}.jwksUri`;
  const local = (field: string, host: string) =>
    `${field} is at ${host}, a place that only the node itself reaches. Write a host name.`;
  const plain = (field: string, address: string, what: string) =>
    `${field} is "${address}". Write ${what} as an https address, so that nobody on the way can answer.`;

  cases(requireTrustedJwks, requestAuthentication, [
    ["lets keys pass that the issuer tells of", { [keys]: undefined }, []],
    [
      "rejects an issuer over HTTP",
      { [`${rule}.issuer`]: "http://dex.auth:5556/dex" },
      [plain(`${rule}.issuer`, "http://dex.auth:5556", "an issuer")],
    ],
    [
      "rejects an issuer that is no address",
      { [`${rule}.issuer`]: "accounts.example.com" },
      [`${rule}.issuer is no address. Write an issuer as an https address, so that nobody on the way can answer.`],
    ],
    [
      "rejects a rule without an issuer",
      { [`${rule}.issuer`]: undefined },
      [`${rule}.issuer is absent. Write the https address in iss of the tokens.`],
    ],
    [
      "rejects keys over HTTP from a Service of the cluster",
      { [keys]: "http://cluster-jwks-proxy.istio-system.svc.cluster.local/openid/v1/jwks" },
      [plain(keys, "http://cluster-jwks-proxy.istio-system.svc.cluster.local", "the keys")],
    ],
    [
      "rejects the field's other spelling",
      { [keys]: undefined, [`${rule}.jwks_uri`]: "http://keys.example.com/" },
      [plain(`${rule}.jwks_uri`, "http://keys.example.com", "the keys")],
    ],
    ...[
      ["169.254.169.254", "169.254.169.254"],
      ["2852039166", "169.254.169.254"],
      ["[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"],
      ["[fd00:ec2::254]", "[fd00:ec2::254]"],
      ["[fe80::1]", "[fe80::1]"],
      ["[::1]", "[::1]"],
      ["127.1", "127.0.0.1"],
      ["localhost:15014", "localhost"],
      ["metadata.google.internal", "metadata.google.internal"],
    ].map(([host = "", seen = ""]): [string, Record<string, string>, string[]] => [
      `rejects keys at ${host}`,
      { [keys]: `https://${host}/keys` },
      [local(keys, seen)],
    ]),
    [
      "lets public keys in place pass",
      { [`${rule}.jwks`]: '{"keys":[{"kty":"RSA","kid":"1","n":"AQAB","e":"AQAB"}]}' },
      [],
    ],
    ...[
      ["a private key", '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","d":"AQAB"}]}'],
      ["a shared one", '{"keys":[{"kty":"oct","k":"AQAB"}]}'],
      ["a member that nobody knows", '{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","zz":"AQAB"}]}'],
    ].map(([what = "", jwks]): [string, Record<string, unknown>, string[]] => [
      `rejects ${what} in place, and doesn't show it`,
      { [`${rule}.jwks`]: jwks },
      [
        `${rule}.jwks holds more than public keys, and whoever reads the object can sign tokens. ` +
          "Make a new key at the issuer, and name jwksUri or the public members alone.",
      ],
    ]),
    [
      "rejects keys that can't be read, and doesn't show them",
      { [`${rule}.jwks`]: "-----BEGIN PRIVATE KEY-----" },
      [`${rule}.jwks is no JSON Web Key Set. Write {"keys": […]} with the issuer's public keys.`],
    ],
  ]);

  cases(requireTrustedJwks, provider, [
    [
      "rejects a provider of Envoy's with keys over HTTP",
      { [`${dex}.remote_jwks.http_uri.uri`]: "http://dex.auth:5556/dex/keys" },
      [plain(`${dex}.remote_jwks.http_uri.uri`, "http://dex.auth:5556", "the keys")],
    ],
  ]);
});

describe("limit-token-locations", () => {
  cases(limitTokenLocations, requestAuthentication, [
    [
      "rejects tokens in addresses",
      { [`${rule}.fromParams`]: ["token"] },
      [`${rule}.fromParams is ["token"]. Remove it; the Authorization header is enough.`],
    ],
    [
      "rejects tokens in cookies",
      { [`${rule}.fromCookies`]: ["jwt"] },
      [`${rule}.fromCookies is ["jwt"]. Remove it; the Authorization header is enough.`],
    ],
    ["lets an empty list pass", { [`${rule}.fromParams`]: [] }, []],
    [
      "rejects a field that it doesn't know",
      { [`${rule}.fromBody`]: ["token"] },
      [
        `${rule}.fromBody is a field that this rule doesn't know. Remove it, or report it to the authors of these rules.`,
      ],
    ],
  ]);

  cases(limitTokenLocations, provider, [
    [
      "rejects a provider of Envoy's with tokens in addresses",
      { [`${dex}.fromParams`]: ["token"] },
      [`${dex}.fromParams is ["token"]. Remove it; the Authorization header is enough.`],
    ],
  ]);
});

describe("forbid-forwarded-tokens", () => {
  cases(forbidForwardedTokens, requestAuthentication, [
    ["lets an absent switch pass", { [`${rule}.forwardOriginalToken`]: undefined }, []],
    [
      "advises against handing tokens on",
      { [`${rule}.forwardOriginalToken`]: true },
      [`${rule}.forwardOriginalToken is true, so every backend gets the user's token. Write false.`],
    ],
    [
      "takes a text for yes",
      { [`${rule}.forwardOriginalToken`]: "true" },
      [`${rule}.forwardOriginalToken is "true", so every backend gets the user's token. Write false.`],
    ],
  ]);

  cases(forbidForwardedTokens, provider, [
    [
      "advises against it in a provider of Envoy's",
      { [`${dex}.forward`]: true },
      [`${dex}.forward is true, so every backend gets the user's token. Write false.`],
    ],
  ]);
});
