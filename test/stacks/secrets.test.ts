import * as pulumi from "@pulumi/pulumi";
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { inspect } from "node:util";
import { changed, errorOf, everything, problemsOf, production, project, settingsOf, type Tree } from "./fixture";
import { withConnector, withPostgres, withProvider, withRedis } from "./identities";

const clientSecret = "identity.connectors[0].clientSecret";

/** Everything that an error might be turned into on its way to a log. */
const texts = (error: Error) => [
  error.message,
  String(error),
  error.stack ?? "",
  JSON.stringify(error),
  JSON.stringify(error, Object.getOwnPropertyNames(error)),
  inspect(error, { depth: Infinity, showHidden: true }),
];

describe("a secret setting", () => {
  it("is an Output that Pulumi treats as secret", async () => {
    const settings = settingsOf(changed(production(), clientSecret, "hunter2"), { secretKeys: ["identity"] });
    const [connector] = settings.identity.connectors;
    assert(connector?.type === "oidc");
    const secret = connector.clientSecret;
    assert(pulumi.Output.isInstance(secret));
    assert.equal(await pulumi.isSecret(secret), true);
    assert.equal(await new Promise((resolve) => secret.apply(resolve)), "hunter2");
    assert(!inspect(settings, { depth: 4 }).includes("hunter2"));
  });

  it("is asked for when it stands in the file as plain text", () => {
    assert.deepEqual(problemsOf(changed(production(), clientSecret, "hunter2")), [
      {
        key: `${project}:${clientSecret}`,
        value: "[secret]",
        mend: `make it a secret: pulumi config set --secret --path '${project}:${clientSecret}'`,
      },
    ]);
  });

  const elsewhere: [at: string, base: Tree][] = [
    ["identity.connectors[0].bindPassword", withConnector("ldap")],
    ["identity.provider.clientSecret", withProvider()],
    ["identity.provider.storage.password", withPostgres()],
    ["sessions.storage.password", withRedis()],
  ];
  for (const [at, base] of elsewhere) {
    it(`is asked for at ${at}, too`, () => {
      assert.deepEqual(problemsOf(changed(base, at, "hunter2")), [
        {
          key: `${project}:${at}`,
          value: "[secret]",
          mend: `make it a secret: pulumi config set --secret --path '${project}:${at}'`,
        },
      ]);
      assert.deepEqual(problemsOf(changed(base, at, "hunter2"), { secretKeys: [at.split(".")[0] ?? ""] }), []);
    });
  }

  it("is asked for together with everything else that is wrong", () => {
    const settings = { ...changed(production(), clientSecret, "hunter2"), replicas: 0 };
    assert.deepEqual(
      problemsOf(settings).map(({ key }) => key),
      [`${project}:${clientSecret}`, `${project}:replicas`],
    );
  });

  for (const wrong of ["", 12345, null, ["hunter2"]]) {
    it(`is refused when it is ${JSON.stringify(wrong)}`, () => {
      assert.deepEqual(problemsOf(changed(production(), clientSecret, wrong), { secretKeys: ["identity"] }), [
        {
          key: `${project}:${clientSecret}`,
          value: "[secret]",
          mend: "set it with pulumi config set --secret --path, or name a Secret of the namespace auth by secretName and key",
        },
      ]);
    });
  }

  it("may be a Secret of the cluster, half of which is not enough", () => {
    const half = changed(production(), clientSecret, { secretName: "company-sign-in" });
    assert.deepEqual(problemsOf(half), [
      {
        key: `${project}:${clientSecret}.key`,
        value: "[secret]",
        mend: "this setting has no default: write a key of that Secret, such as clientSecret",
      },
    ]);
  });
});

const withKeys = (jwks: unknown) =>
  changed(production(), "machines.issuers", [
    { name: "cluster", issuer: "https://oidc.cluster.example.com", audiences: ["a"], jwks },
  ]);

describe("an error about settings", () => {
  /** The same mistakes, wherever a text stands: each text becomes a word that is easy to find again. */
  const marked = (value: unknown, key = ""): unknown =>
    Array.isArray(value)
      ? value.map((inner) => marked(inner))
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([inner, below]) => [inner, marked(below, inner)]))
        : typeof value === "string"
          ? `Sentinel ${key}`
          : value;

  it("holds no word of a setting that is a secret, however wrong it is", () => {
    for (const key of Object.keys(everything())) {
      const settings = { ...everything(), [key]: marked(everything()[key], key) };
      const error = errorOf(settings, { secretKeys: [key] });
      for (const text of error === undefined ? [] : texts(error)) {
        assert(!text.includes("Sentinel"), `${key}: ${text}`);
      }
    }
  });

  const quoted: [path: string, value: unknown, word: string, stack?: string][] = [
    ["sessions.idToken", "44m59s", "44m59s"],
    ["sessions.lifetime", "59m58s", "59m58s"],
    ["sessions.cookieDomain", "hidden.example", "hidden"],
    ["certificates.duration", "359h59m", "359h59m"],
    ["ingress.replicas.max", 1, "(1)"],
    ["domain", "hidden.example", "hidden"],
    ["identity.allowedGroups", ["hidden"], "hidden"],
    ["identity.staticUsers[0].email", "user@hidden.example", "hidden"],
    ["environment", "staging", "staging"],
  ];
  for (const [path, value, word] of quoted) {
    it(`does not let a mend tell ${path} when that is a secret`, () => {
      const settings = changed(everything(), path, value);
      const open = errorOf(changed(settings, "ingress.replicas.min", 2));
      assert(open !== undefined && texts(open).some((text) => text.includes(word)), "it would be told if it were none");
      const error = errorOf(changed(settings, "ingress.replicas.min", 2), {
        secretKeys: [path.split(/[.[]/)[0] ?? ""],
      });
      for (const text of error === undefined ? [] : texts(error)) {
        assert(!text.includes(word), text);
      }
    });
  }

  const misplaced: [name: string, settings: Tree][] = [
    ["under a misspelt key", changed(production(), "identity.connectors[0].clientSecrets", "hunter2")],
    ["in another shape", changed(production(), clientSecret, { value: "hunter2" })],
    ["in a connector without a list", changed(production(), "identity.connectors", { clientSecret: "hunter2" })],
    ["as a user's password", changed(everything(), "identity.staticUsers[0].password", "hunter2")],
    ["at the top", { ...production(), clientSecret: "hunter2" }],
    ["deep in a setting of the wrong shape", { ...production(), identity: [[{ clientSecret: { a: "hunter2" } }]] }],
  ];
  const connector = "identity.connectors[0]";
  const url = "https://user:hunter2@login.example.com/";
  const jwk = { kty: "EC", crv: "P-256", x: "a", y: "b", d: "hunter2" };
  misplaced.push(
    ...["bindPW", "pw", "pass", "passphrase", "token", "apiKey", "clientId2"].map((key): [string, Tree] => [
      `under the unknown key ${key} of a connector`,
      changed(production(), `${connector}.${key}`, "hunter2"),
    ]),
    ...["pw", "pass", "redisPW", "accessToken", "bearer_token"].map((key): [string, Tree] => [
      `under the unknown key ${key} where no secret is`,
      changed(production(), `monitoring.${key}`, { value: "hunter2" }),
    ]),
    ["as the password in a URL", changed(production(), `${connector}.issuer`, url)],
    ["as the password with a slash in a URL", changed(production(), `${connector}.issuer`, url.replace("r2@", "r2/@"))],
    ["in a URL in a list", changed(production(), "identity.connectors", [{ type: "oidc", issuer: [url] }])],
    ["in a URL of charts", changed(production(), "mirror.charts", "oci://user:hunter2@registry.example.com/charts")],
    ["as a registry's password", changed(production(), "mirror.images", "user:hunter2@registry.example.com")],
    ["as a parameter of a URL", changed(production(), "mirror.charts", "https://charts.example.com?token=hunter2")],
    ["in a private key of a set", withKeys(JSON.stringify({ keys: [jwk] }))],
    ["in a private key that is no text", withKeys({ keys: [jwk] })],
  );
  // One comma too many, and a text stands where the mapping belongs.
  const slip = (value: unknown) => `${JSON.stringify(value).slice(0, -1)},}`;
  const provider = { type: "oidc", clientSecret: "hunter2" };
  misplaced.push(
    ["in identity with a slip in its JSON", { ...production(), identity: slip({ provider }) }],
    ["in sessions with a slip in its JSON", { ...production(), sessions: slip({ storage: { password: "hunter2" } }) }],
    ["in a connector with a slip in its JSON", changed(production(), connector, slip({ clientSecret: "hunter2" }))],
    ["in a text in place of connectors", changed(production(), "identity.connectors", "hunter2")],
    ["in a list in place of a mapping", { ...production(), identity: [slip({ provider })] }],
    [
      "in a text in place of the database",
      changed(production(), "identity.provider", { type: "dex", storage: "hunter2" }),
    ],
    ["as the value of an unknown key at the top", { ...production(), oauth: "hunter2" }],
    ["in a list of an unknown key at the top", { ...production(), oauth: { all: ["hunter2"] } }],
    ["in an unknown key with a slip in its JSON", { ...production(), idenity: slip({ provider }) }],
    ["as the value of an unknown key above secrets", changed(production(), "identity.oauth", "hunter2")],
    ["as the value of an unknown key of the edge", changed(production(), "certificates.oauth", "hunter2")],
    ["beneath an unknown key above secrets", changed(production(), "identity.providers", { a: { b: "hunter2" } })],
  );
  for (const [name, settings] of misplaced) {
    it(`hides a plain secret ${name}`, () => {
      const error = errorOf(settings);
      assert(error !== undefined);
      for (const text of texts(error)) {
        assert(!text.includes("hunter2"), text);
      }
    });
  }

  it("shows the rest of a URL with a password", () => {
    assert.equal(
      problemsOf(changed(production(), "mirror.charts", "oci://user:hunter2@registry.example.com/charts"))[0]?.value,
      '"oci://[secret]@registry.example.com/charts"',
    );
  });

  const shown: [name: string, settings: Tree, value: string][] = [
    ["a number at an unknown key at the top", { ...production(), replica: 3 }, "3"],
    [
      "a text below settings without secrets",
      changed(production(), "cluster.apiserver", "10.0.0.0/28"),
      '"10.0.0.0/28"',
    ],
    ["a text in place of settings without secrets", { ...production(), monitoring: "grafana" }, '"grafana"'],
    ["a setting beside secrets that is none", changed(production(), `${connector}.id`, "Company"), '"Company"'],
    ["a list beside secrets that holds none", changed(production(), "identity.emailDomains", ["Example"]), '"Example"'],
  ];
  for (const [name, settings, value] of shown) {
    it(`shows ${name}`, () => {
      assert.equal(problemsOf(settings)[0]?.value, value);
    });
  }

  it("shows a rotation number, which only sounds like a secret", () => {
    assert.equal(problemsOf({ ...production(), rotation: { clientSecret: 0 } })[0]?.value, "0");
  });
});

describe("reading a stack's settings", () => {
  /** Runs readSettings as the engine would, which hands configuration on in the environment. */
  const run = (config: Record<string, string>, secretKeys: readonly string[]) =>
    spawnSync(
      process.execPath,
      [
        "-r",
        "./bin/typescript.js",
        "-r",
        "./cli/engine/lateModules.js",
        "-e",
        `const { readSettings } = require("./stacks/readSettings.ts");
         try { console.log(JSON.stringify(readSettings())); } catch (error) { console.log(error.message); }`,
      ],
      {
        cwd: join(__dirname, "../.."),
        encoding: "utf8",
        env: {
          PATH: process.env.PATH,
          PULUMI_NODEJS_PROJECT: project,
          PULUMI_NODEJS_STACK: "staging",
          PULUMI_CONFIG: JSON.stringify(config),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
        },
      },
    ).stdout.trim();

  const config = (settings: Tree) =>
    Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        `${project}:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );

  it("takes those of the project's namespace and of the running stack", () => {
    const answer = run({ ...config(production()), "kubernetes:context": "kind", "other:domain": "x" }, []);
    const { environment, domain } = JSON.parse(answer) as { environment: string; domain: string };
    assert.deepEqual({ environment, domain }, { environment: "staging", domain: "kubeflow.example.com" });
  });

  it("knows from Pulumi which of them are secrets", () => {
    const wrong = changed(changed(production(), clientSecret, "hunter2"), "identity.emailDomains[0]", "Hidden");
    const told = run(config(wrong), [`${project}:identity`]);
    assert(told.includes(`${project}:identity.emailDomains[0]: [secret]`), told);
    assert(!told.includes("Hidden") && !told.includes("hunter2"), told);
    assert(run(config(wrong), []).includes(`${project}:identity.emailDomains[0]: "Hidden"`));
  });
});
