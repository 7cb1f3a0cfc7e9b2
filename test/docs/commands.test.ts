/** Every `pulumi config set` and `rm` of the pages, run on settings as the CLI would, and then through every check. */
import { strict as assert } from "node:assert";
import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { authority, issue } from "../acceptance/certificates";
import { examples, textOf as textOfExample } from "../examples/example";
import { changed, problemsOf, production, type Tree } from "../stacks/fixture";
import { companyCa, provider, withPostgres, withRedis } from "../stacks/identities";
import { http01 } from "../stacks/modes";
import { apply, type Commands, commandsInComments, commandsInSentences, commandsOf, type Stack } from "./commands";
import { blocksOf, settingsIn } from "./settings";

const root = join(__dirname, "../..");
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => /^\d+-.*\.md$/.test(name))
    .sort()
    .map((name) => `docs/${name}`),
  "docs/reference/settings.md",
];

const shipped = (stack: string): Tree =>
  settingsIn({ text: readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8") }) ?? {};
const ldap = () => (settingsOfExample("on-premises").identity as { connectors: unknown[] }).connectors[0];
const settingsOfExample = (name: string): Tree => settingsIn({ text: textOfExample(name) }) ?? {};
const inPlaceOfDex = () => ({ ...production(), identity: { emailDomains: ["example.com"], provider } });
/** With what the page shows above its commands. */
const withOtherIssuer = (): Tree => ({
  ...production(),
  ...blocksOf("docs/2-machines.md", "yaml")
    .filter(({ heading }) => heading === "Any other issuer")
    .map(settingsIn)[0],
});
const withApp = () =>
  changed(production(), "apps", [
    {
      name: "mlflow",
      service: { name: "mlflow", namespace: "mlflow", port: 5000 },
      pods: { labels: { app: "mlflow" } },
    },
  ]);

interface Way {
  page: string;
  heading: string;
  /** How many commands each block has. */
  blocks: number[];
  /** Where the first of them starts; the least of a production stack, unless it says otherwise. */
  start?: () => Tree;
  stack?: string;
}

/** Every block of commands there is; those of one heading go on from each other. */
const ways: Way[] = [
  { page: "README.md", heading: "On kind", blocks: [1], start: () => shipped("dev"), stack: "dev" },
  { page: "README.md", heading: "On a cloud cluster", blocks: [9, 3], start: () => shipped("prod") },
  { page: "docs/1-sign-in-and-sign-out.md", heading: "How long it lasts", blocks: [3] },
  { page: "docs/10-identity-providers.md", heading: "A week without signing in again", blocks: [1] },
  { page: "docs/10-identity-providers.md", heading: "Connect an identity provider", blocks: [2] },
  { page: "docs/11-mirror.md", heading: "A cluster without the public registries", blocks: [2] },
  { page: "docs/12-load-balancer.md", heading: "Load balancer", blocks: [3, 1] },
  {
    page: "docs/12-load-balancer.md",
    heading: "The PROXY protocol",
    blocks: [5],
    start: () => changed(production(), "ingress.trustedRanges", ["10.0.0.0/16"]),
  },
  { page: "docs/12-load-balancer.md", heading: "TLS at the load balancer", blocks: [5] },
  { page: "docs/14-bring-your-own.md", heading: "Bring your own cert-manager and Istio", blocks: [5] },
  { page: "docs/15-applications.md", heading: "Applications on hosts of their own", blocks: [5] },
  { page: "docs/15-applications.md", heading: "What one consists of", blocks: [2], start: withApp },
  { page: "docs/2-machines.md", heading: "This cluster", blocks: [4, 1], start: () => shipped("prod") },
  { page: "docs/2-machines.md", heading: "Any other issuer", blocks: [2], start: withOtherIssuer },
  { page: "docs/4-certificates.md", heading: "The private CA", blocks: [2], stack: "dev" },
  { page: "docs/4-certificates.md", heading: "ACME", blocks: [3, 2] },
  { page: "docs/4-certificates.md", heading: "Route 53", blocks: [8, 4] },
  { page: "docs/4-certificates.md", heading: "Cloud DNS", blocks: [10, 4] },
  { page: "docs/4-certificates.md", heading: "Azure DNS", blocks: [9, 4] },
  { page: "docs/4-certificates.md", heading: "Cloudflare", blocks: [5] },
  { page: "docs/4-certificates.md", heading: "A Secret that is there", blocks: [2] },
  { page: "docs/4-certificates.md", heading: "A certificate that you give", blocks: [3] },
  { page: "docs/4-certificates.md", heading: "From one mode to another", blocks: [1], start: http01 },
  { page: "docs/5-rotation.md", heading: "Rotate a secret", blocks: [1] },
  { page: "docs/8-verify.md", heading: "On a cloud cluster", blocks: [1] },
  { page: "docs/reference/settings.md", heading: "Settings", blocks: [4] },
];

/** The one block whose lines are for a stack each: where Dex has a provider's secret, there is no provider in its place. */
const secrets = { page: "docs/10-identity-providers.md", heading: "Secrets" };
const startsOfSecrets: [key: string, start: () => Tree][] = [
  ["identity.connectors[0].clientSecret", production],
  ["identity.connectors[0].bindPassword", () => changed(production(), "identity.connectors", [ldap()])],
  ["identity.provider.clientSecret", inPlaceOfDex],
  ["identity.provider.storage.password", withPostgres],
  ["sessions.storage.password", withRedis],
];

const sentences: [page: string, start: () => Tree, lines: string[]][] = [
  ["README.md", production, ["pulumi config set kubernetes:context <context>"]],
  ["docs/2-machines.md", production, ["pulumi config set --path rotation.machineClients 2"]],
];

const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const given: Record<string, string> = {
  $ISSUER: "https://oidc.cluster.example.net",
  '$(curl --silent --fail "${ISSUER%/}/.well-known/openid-configuration" | jq -r .jwks_uri)':
    "https://oidc.cluster.example.net/keys",
  "$(kubectl --context other-cluster get --raw /openid/v1/jwks)": JSON.stringify({
    keys: [{ ...publicKey.export({ format: "jwk" }), kid: "1", use: "sig", alg: "ES256" }],
  }),
  $key: "rotation.cookieSecret",
  $next: "2",
  "< acme-ca.pem": companyCa,
  "< company-ca.pem": companyCa,
  "< key.json": '{"type":"service_account"}',
  "what somebody types": "a secret",
};
/** The stack behind the commands; it is as the checks want it at each `pulumi up`, and at the end. */
function after(start: Stack, lines: readonly string[], stack = "prod"): Stack {
  return [...lines, "pulumi up"].reduce((before, line) => {
    if (!line.startsWith("pulumi up")) {
      return apply(before, line, given);
    }
    const { settings, secretKeys } = before;
    assert.deepEqual(problemsOf(settings, { stack, secretKeys }), [], `before ${line}`);
    return before;
  }, start);
}

const from = (settings: Tree): Stack => ({ settings, secretKeys: [] });
const count = (lines: readonly string[]) => lines.filter((line) => !line.startsWith("pulumi up")).length;

describe("the commands that the pages have for settings", () => {
  const found = pages.flatMap((page) => commandsOf(page).map((commands) => ({ page, ...commands })));
  const blocksAt = (page: string, heading: string): Commands[] =>
    found.filter((block) => block.page === page && block.heading === heading);

  before(async () => {
    const { cert, key } = await issue(await authority(), ["kubeflow.example.com", "*.kubeflow.example.com"]);
    given["< chain.pem"] = cert;
    given["< key.pem"] = key;
  });

  it("are those of these ways, no more and no fewer", () => {
    const places = [...new Map(found.map(({ page, heading }) => [`${page} ${heading}`, { page, heading }])).values()];
    assert.deepEqual(
      places
        .map(({ page, heading }) => [page, heading, ...blocksAt(page, heading).map(({ lines }) => count(lines))])
        .sort(),
      [...ways, { ...secrets, blocks: [startsOfSecrets.length] }]
        .map(({ page, heading, blocks }) => [page, heading, ...blocks])
        .sort(),
    );
  });

  for (const { page, heading, start = production, stack } of ways) {
    it(`make a stack that passes every check, and another one than before: ${page}, ${heading}`, () => {
      blocksAt(page, heading).reduce((before, { lines }) => {
        const changedStack = after(before, lines, stack);
        assert.notDeepEqual(changedStack.settings, before.settings, lines.join("\n"));
        return changedStack;
      }, from(start()));
    });
  }

  it("make a whole stack from nothing: README.md, On a cloud cluster", () => {
    const [{ lines } = { lines: [] }] = blocksAt("README.md", "On a cloud cluster");
    assert.deepEqual(Object.keys(after(from({}), lines).settings), ["domain", "cluster", "identity"]);
  });

  it(`set each secret where a stack has it: ${secrets.page}`, () => {
    const [{ lines } = { lines: [] }] = blocksAt(secrets.page, secrets.heading);
    for (const [index, [key, start]] of startsOfSecrets.entries()) {
      const line = lines[index] ?? "";
      assert(line.includes(key), line);
      assert.notDeepEqual(after(from(start()), [line]).settings, start());
    }
  });

  it("are taken where they stand in a sentence", () => {
    assert.deepEqual(
      pages.flatMap((page) => commandsInSentences(page).map((line) => [page, line])),
      sentences.flatMap(([page, , lines]) => lines.map((line) => [page, line])),
    );
    for (const [, start, lines] of sentences) {
      after(from(start()), lines);
    }
  });

  const comments: Record<string, number> = { aks: 1, eks: 1, gke: 1, kind: 0, "on-premises": 5 };
  for (const name of examples) {
    it(`are taken where an example has them beside its settings: ${name}`, () => {
      const lines = commandsInComments(textOfExample(name));
      assert.equal(lines.length, comments[name]);
      after(from(settingsOfExample(name)), lines, name);
    });
  }
});

describe("commands as these tests read them", () => {
  const made = (...lines: string[]) => lines.reduce((before, line) => apply(before, line, given), from({}));

  it("make numbers and truth values below the top, and texts at the top and of secrets", () => {
    assert.deepEqual(
      made(
        "pulumi config set replicas 3",
        "pulumi config set --path a.b 3",
        "pulumi config set --path a.c true",
        "pulumi config set --path --type string a.d 3    # a text",
        "pulumi config set --path a.e 012",
        "pulumi config set --secret --path f.g 3",
      ),
      { settings: { replicas: "3", a: { b: 3, c: true, d: "3", e: "012" }, f: { g: "3" } }, secretKeys: ["f"] },
    );
  });

  it("lead into lists and to keys with dots, and away again", () => {
    const before = made(`pulumi config set --path 'a[0]["x.y"].z' 'b c'`, "pulumi config set --path 'a[1]' d");
    assert.deepEqual(before.settings, { a: [{ "x.y": { z: "b c" } }, "d"] });
    assert.deepEqual(apply(before, "pulumi config rm --path 'a[0]'", given).settings, { a: ["d"] });
    assert.deepEqual(apply(before, "pulumi config rm --path nowhere.at.all", given).settings, before.settings);
  });

  const refused: [line: string, why: RegExp][] = [
    ["pulumi config set --path 'a[1]' b", /a list has no gap/],
    ["pulumi config set --path a.b", /no value/],
    ["pulumi config set --path a.secretName b", /neither --secret nor --plaintext/],
    ["pulumi config set --path a.b c d", /more than a key and a value/],
    ["pulumi config set --path --json a.b c", /no page needs --json/],
    ['pulumi config set --path a.b "$(cat nowhere)"', /nothing stands for/],
    ["pulumi config set --path 'a..b' c", /no path/],
  ];
  for (const [line, why] of refused) {
    it(`are refused: ${line}`, () => {
      assert.throws(() => made(line), why);
    });
  }
});
