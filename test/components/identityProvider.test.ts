import { strict as assert } from "node:assert";
import { parse } from "smol-toml";
import { type AuthorizationSpec, matches } from "../program/authorization";
import { type Workload } from "../program/pods";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, settingsOf, type Tree } from "../stacks/fixture";
import { companyCa, productionWithProvider, withProvider, withRedis } from "../stacks/identities";

const recordOf = (settings: Tree, secretKeys: string[] = []) => recordPlatform(settingsOf(settings, { secretKeys }));
const configOf = (recording: Recording) =>
  parse(
    recording.object<{ data: Record<string, string> }>("ConfigMap", "oauth2-proxy", "auth").data["oauth2-proxy.toml"] ??
      "",
  );
const podOf = (recording: Recording) =>
  recording.object<Workload>("Deployment", "oauth2-proxy", "auth").spec.template.spec;
const issuer = "https://login.example.com";

describe("a provider in place of Dex", () => {
  let recording: Recording;
  before(async () => (recording = await recordOf(withProvider())));

  it("is the one that oauth2-proxy talks to, over TLS that it verifies", () => {
    const config = configOf(recording);
    const told = Object.fromEntries(
      Object.entries(config).filter(([key]) =>
        /oidc|provider|client_|scope|url$|trust|skip_claims|challenge|^redis|session_store/.test(key),
      ),
    );
    assert.deepEqual(told, {
      provider: "oidc",
      provider_display_name: "Kubeflow",
      client_id: "kubeflow",
      client_secret_file: "/etc/oauth2-proxy-client/client-secret",
      code_challenge_method: "S256",
      scope: "email openid offline_access",
      oidc_issuer_url: issuer,
      skip_oidc_discovery: false,
      skip_claims_from_profile_url: true,
      redirect_url: "https://kubeflow.example.com/oauth2/callback",
      provider_ca_files: ["/etc/oauth2-proxy-authorities/provider.pem"],
      use_system_trust_store: false,
      oidc_email_claim: "email",
      oidc_groups_claim: "groups",
      insecure_oidc_skip_nonce: false,
      oidc_enabled_signing_algs: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"], // prettier-ignore
      backend_logout_url: `${issuer}/logout?id_token_hint={id_token}`,
      skip_provider_button: false,
    });
  });

  it("has its client secret and its CA in files, and the platform's own CA in none", () => {
    const volumes = JSON.stringify(podOf(recording).volumes);
    assert(volumes.includes('"secretName":"provider"') && volumes.includes('"path":"client-secret"'), volumes);
    assert(!volumes.includes("gatehouse-ca"), volumes);
    const { data } = recording.object<{ data: object }>("ConfigMap", "oauth2-proxy-authorities", "auth");
    assert.deepEqual(data, { "provider.pem": companyCa });
    const { stringData } = recording.object<{ stringData: object }>("Secret", "oauth2-proxy", "auth");
    assert.deepEqual(Object.keys(stringData), ["cookie-secret"]);
  });

  it("is trusted by the system's CAs where the settings give none", async () => {
    const least = await recordOf(productionWithProvider());
    const { provider_ca_files: files, use_system_trust_store: system } = configOf(least);
    assert.deepEqual([files, system], [undefined, true]);
    assert(!least.all("ConfigMap").some(({ metadata }) => metadata.name === "oauth2-proxy-authorities"));
    const { podAnnotations } = least.chart("istiod").values as { podAnnotations: object };
    assert.deepEqual(Object.keys(podAnnotations), ["gatehouse/certificate-authority"]);
  });

  it("has a given secret in oauth2-proxy's own Secret alone", async () => {
    const given = await recordOf(changed(withProvider(), "identity.provider.clientSecret", "hunter2"), ["identity"]);
    assert.equal(configOf(given).client_secret_file, "/etc/oauth2-proxy-secrets/client-secret");
    const holders = given.objects.filter(({ manifest }) => JSON.stringify(manifest).includes("hunter2"));
    assert.deepEqual(
      holders.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      ["Secret oauth2-proxy"],
    );
  });

  it("leaves nothing of Dex, neither a path nor a listener nor a secret", () => {
    // The gateway's Lua has a function for Dex's pages, which then none of its paths leads to.
    const left = recording.objects.filter(
      ({ manifest }) =>
        manifest.kind !== "EnvoyFilter" &&
        /dex|gatehouse-internal/.test(JSON.stringify({ ...manifest, data: undefined })),
    );
    assert.deepEqual(
      left.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      [],
    );
    assert.deepEqual(recording.resourcesOf("random:index/randomPassword:RandomPassword"), []);
  });

  it("gives istiod the address of its keys, with its CA beside our own", () => {
    const { jwtRules } = recording.object<{ spec: { jwtRules: Record<string, unknown>[] } }>(
      "RequestAuthentication",
      "tokens",
      "ingress",
    ).spec;
    assert.deepEqual(jwtRules[0], {
      issuer,
      jwksUri: "https://login.example.com/keys",
      audiences: ["kubeflow"],
      fromHeaders: [{ name: "Authorization", prefix: "Bearer " }],
      forwardOriginalToken: false,
      outputClaimToHeaders: [
        { header: "kubeflow-userid", claim: "email" },
        { header: "kubeflow-groups", claim: "groups" },
      ],
    });
    const { stringData } = recording.object<{ stringData: object }>("Secret", "gatehouse-ca", "istio-system");
    assert.deepEqual(stringData, { "extra.pem": `<generated certPem of ca-1>${companyCa}` });
    const { podAnnotations } = recording.chart("istiod").values as { podAnnotations: Record<string, string> };
    assert.match(podAnnotations["gatehouse/given-authority"] ?? "", /^[0-9a-f]{64}$/);
  });

  it("has the gateway look at whoever shows its token, since nobody else would", () => {
    const policies = recording
      .all<{ spec: AuthorizationSpec }>("AuthorizationPolicy", "ingress")
      .filter(({ metadata }) => metadata.name !== "trusted-ranges")
      .map(({ spec }) => spec)
      .filter(({ action }) => action === "DENY");
    const denied = (claims: Record<string, unknown>) =>
      policies.some((policy) =>
        matches(policy, {
          port: 8443,
          host: "kubeflow.example.com",
          path: "/",
          headers: { authorization: "Bearer x" },
          claims: { sub: "1", ...claims },
        }),
      );
    const admitted = { iss: issuer, aud: "kubeflow", email: "user@example.com", groups: ["everyone", "ml-engineers"] };
    assert.equal(denied(admitted), false);
    assert.equal(denied({ ...admitted, groups: ["everyone"] }), true);
    assert.equal(denied({ ...admitted, groups: undefined }), true);
    assert.equal(denied({ ...admitted, email: "user@example.org" }), true);
    assert.equal(denied({ ...admitted, email: "user@example.com.example.org" }), true);
    assert.equal(denied({ ...admitted, email: undefined }), true);
    assert.equal(denied({ ...admitted, aud: "another" }), true);
    // A machine's issuer has no groups of people.
    assert.equal(denied({ iss: "https://oidc.cluster.example.com", sub: "cluster-b:bot" }), false);
  });

  it("makes /dex/ a path like any other", () => {
    const { rules = [] } = recording.object<{ spec: AuthorizationSpec }>(
      "AuthorizationPolicy",
      "session",
      "ingress",
    ).spec;
    assert(JSON.stringify(rules).includes('"notPaths":["/oauth2/*"]'));
    const filter = JSON.stringify(recording.all("EnvoyFilter"));
    assert(filter.includes('(path:sub(1, 8) == \\"/oauth2/\\")'), filter);
  });
});

describe("sessions in Redis", () => {
  let recording: Recording;
  before(async () => (recording = await recordOf(withRedis())));

  it("are reached over TLS that is verified, by a password of the environment", () => {
    const {
      session_store_type: type,
      redis_connection_url: url,
      redis_username: user,
      redis_ca_path: ca,
      ...rest
    } = configOf(recording);
    assert.deepEqual(
      [type, url, user, ca],
      ["redis", "rediss://redis.example.com:6379/0", "default", "/etc/oauth2-proxy-authorities/redis.pem"],
    );
    assert(!Object.keys(rest).some((key) => key.startsWith("redis")));
    assert.deepEqual(podOf(recording).containers[0]?.env, [
      {
        name: "OAUTH2_PROXY_REDIS_PASSWORD",
        valueFrom: { secretKeyRef: { name: "sessions", key: "password" } },
      },
    ]);
    const { data } = recording.object<{ data: object }>("ConfigMap", "oauth2-proxy-authorities", "auth");
    assert.deepEqual(data, { "redis.pem": companyCa });
  });

  it("have a given password in oauth2-proxy's own Secret alone", async () => {
    const given = await recordOf(changed(withRedis(), "sessions.storage.password", "hunter2"), ["sessions"]);
    const holders = given.objects.filter(({ manifest }) => JSON.stringify(manifest).includes("hunter2"));
    assert.deepEqual(
      holders.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      ["Secret oauth2-proxy"],
    );
    assert.deepEqual(podOf(given).containers[0]?.env, [
      {
        name: "OAUTH2_PROXY_REDIS_PASSWORD",
        valueFrom: { secretKeyRef: { name: "oauth2-proxy", key: "OAUTH2_PROXY_REDIS_PASSWORD" } },
      },
    ]);
  });
});
