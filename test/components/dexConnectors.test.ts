import { strict as assert } from "node:assert";
import { parse } from "yaml";
import { type DexConfig } from "../../documents/dex/schema";
import { type Workload } from "../program/pods";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, settingsOf, type Tree } from "../stacks/fixture";
import { companyCa, connectors, leafCertificate, withConnector, withPostgres } from "../stacks/identities";

const recordOf = (settings: Tree, secretKeys: string[] = []) => recordPlatform(settingsOf(settings, { secretKeys }));
const configOf = (recording: Recording) =>
  parse(
    recording.object<{ data: Record<string, string> }>("ConfigMap", "dex", "auth").data["config.yaml"] ?? "",
  ) as DexConfig;
const podOf = (recording: Recording) => recording.object<Workload>("Deployment", "dex", "auth").spec.template.spec;
const variablesOf = (recording: Recording) =>
  Object.fromEntries((podOf(recording).containers[0]?.env ?? []).map(({ name, valueFrom }) => [name, valueFrom]));

const redirectURI = "https://kubeflow.example.com/dex/callback";
const client = { clientID: "kubeflow", clientSecret: "$CONNECTOR_CLIENT_SECRET_0", redirectURI };
const file = "/etc/dex-authorities";

/** What Dex reads of each connector of the fixture. */
const expected: Record<keyof typeof connectors, object> = {
  oidc: {
    issuer: "https://login.example.com",
    ...client,
    scopes: ["openid", "email", "offline_access"],
    insecureEnableGroups: true,
    getUserInfo: true,
    rootCAs: [`${file}/connector-company.pem`],
  },
  github: {
    ...client,
    orgs: [{ name: "example", teams: ["ml-engineers"] }],
    teamNameField: "slug",
    preferredEmailDomain: "example.com",
  },
  google: { ...client, hostedDomains: ["example.com"] },
  microsoft: { ...client, tenant: "example.onmicrosoft.com", groupNameFormat: "id", onlySecurityGroups: true },
  ldap: {
    host: "ldap.example.com:636",
    rootCA: `${file}/connector-directory.pem`,
    bindDN: "cn=dex,ou=services,dc=example,dc=com",
    bindPW: "$CONNECTOR_BIND_PASSWORD_0",
    usernamePrompt: "User name",
    userSearch: connectors.ldap.userSearch,
    groupSearch: connectors.ldap.groupSearch,
  },
  saml: {
    ssoURL: "https://idp.example.com/sso",
    ssoIssuer: "https://idp.example.com/metadata",
    entityIssuer: "https://kubeflow.example.com",
    redirectURI,
    ca: `${file}/connector-saml.pem`,
    nameIDPolicyFormat: "persistent",
    usernameAttr: "name",
    emailAttr: "email",
    groupsAttr: "groups",
  },
};

describe("a connector of Dex", () => {
  for (const [type, config] of Object.entries(expected)) {
    it(`of type ${type} is configured like this`, async () => {
      const { id, name } = connectors[type as keyof typeof connectors];
      const recording = await recordOf(withConnector(type as keyof typeof connectors));
      // After it come those of jobs.
      assert.deepEqual(configOf(recording).connectors[0], { type, id, name, config });
    });
  }

  it("has none of Dex's switches for less security but the one for groups", async () => {
    for (const type of Object.keys(expected) as (keyof typeof connectors)[]) {
      const text = JSON.stringify(configOf(await recordOf(withConnector(type))).connectors[0]);
      assert.deepEqual([...text.matchAll(/insecure\w+/g)].map(String), type === "oidc" ? ["insecureEnableGroups"] : []);
    }
  });

  it("finds a given certificate in a file, and Dex restarts for another one", async () => {
    const recording = await recordOf(withConnector("ldap"));
    const { data } = recording.object<{ data: object }>("ConfigMap", "dex-authorities", "auth");
    assert.deepEqual(data, { "connector-directory.pem": companyCa });
    const { volumes = [], containers } = podOf(recording);
    assert(volumes.some((volume) => JSON.stringify(volume).includes('"name":"dex-authorities"')));
    assert(containers[0]?.volumeMounts?.some(({ mountPath }) => mountPath === file));
    const hash = (of: Recording) => recordingAnnotations(of)["gatehouse/restart-on"];
    const other = changed(withConnector("ldap"), "identity.connectors[0].ca.certificate", companyCa + companyCa);
    assert.notEqual(hash(recording), hash(await recordOf(other)));
  });

  it("brings the certificate of whoever signs SAML's messages, and the one script of that page", async () => {
    const recording = await recordOf(withConnector("saml"));
    const { data } = recording.object<{ data: object }>("ConfigMap", "dex-authorities", "auth");
    assert.deepEqual(data, { "connector-saml.pem": leafCertificate });
    const policy = (of: Recording) => configOf(of).web.headers["Content-Security-Policy"] ?? "";
    assert.match(
      policy(recording),
      /script-src 'sha256-8L66[^']+' 'sha256-DTNhELwlDwbVGE0gtwVJwQ5h5s9JyshdD130wxP9sog=';/,
    );
    assert.match(policy(await recordOf(withConnector("ldap"))), /script-src 'sha256-8L66[^']+';/);
  });

  it("lets a provider's page post to Dex by SAML alone", async () => {
    const taken = async (type: "saml" | "ldap") => {
      const filters = (await recordOf(withConnector(type))).all("EnvoyFilter", "ingress");
      return JSON.stringify(filters).includes("kubeflow.example.com/dex/callback");
    };
    assert.equal(await taken("saml"), true);
    assert.equal(await taken("ldap"), false);
  });

  it("needs no certificate file where the system's CAs are enough", async () => {
    const recording = await recordOf(changed(withConnector("ldap"), "identity.connectors[0].ca", undefined));
    assert(!recording.all("ConfigMap").some(({ metadata }) => metadata.name === "dex-authorities"));
    assert(!("rootCA" in (configOf(recording).connectors[0]?.config ?? {})));
  });

  it("speaks StartTLS at LDAP's own port unless the settings name another", async () => {
    const base = changed(withConnector("ldap"), "identity.connectors[0].port", undefined);
    const of = async (encryption: string) => {
      const config = configOf(await recordOf(changed(base, "identity.connectors[0].encryption", encryption)));
      return config.connectors[0]?.config as { host: string; startTLS?: boolean };
    };
    const [ldaps, startTls] = [await of("ldaps"), await of("startTLS")];
    assert.deepEqual([ldaps.host, ldaps.startTLS], ["ldap.example.com:636", undefined]);
    assert.deepEqual([startTls.host, startTls.startTLS], ["ldap.example.com:389", true]);
  });

  it("gets the password of the directory's account from a Secret", async () => {
    const at = "identity.connectors[0].bindPassword";
    const existing = await recordOf(withConnector("ldap"));
    assert.deepEqual(variablesOf(existing).CONNECTOR_BIND_PASSWORD_0, {
      secretKeyRef: { name: "directory", key: "password" },
    });
    const given = await recordOf(changed(withConnector("ldap"), at, "hunter2"), ["identity"]);
    assert.deepEqual(variablesOf(given).CONNECTOR_BIND_PASSWORD_0, {
      secretKeyRef: { name: "dex", key: "CONNECTOR_BIND_PASSWORD_0" },
    });
    const holders = given.objects.filter(({ manifest }) => JSON.stringify(manifest).includes("hunter2"));
    assert.deepEqual(
      holders.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      ["Secret dex"],
    );
  });

  it("reads a $ of a directory's names as it is written", async () => {
    const recording = await recordOf(
      changed(withConnector("ldap"), "identity.connectors[0].bindDN", "cn=$dex,dc=example"),
    );
    const config = configOf(recording).connectors[0]?.config as { bindDN: string };
    assert.equal(config.bindDN, "cn=${DOLLAR}dex,dc=example");
    assert(podOf(recording).containers[0]?.env?.some(({ name, value }) => name === "DOLLAR" && value === "$"));
  });
});

describe("Dex on PostgreSQL", () => {
  let recording: Recording;
  before(async () => (recording = await recordOf(withPostgres())));

  it("compares the host with the certificate, and has the password in its environment alone", () => {
    assert.deepEqual(configOf(recording).storage, {
      type: "postgres",
      config: {
        host: "postgres.example.com",
        port: 5432,
        database: "dex",
        user: "dex",
        password: "$STORAGE_PASSWORD",
        connectionTimeout: 5,
        ssl: { mode: "verify-full", caFile: `${file}/storage.pem` },
      },
    });
    assert.deepEqual(variablesOf(recording).STORAGE_PASSWORD, {
      secretKeyRef: { name: "database", key: "password" },
    });
  });

  it("has no custom resources, no role and no token of the API server", () => {
    const owned = recording.objects.filter(
      ({ manifest }) =>
        manifest.kind === "CustomResourceDefinition" ||
        (manifest.kind === "Role" && manifest.metadata.namespace === "auth"),
    );
    assert.deepEqual(
      owned.map(({ manifest }) => manifest.metadata.name),
      [],
    );
    assert.equal(podOf(recording).automountServiceAccountToken, false);
    assert(!("POD_NAMESPACE" in variablesOf(recording)));
  });
});

const recordingAnnotations = (recording: Recording) =>
  recording.object<{ spec: { template: { metadata: { annotations: Record<string, string> } } } }>(
    "Deployment",
    "dex",
    "auth",
  ).spec.template.metadata.annotations;
