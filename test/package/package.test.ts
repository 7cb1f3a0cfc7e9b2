import { strict as assert } from "node:assert";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { exemptionRules } from "../../policy/exemptionRules";
import { rules, stackRules } from "../../policy/pack";
import { type PreviewReport } from "../../cli/preview/report";
import { defectsOf } from "../program/defects";
import { record, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { type Value } from "../program/values";
import { settingsOf } from "../stacks/fixture";
import { blocksOf } from "../docs/settings";
import { Consumer } from "./packed";

const secret = "the client secret that was configured";

/** The settings of the example, as a stack's file has them. */
const settings = {
  environment: "prod",
  domain: "kubeflow.example.com",
  cluster: { apiServer: { cidrs: ["10.10.0.0/28"], ports: [443] } },
  identity: {
    emailDomains: ["example.com"],
    connectors: [
      {
        type: "oidc",
        id: "company",
        name: "Company sign-in",
        issuer: "https://login.example.com",
        clientId: "kubeflow",
        clientSecret: secret,
      },
    ],
  },
  apps: [
    {
      name: "portal",
      service: { name: "portal", namespace: "portal", port: 8080 },
      pods: { labels: { "app.kubernetes.io/name": "portal" } },
    },
  ],
};

describe("the package that npm makes, in another Pulumi program", () => {
  const consumer = new Consumer();
  before(async function () {
    this.timeout(300_000);
    await consumer.install();
  });
  after(() => consumer.remove());
  const required = () => createRequire(join(consumer.directory, "index.ts"));

  it("has types, and the example and the page are right by them", async () => {
    copyFileSync(join(__dirname, "types.txt"), join(consumer.directory, "types.ts"));
    const page = blocksOf("docs/13-library.md", "ts").map(({ text }) => text);
    assert.equal(page.length, 2);
    writeFileSync(join(consumer.directory, "page.ts"), page.join(""));
    const project = JSON.parse(readFileSync(join(consumer.directory, "tsconfig.json"), "utf8")) as object;
    writeFileSync(
      join(consumer.directory, "tsconfig.json"),
      JSON.stringify({ ...project, files: ["index.ts", "types.ts", "page.ts"] }),
    );
    const { code, stdout } = await consumer.node([required().resolve("typescript/bin/tsc"), "-p", "."]);
    assert.deepEqual([code, stdout], [0, ""]);
  }).timeout(300_000);

  it("declares nothing in terms of a package that is not installed with it", () => {
    const { dependencies } = required()("kubeflow-gatehouse/package.json") as { dependencies: Record<string, string> };
    const seen = new Set<string>();
    const foreign = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) {
        return;
      }
      seen.add(file);
      for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
        if (name.startsWith(".")) {
          const at = join(dirname(file), name);
          // The data of the lock is declared by the file itself.
          if (!name.endsWith(".json")) {
            visit(`${at}.d.ts`);
          }
        } else {
          foreign.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
        }
      }
    };
    ["index", "policy"].forEach((entry) => visit(join(consumer.package, "dist/library", `${entry}.d.ts`)));
    assert(seen.size > 40);
    assert.deepEqual(
      [...foreign].filter((name) => !name.startsWith("node:") && !(name in dependencies)),
      [],
    );
  });

  describe("run as it stands", () => {
    let example: Recording;
    before(async () => {
      example = await record(() => ({ ...(required()("./index.ts") as object) }), {
        config: { "kubeflow-gatehouse:domain": settings.domain, "kubeflow-gatehouse:signInSecret": secret },
        secretKeys: ["kubeflow-gatehouse:signInSecret"],
      });
    });

    const withoutOwn = ({ resources }: Recording) =>
      resources
        .filter(
          ({ type, name, parent }) =>
            type !== "pulumi:pulumi:Stack" && name !== "portal" && !parent.endsWith("::portal"),
        )
        .map(({ urn, inputs, ignoreChanges, deleteBeforeReplace, retainOnDelete, protect }): [string, object] => [
          urn,
          { inputs: comparable(inputs), ignoreChanges, deleteBeforeReplace, retainOnDelete, protect },
        ]);

    it("declares what the program itself declares with these settings", async () => {
      const own = await recordPlatform(settingsOf(settings, { secretKeys: ["identity"] }));
      assert(own.objects.length > 50);
      assert.deepEqual(Object.fromEntries(withoutOwn(example)), Object.fromEntries(withoutOwn(own)));
    });

    it("has no defect, and keeps the secret that it was given", async () => {
      assert.deepEqual(await defectsOf(example, [secret]), []);
      const { stringData } = example.object<{ stringData: Record<string, string> }>("Secret", "dex", "auth");
      assert.equal(stringData.CONNECTOR_CLIENT_SECRET_0, secret);
    });

    it("adds the workload of its own, after the mesh that gives it a sidecar", () => {
      const portal = example.declared("Deployment", "portal", "portal");
      assert(example.waitsFor(portal, example.resource("kubernetes:helm.sh/v4:Chart", "istiod")));
      assert.deepEqual(example.stackOutputs, {
        url: "https://kubeflow.example.com/",
        apps: { portal: "https://portal.kubeflow.example.com/" },
      });
    });
  });

  it("brings the rules of the policy pack", () => {
    const policy = required()("kubeflow-gatehouse/policy") as Record<"rules" | "stackRules", { name: string }[]>;
    const namesOf = (some: readonly { name: string }[]) => some.map(({ name }) => name);
    assert.deepEqual(namesOf(policy.rules), namesOf(rules));
    assert.deepEqual(namesOf(policy.stackRules), namesOf(stackRules));
  });

  it("brings the program gatehouse, which previews the example with its own policy pack", async () => {
    const { code, stdout, stderr } = await consumer.node([
      join(consumer.package, "bin", "gatehouse.js"),
      "preview",
      "prod",
      "--json",
    ]);
    assert.equal(code, 0, stdout + stderr);
    const { project, policy, totals, outputs } = JSON.parse(stdout) as PreviewReport;
    const policies = [...rules, ...stackRules, ...exemptionRules].length;
    assert.deepEqual([project, policy.pack, policy.policies], ["team-platform", "team-platform", policies]);
    assert.equal(totals.findings.mandatory, 0);
    assert.equal(outputs.url?.value, "https://kubeflow.example.com/");
  }).timeout(120_000);

  it("opens nothing but what is meant for others", () => {
    assert.throws(() => required()("kubeflow-gatehouse/stacks/schema") as unknown, {
      code: "ERR_PACKAGE_PATH_NOT_EXPORTED",
    });
  });
});

/** Marks are classes, whose values compare by JSON as well. */
const comparable = (value: Value): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner: unknown) => (inner === undefined ? null : inner)));
