import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editorSchema } from "../../stacks/editorSchema";
import { settingsReference } from "../../stacks/reference";
import { complaintsAbout, complaintsAboutSettings, root } from "./editor";
import { changed, everything, production, project } from "./fixture";

const script = join(root, "bin/generate-docs.js");
/** The same in this process: to load everything anew takes seconds. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a program in JavaScript, without types
const { generate } = require(script) as {
  generate: (options: { check: boolean; into: string }) => Promise<{ code: number; lines: string[] }>;
};

describe("generated documents", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "gatehouse-docs-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("are what the code makes of them now; otherwise: npm run docs", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
  });

  it("are named when one is stale or missing", async () => {
    const missing = await generate({ check: true, into: folder });
    assert.equal(missing.code, 1);
    assert(missing.lines.includes("docs/reference/settings.md is stale: npm run docs"), missing.lines.join("\n"));
    assert.equal((await generate({ check: false, into: folder })).code, 0);
    appendFileSync(join(folder, "docs/reference/settings.md"), "a line by hand\n");
    assert.deepEqual(await generate({ check: true, into: folder }), {
      code: 1,
      lines: ["docs/reference/settings.md is stale: npm run docs"],
    });
  });

  it("are said with the exit code by the command", () => {
    appendFileSync(join(folder, "docs/reference/network-flows.md"), "a line by hand\n");
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--check", "--into", folder], {
      encoding: "utf8",
    });
    const line = (name: string) => `docs/reference/${name}.md is stale: npm run docs\n`;
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 1, stdout: line("settings") + line("network-flows"), stderr: "" },
    );
  });

  it("are not touched by a check", () => {
    const path = join(folder, "docs/reference/settings.md");
    assert.match(readFileSync(path, "utf8"), /a line by hand\n$/);
  });
});

describe("the settings reference", () => {
  const page = settingsReference();
  const row = (key: string) => page.split("\n").filter((line) => line.startsWith(`| \`${key}\` |`));

  it("has a row with a description for every setting", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    const empty = rows.filter((line) => !/ \| [A-Z`][^|]+ \|$/.test(line));
    assert.deepEqual(empty, []);
    // A setting of several alternatives has one row, which names them.
    assert.equal(new Set(rows.map((line) => line.split(" | ")[0])).size, rows.length);
    assert.match(
      row("certificates.edge.type")[0] ?? "",
      /\| `privateCa` or `acme` or `existingSecret` or `given` or `offload` \| required \|/,
    );
    assert.match(row("certificates.edge.email")[0] ?? "", / \| `acme`: Whom the ACME server writes to/);
  });

  it("says what is required, which default holds, and where environments differ", () => {
    const [domain] = row("domain");
    assert.match(domain ?? "", /^\| `domain` \| DNS name or IPv4 address \| required \| /);
    const [ports] = row("cluster.apiServer.ports");
    assert.match(ports ?? "", /\| list: port from 1 to 65535 \| `\[443,6443\]` \|/);
    const [maxAge] = row("ingress.hsts.maxAge");
    assert.match(maxAge ?? "", /\| duration \| dev: `5m`<br>staging: `24h`<br>prod: `8760h` \|/);
    const [environment] = row("environment");
    assert.match(environment ?? "", /\| `dev`, `staging`, `prod` \| +\|/);
    const [type] = row("identity.connectors[].type");
    assert.match(
      type ?? "",
      /\| `oidc` or `github` or .* \| required \| `oidc`: An OpenID Connect provider. `github`: /,
    );
    const [tenant] = row("identity.connectors[].tenant");
    assert.match(tenant ?? "", /\| required \| `microsoft`: The tenant/);
    const [secret] = row("identity.connectors[].clientSecret");
    assert.match(secret ?? "", /\| secret or mapping \| required \|/);
  });
});

describe("the editors' schema", () => {
  it("accepts settings with something at every place", () => {
    assert.deepEqual(complaintsAboutSettings(everything()), []);
  });

  it("accepts what Pulumi keeps in the file besides", () => {
    const config = Object.fromEntries(Object.entries(production()).map(([key, value]) => [`${project}:${key}`, value]));
    const file = {
      config: { ...config, "kubernetes:context": "kind-kind", "aws:region": "eu-central-1" },
      secretsprovider: "passphrase",
      encryptionsalt: "v1:abc",
      encryptedkey: "abc",
      environment: ["shared"],
    };
    assert.deepEqual(complaintsAbout(file), []);
    assert.deepEqual(complaintsAbout({ encryptionsalt: "v1:abc" }), []);
  });

  it("accepts an encrypted client secret, and no other text in its place", () => {
    const path = "identity.connectors[0].clientSecret";
    assert.deepEqual(complaintsAboutSettings(changed(production(), path, { secure: "v1:abc" })), []);
    assert.notDeepEqual(complaintsAboutSettings(changed(production(), path, "hunter2")), []);
    assert.notDeepEqual(complaintsAboutSettings(changed(production(), path, { secure: 5 })), []);
    assert.notDeepEqual(complaintsAboutSettings(changed(production(), path, { secure: "v1:abc", key: "a" })), []);
  });

  it("accepts any other text encrypted, too", () => {
    assert.deepEqual(complaintsAboutSettings({ ...production(), domain: { secure: "v1:abc" } }), []);
    const clientId = changed(production(), "identity.connectors[0].clientId", { secure: "v1:abc" });
    assert.deepEqual(complaintsAboutSettings(clientId), []);
    assert.notDeepEqual(complaintsAboutSettings({ ...production(), domain: { secret: "v1:abc" } }), []);
  });

  it("accepts a number as a text at the top, where pulumi config set writes one", () => {
    assert.deepEqual(complaintsAboutSettings({ ...production(), replicas: "3" }), []);
    assert.notDeepEqual(complaintsAboutSettings({ ...production(), replicas: "three" }), []);
  });

  const mistakes: [path: string, value: unknown, keyword: string][] = [
    ["domian", "kubeflow.example.com", "additionalProperties"],
    ["domain", "Kubeflow", "pattern"],
    ["domain", undefined, "required"],
    ["environment", "production", "enum"],
    ["replicas", 21, "maximum"],
    ["cluster.apiServer.cidrs", [], "minItems"],
    ["cluster.apiServer.cidrs[0]", "10.0.0.0", "pattern"],
    ["cluster.apiServer.ports", [443, 443], "uniqueItems"],
    ["ingress.hsts.maxage", "5m", "additionalProperties"],
    ["ingress.hsts.maxAge", "a year", "pattern"],
    ["ingress.hsts.preload", "yes", "type"],
    ["identity.connectors[0].type", "gitlab", "const"],
    ["identity.provider", { type: "dex", storage: { type: "memory" } }, "const"],
    ["sessions.storage", { type: "redis" }, "required"],
    ["identity.connectors[0].issuer", "http://login.example.com", "pattern"],
    ["identity.staticUsers[0].email", "user", "pattern"],
    ["machines.issuers[0].audiences", [], "minItems"],
    ["network.metadataExceptions[0].namespace", "kubeflow", "enum"],
    ["rotation.cookieSecret", 0, "minimum"],
  ];
  for (const [path, value, keyword] of mistakes) {
    it(`underlines ${path} when it is ${JSON.stringify(value) ?? "missing"}`, () => {
      const found = complaintsAboutSettings(changed(everything(), path, value));
      assert(
        found.some((place) => place.endsWith(` ${keyword}`)),
        found.join("\n"),
      );
    });
  }

  it("has no mark of our own in it", () => {
    assert(!/"(secret|defaults)":/.test(JSON.stringify(editorSchema())));
  });
});
