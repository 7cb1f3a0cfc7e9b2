import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { parse } from "yaml";
import { knownNeeds } from "../../acceptance/needs";
import { addVerify } from "../../cli/verify";
import { namespaces } from "../../components/topology";
import manifest from "../../package.json";

interface Step {
  name?: string;
  uses?: string;
  run?: string;
  env?: Record<string, string>;
  with?: Record<string, unknown>;
}

interface Workflow {
  on: { push?: { branches?: string[] }; pull_request?: unknown; schedule?: { cron: string }[] };
  permissions?: unknown;
  concurrency?: { group?: string };
  defaults?: { run?: { shell?: string } };
  jobs: Record<string, { "timeout-minutes"?: number; permissions?: unknown; steps: Step[] }>;
}

/** What a check needs of a deployment that is run in another way than the workflow's. */
const ofOtherWays = [
  "offload",
  "gateway-address",
  "bare",
  "client-address",
  "renew",
  "acme-http01",
  "cluster-keys",
  "job",
  "kept-sessions",
  "wait",
];

const root = join(__dirname, "..", "..");
const folder = join(root, ".github", "workflows");
const read = (file: string) => parse(readFileSync(join(folder, file), "utf8")) as Workflow;

for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
  describe(`the workflow ${file}`, () => {
    const workflow = read(file);
    const jobs = Object.entries(workflow.jobs);
    const steps = jobs.flatMap(([, job]) => job.steps);
    const scripts = steps.flatMap(({ run, env = {} }) => [
      ...(run === undefined ? [] : [run]),
      ...((env.ROTATE ?? "") ? [env.ROTATE ?? ""] : []),
    ]);

    it("may read the repository and nothing more, ends in time, and once for each branch", () => {
      assert.deepEqual(workflow.permissions, { contents: "read" });
      assert.ok(workflow.concurrency?.group?.includes("github.ref"));
      for (const [name, job] of jobs) {
        assert.ok((job["timeout-minutes"] ?? 0) > 0, `${name} has no timeout`);
        assert.equal(job.permissions, undefined, `${name} asks for permissions of its own`);
      }
    });

    it("pins every action to a version", () => {
      const used = steps.flatMap(({ uses }) => uses ?? []);
      assert.ok(used.length > 0);
      assert.deepEqual(
        used.filter((one) => !/^[\w-]+\/[\w-]+@(v\d+(\.\d+)*|[0-9a-f]{40})$/.test(one)),
        [],
      );
    });

    it("has scripts that bash can read, and that end at the first failure", () => {
      assert.equal(workflow.defaults?.run?.shell, "bash");
      for (const script of scripts) {
        // What GitHub puts in is a word by then.
        const { status, stderr } = spawnSync("bash", ["-n"], { input: script.replace(/\$\{\{[^}]*\}\}/g, "word") });
        assert.equal(status, 0, `${script}\n${stderr.toString()}`);
      }
    });

    it("takes nothing that a pull request says into a script", () => {
      // GitHub puts expressions in before the shell reads, so that a branch's name would be a command.
      assert.deepEqual(
        scripts.filter((script) => script.includes("${{")),
        [],
      );
    });

    it("runs npm scripts and files that are there", () => {
      const text = scripts.join("\n");
      for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)) {
        assert.ok(name in manifest.scripts, `package.json has no script ${name}`);
      }
      for (const [, path = ""] of text.matchAll(/(?:^|\s)(?:node|sh|bash) ((?:bin|\.ci|test)\/\S+)/gm)) {
        assert.ok(existsSync(join(root, path)), `${path} isn't there`);
      }
    });
  });
}

describe("the acceptance workflow", () => {
  const workflow = read("acceptance.yaml");
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const script = steps.map(({ run = "" }) => run).join("\n");

  it("runs on main, on pull requests and every night", () => {
    assert.deepEqual(workflow.on.push, { branches: ["main"] });
    assert.ok("pull_request" in workflow.on);
    assert.match(workflow.on.schedule?.[0]?.cron ?? "", /^\d+ \d+ \* \* \*$/);
  });

  it("deploys, verifies, deploys again without a change, and destroys, in this order", () => {
    const order = [
      "kind create cluster",
      "pulumi up --yes --skip-preview",
      "npm run --silent verify",
      "--expect-no-changes",
      "pulumi destroy",
    ];
    let at = -1;
    for (const command of order) {
      at = script.indexOf(command, at + 1);
      assert.ok(at >= 0, `${command} is missing, or comes too early`);
    }
  });

  it("verifies with options that there are, and demands everything that they give", () => {
    const program = new Command();
    addVerify(program, {} as never);
    const known = program.commands[0]?.options.map(({ long }) => long) ?? [];
    const call = /npm run --silent verify -- ([\s\S]*?)(?:\n\n|$)/.exec(
      steps.find(({ name }) => name === "verify")?.run ?? "",
    )?.[1];
    const options = [...(call ?? "").matchAll(/(?:^|\s)(--[a-z-]+)/g)].map(([, option]) => option);
    assert.ok(options.length > 10);
    assert.deepEqual(
      options.filter((option) => !known.includes(option)),
      [],
    );
    const required = / --require ([a-z\s-]*?) \\/.exec(call ?? "")?.[1]?.split(/\s+/) ?? [];
    // The stack dev has no applications on hosts of their own, nothing in front of the gateway, and its keys by value.
    const without = ["unreachable-issuer", "app", "closed-app", "in-cluster-app", ...ofOtherWays];
    assert.deepEqual([...required].sort(), knownNeeds.filter((need) => !without.includes(need)).sort());
  });

  it("looks for every namespace of the platform after destroying", () => {
    const [, names = ""] = /namespace\/\(([^)]*)\)/.exec(script) ?? [];
    assert.deepEqual(names.split("|").sort(), Object.values(namespaces).sort());
  });

  it("uses the Pulumi that the program is built with", () => {
    const pulumi = steps.find(({ uses }) => uses?.startsWith("pulumi/actions@"));
    assert.equal(pulumi?.with?.["pulumi-version"], manifest.dependencies["@pulumi/pulumi"]);
  });
});
