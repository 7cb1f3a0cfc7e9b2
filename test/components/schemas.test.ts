import { strict as assert } from "node:assert";
import { changed as changedSettings, production, settingsOf } from "../stacks/fixture";
import { withConnector, withPostgres, withProvider, withRedis } from "../stacks/identities";
import { recordEverything, recordPlatform, recordStack } from "../program/record";
import { type Manifest, type Recording } from "../program/recording";
import { openPlaces, schemaProblems } from "../program/schemas";

const programs: Record<string, () => Promise<Recording>> = {
  dev: () => recordStack("dev"),
  staging: () => recordStack("staging"),
  prod: () => recordStack("prod"),
  "a stack with everything on": () => recordEverything(),
  "a stack with a directory": () => recordPlatform(settingsOf(withConnector("ldap"))),
  "a stack with Dex on PostgreSQL": () => recordPlatform(settingsOf(withPostgres())),
  "a stack with a provider in place of Dex": () => recordPlatform(settingsOf(withProvider())),
  "a stack with notebooks on hosts of their own": () =>
    recordPlatform(
      settingsOf(
        changedSettings(production(), "notebooks", { mode: "subdomain", domain: "kubeflow-notebooks.example.com" }),
      ),
    ),
  "a stack with sessions in Redis": () => recordPlatform(settingsOf(withRedis())),
};

describe("every object of", () => {
  for (const [name, program] of Object.entries(programs)) {
    it(`${name} has the schema that the API server has`, async () => {
      const { objects } = await program();
      assert(objects.length > 50);
      const problems = await Promise.all(
        objects.map(async ({ manifest }) =>
          (await schemaProblems(manifest)).map((problem) => `${manifest.kind} ${manifest.metadata.name}: ${problem}`),
        ),
      );
      assert.deepEqual(problems.flat(), []);
    });
  }
});

describe("the check against the schemas", () => {
  let recording: Recording;
  before(async () => (recording = (await programs["a stack with everything on"]?.()) as Recording));

  /** The object with one more field, or another value, at a path. */
  const changed = (manifest: Manifest, path: string[], value: unknown): Manifest => {
    const copy = structuredClone(manifest);
    const last = path.at(-1) ?? "";
    const parent = path
      .slice(0, -1)
      .reduce<Record<string, unknown>>(
        (inner, key) => inner[key] as Record<string, unknown>,
        copy as unknown as Record<string, unknown>,
      );
    parent[last] = value;
    return copy;
  };

  const mistakes: [
    kind: string,
    name: string,
    namespace: string | undefined,
    path: string,
    value: unknown,
    problem: RegExp,
  ][] = [
    ["Deployment", "dex", "auth", "spec.replica", 2, /data\/spec has no field replica;/],
    ["Deployment", "dex", "auth", "spec.replicas", "2", /data\/spec\/replicas must be (integer|null)/],
    [
      "Deployment",
      "dex",
      "auth",
      "spec.template.spec.containers.0.livenessProbe.httpGet.url",
      "/",
      /has no field url;/,
    ],
    ["Deployment", "dex", "auth", "spec.template.spec.containers.0.resources.limit", {}, /has no field limit;/],
    ["Service", "dex", "auth", "metadata.lables", {}, /data\/metadata has no field lables;/],
    ["NetworkPolicy", "allow-dex", "auth", "spec.ingress.0.from.0.podselector", {}, /has no field podselector;/],
    ["Gateway", "gatehouse", "ingress", "spec.servers.1.tls.minProtocolVersion", "TLSV1_9", /must be equal to one of/],
    ["Gateway", "gatehouse", "ingress", "spec.servers.1.tls.minimumVersion", "TLSV1_2", /has no field minimumVersion;/],
    ["AuthorizationPolicy", "session", "ingress", "spec.rules.0.to.0.operation.notHost", [], /has no field notHost;/],
    ["RequestAuthentication", "tokens", "ingress", "spec.jwtRules.0.audience", "x", /has no field audience;/],
    ["PeerAuthentication", "default", "auth", "spec.mtls.mode", "STRICTER", /must be equal to one of/],
    ["Sidecar", "default", "auth", "spec.egress.0.host", [], /has no field host;/],
    ["VirtualService", "sign-in", "auth", "spec.http.0.match.0.uri.prefixed", "/", /has no field prefixed;/],
    ["EnvoyFilter", "gatehouse", "ingress", "spec.configPatches.0.patch.operation", "MIX", /must be equal to one of/],
    ["Certificate", "gatehouse-edge", "ingress", "spec.dnsName", "x", /data\/spec has no field dnsName;/],
    ["Certificate", "gatehouse-edge", "ingress", "spec.privateKey.algorithm", "DSA", /must be equal to one of/],
    ["ClusterIssuer", "gatehouse-ca-1", undefined, "spec.ca.secret", "x", /data\/spec\/ca has no field secret;/],
    [
      "CustomResourceDefinition",
      "passwords.dex.coreos.com",
      undefined,
      "spec.versions.0.served",
      "yes",
      /must be boolean/,
    ],
  ];
  for (const [kind, name, namespace, path, value, problem] of mistakes) {
    it(`finds ${path}: ${JSON.stringify(value)} in the ${kind} ${name}`, async () => {
      const manifest = recording.object(kind, name, namespace);
      const problems = await schemaProblems(changed(manifest, path.split("."), value));
      assert(
        problems.some((text) => problem.test(text)),
        `found ${JSON.stringify(problems)}`,
      );
    });
  }

  it("ends nowhere but where the API server's ends", async () => {
    const places = await Promise.all(
      recording.objects.map(async ({ manifest }) =>
        (await openPlaces(manifest)).map((path) => `${manifest.kind} ${path.replace(/\/\d+\//g, "/*/")}`),
      ),
    );
    assert.deepEqual([...new Set(places.flat())].sort(), ["EnvoyFilter /spec/configPatches/*/patch/value"]);
  });

  it("refuses a kind that it has no schema of", async () => {
    await assert.rejects(schemaProblems({ apiVersion: "apps/v1", kind: "Deploymint", metadata: { name: "x" } }));
  });
});
