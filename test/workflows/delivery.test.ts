/** How changes come in and go out: pull-request.yaml, pull-request-report.yaml, deploy.yaml and deploy-stack.yaml. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { addPreview } from "../../cli/preview";
import { type Environment, environments } from "../../policy/levels";
import { jobOf, type Job, read, root, stepsOf, textOf } from "./workflow";

const scriptOf = ({ steps = [] }: Job) => steps.map(({ run = "" }) => run).join("\n");
const stacks: readonly Environment[] = environments;

describe("the options of gatehouse preview in workflows", () => {
  const program = new Command();
  addPreview(program, {} as never);
  const known = program.commands[0]?.options.map(({ long }) => long) ?? [];

  for (const file of ["pull-request.yaml", "deploy.yaml"]) {
    it(`are there, in ${file}`, () => {
      const script = stepsOf(read(file))
        .map(({ run = "" }) => run)
        .filter((run) => run.includes("npm run --silent preview"))
        .join("\n");
      const options = [...script.matchAll(/(?:\s|\()(--(?!silent|detach|no-)[a-z-]+)/g)].map(([, option]) => option);
      assert.ok(options.includes("--sarif"));
      assert.deepEqual(
        options.filter((option) => !known.includes(option)),
        [],
      );
    });
  }
});

describe("the workflow for pull requests", () => {
  const workflow = read("pull-request.yaml");

  it("tests, and previews every stack that the repository has", () => {
    assert.deepEqual(Object.keys(workflow.on), ["pull_request"]);
    assert.match(scriptOf(jobOf(workflow, "test")), /npm run --silent check\n[^]*npm test/);
    for (const name of ["preview", "pulumi-preview"]) {
      assert.deepEqual(jobOf(workflow, name).strategy?.matrix?.stack, stacks);
    }
    for (const stack of stacks) assert.ok(existsSync(join(root, `Pulumi.${stack}.yaml`)));
  });

  it("gives forks the tests and the offline preview, with no token but one that reads", () => {
    for (const name of ["test", "preview"]) {
      const job = jobOf(workflow, name);
      assert.equal(job.if, undefined);
      assert.equal(job.environment, undefined);
      assert.equal(job.permissions, undefined);
      assert.doesNotMatch(JSON.stringify(job), /github\.token|GH_TOKEN|id-token|vars\./);
    }
  });

  it("asks the real stacks for branches of this repository only, after everything else", () => {
    const job = jobOf(workflow, "pulumi-preview");
    assert.match(job.if ?? "", /github\.event\.pull_request\.head\.repo\.full_name == github\.repository/);
    assert.doesNotMatch(job.if ?? "", /\|\|/);
    assert.deepEqual(job.needs, ["test", "preview"]);
    assert.equal(job.environment, "preview");
    assert.match(scriptOf(job), /pulumi preview --stack "\$STACK" --policy-pack policy /);
  });

  it("keeps each stack's report, also when the pack found something", () => {
    const report = jobOf(workflow, "preview").steps?.find(({ name }) => name === "Report");
    assert.equal(report?.if, "always()");
    assert.equal(report.with?.name, "preview-${{ matrix.stack }}");
  });
});

describe("the workflow that reports on pull requests", () => {
  const workflow = read("pull-request-report.yaml");

  it("runs after the one for pull requests, and nothing of theirs", () => {
    assert.deepEqual(workflow.on.workflow_run?.workflows, [
      read("pull-request.yaml").concurrency?.group?.split("-${{")[0],
    ]);
    const steps = stepsOf(workflow);
    assert.deepEqual(
      steps.flatMap(({ uses = "" }) => /^[^@]+/.exec(uses)?.[0] ?? []).filter((name) => name === "actions/checkout"),
      [],
    );
    assert.doesNotMatch(steps.map(({ run = "" }) => run).join("\n"), /\b(npm|npx|node|bash|sh|source|eval)\b/);
  });

  it("has the categories of main, so that only new alerts are a pull request's", () => {
    const categoryIn = (file: string, job: string) =>
      jobOf(read(file), job).steps?.find(({ uses }) => uses?.startsWith("github/codeql-action/"))?.with?.category;
    assert.equal(categoryIn("pull-request-report.yaml", "alerts"), "preview-${{ matrix.stack }}");
    assert.equal(categoryIn("deploy.yaml", "preview"), "preview-${{ matrix.stack }}");
    assert.deepEqual(jobOf(workflow, "alerts").strategy?.matrix?.stack, stacks);
  });

  describe("its comment", () => {
    const script = jobOf(workflow, "comment").steps?.find(({ run }) => run !== undefined)?.run ?? "";
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "gatehouse-comment-"));
      mkdirSync(join(folder, "report"));
      // Notes what it was asked for, and gives the comment that there is already, if there is one.
      const gh = 'echo "$*" >> calls\nif [ "$2" = --paginate ]; then cat existing; fi\n';
      writeFileSync(join(folder, "gh"), `#!/bin/sh\n${gh}`);
      chmodSync(join(folder, "gh"), 0o755);
      writeFileSync(join(folder, "existing"), "");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const run = () => {
      const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
        cwd: folder,
        encoding: "utf8",
        env: {
          PATH: `${folder}:${process.env.PATH ?? ""}`,
          GITHUB_REPOSITORY: "example/gatehouse",
          NUMBER: "7",
          RUN_URL: "https://example.com/run",
          HEAD_SHA: "abc",
        },
      });
      assert.equal(status, 0, stderr);
      return {
        comment: readFileSync(join(folder, "comment.md"), "utf8"),
        calls: readFileSync(join(folder, "calls"), "utf8").trim().split("\n"),
      };
    };

    it("has every stack, says which gave nothing, and is new where there is none", () => {
      writeFileSync(join(folder, "report", "dev.md"), "### dev\n");
      const { comment, calls } = run();
      assert.equal(
        comment,
        "<!-- gatehouse-preview -->\n### dev\n\n### ❌ staging: no preview\n\n### ❌ prod: no preview\n\n" +
          "Written by the pull request's own code, at abc: [the run](https://example.com/run).\n",
      );
      assert.equal(
        calls[1],
        "api --silent --method POST repos/example/gatehouse/issues/7/comments -F body=@comment.md",
      );
    });

    it("is changed in place where it is there", () => {
      writeFileSync(join(folder, "existing"), "41\n42\n");
      assert.equal(
        run().calls[1],
        "api --silent --method PATCH repos/example/gatehouse/issues/comments/41 -F body=@comment.md",
      );
    });

    it("mentions nobody, fits, and follows no link", () => {
      writeFileSync(join(folder, "report", "dev.md"), `@everyone ${"é".repeat(40_000)}`);
      writeFileSync(join(folder, "elsewhere"), "confidential");
      symlinkSync(join(folder, "elsewhere"), join(folder, "report", "prod.md"));
      const { comment } = run();
      assert.ok(comment.includes("&#64;everyone é") && !comment.includes("@"));
      assert.ok(comment.length < 65_536 && !comment.includes("�"));
      assert.ok(!comment.includes("confidential") && comment.includes("prod: no preview"));
    });
  });
});

describe("the workflow that deploys", () => {
  const workflow = read("deploy.yaml");
  const stack = read("deploy-stack.yaml");

  it("deploys what is on main, one at a time, and never cancels what runs", () => {
    assert.deepEqual(workflow.on.push, { branches: ["main"] });
    assert.equal(workflow.concurrency?.["cancel-in-progress"], false);
    assert.equal(stack.concurrency?.["cancel-in-progress"], false);
    // It can also be started by hand, which takes any branch.
    for (const name of ["test", "preview"]) assert.equal(jobOf(workflow, name).if, "github.ref == 'refs/heads/main'");
  });

  it("goes from dev to staging to prod, and no further than the first that fails", () => {
    const before: Record<string, unknown> = { dev: ["test", "preview"], staging: "dev", prod: "staging" };
    for (const name of stacks) {
      const job = jobOf(workflow, name);
      assert.deepEqual(job.needs, before[name]);
      assert.equal(job.uses, "./.github/workflows/deploy-stack.yaml");
      assert.deepEqual(job.with, { stack: name });
      assert.doesNotMatch(job.if ?? "", /always|failure|cancelled/);
    }
  });

  it("shows what would change before the environment's reviewers are asked", () => {
    assert.equal(jobOf(stack, "plan").environment, "preview");
    assert.equal(jobOf(stack, "up").environment, "${{ inputs.stack }}");
    assert.equal(jobOf(stack, "up").needs, "plan");
    assert.match(scriptOf(jobOf(stack, "plan")), /GITHUB_STEP_SUMMARY/);
  });

  it("holds the pack against the whole stack before anything is made, at the pack's own levels", () => {
    const commands = stepsOf(stack)
      .flatMap(({ run = "" }) => run.split("\n"))
      .filter((line) => /\bpulumi (preview|up)\b/.test(line));
    assert.equal(commands.length, 2);
    for (const command of commands) {
      assert.match(command, / --policy-pack policy /);
      assert.doesNotMatch(command, /--skip-preview|--policy-pack-config/);
    }
  });

  it("asks for a token of each stack's own, and for one that reads until somebody has approved", () => {
    const scopes = Object.entries(stack.jobs).map(([name, { steps = [] }]) => [
      name,
      steps.find(({ uses }) => uses?.startsWith("pulumi/auth-actions@"))?.with?.scope,
    ]);
    assert.deepEqual(scopes, [
      ["plan", "${{ vars.PULUMI_TOKEN_SCOPE || 'team:gatehouse-preview' }}"],
      ["up", "${{ vars.PULUMI_TOKEN_SCOPE || format('team:gatehouse-{0}', inputs.stack) }}"],
    ]);
  });
});

describe("docs/18-delivery.md", () => {
  const page = readFileSync(join(root, "docs", "18-delivery.md"), "utf8");
  const workflows = ["pull-request", "pull-request-report", "deploy", "deploy-stack"];

  it("says of every job what it may", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)`: ((?:`[a-z-]+`(?:, )?)+) \|/gm)];
    const said = rows.flatMap(([, workflow = "", jobs = ""]) =>
      [...jobs.matchAll(/`([a-z-]+)`/g)].map(([, job]) => `${workflow} ${job}`),
    );
    const all = workflows.flatMap((name) =>
      Object.entries(read(`${name}.yaml`).jobs).flatMap(([job, { uses }]) =>
        uses === undefined ? [`${name} ${job}`] : [],
      ),
    );
    assert.deepEqual(said.sort(), all.sort());
  });

  it("names environments and variables as the workflows do", () => {
    const text = workflows.map((name) => textOf(`${name}.yaml`)).join("\n");
    for (const [, variable = ""] of text.matchAll(/vars\.([A-Z_]+)/g))
      assert.ok(page.includes(`\`${variable}\``), variable);
    for (const name of ["preview", ...stacks]) {
      assert.ok(page.includes(`repo:example/gatehouse:environment:${name}\` | team \`gatehouse-${name}\``), name);
    }
  });

  it("names the checks that a pull request has", () => {
    const { jobs } = read("pull-request.yaml");
    const matrix = jobs.preview?.strategy?.matrix?.stack ?? [];
    for (const check of ["test", ...matrix.map((stack) => `preview (${stack})`)])
      assert.ok(page.includes(`\`${check}\``), check);
  });

  it("pins the actions that it shows", () => {
    const lines = page.split("\n").filter((line) => /^\s*- uses:/.test(line));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});
