/** What holds for every workflow: nothing moves under us, nobody gets more than is needed, and each script runs anywhere. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json";
import { actions, actionText, files, read, readAction, root, stepsOf, textOf } from "./workflow";

/** The permissions of jobs that may do more than read the repository, all of them. */
const permissions: Record<string, Record<string, Record<string, string>>> = {
  "pull-request.yaml": { "pulumi-preview": { contents: "read", "id-token": "write" } },
  "pull-request-report.yaml": {
    find: { "pull-requests": "read" },
    comment: { actions: "read", "pull-requests": "write" },
    alerts: { actions: "read", contents: "read", "security-events": "write" },
  },
  "deploy.yaml": {
    preview: { contents: "read", "security-events": "write" },
    dev: { contents: "read", "id-token": "write" },
    staging: { contents: "read", "id-token": "write" },
    prod: { contents: "read", "id-token": "write" },
  },
  "deploy-stack.yaml": {
    plan: { contents: "read", "id-token": "write" },
    up: { contents: "read", "id-token": "write" },
  },
};

/** The programs of a GitHub runner and of `npm ci` that scripts call, beside those of a shell. */
const programs = [
  ...["npm", "npx", "node", "git", "gh", "jq", "kubectl", "kind", "pulumi", "openssl", "trap"],
  ...["cat", "head", "iconv", "mktemp", "mkdir", "rm", "sed", "tee", "grep", "umask"],
];
const ofTheShell = [
  "echo",
  "printf",
  "cd",
  "export",
  "exit",
  "if",
  "then",
  "else",
  "fi",
  "for",
  "do",
  "done",
  "{",
  "}",
];

for (const file of files) {
  describe(`the workflow ${file}`, () => {
    const workflow = read(file);
    const jobs = Object.entries(workflow.jobs);
    const steps = stepsOf(workflow);
    const scripts = steps.flatMap(({ run, env = {} }) => [
      ...(run === undefined ? [] : [run]),
      ...((env.ROTATE ?? "") ? [env.ROTATE ?? ""] : []),
    ]);

    it("may read the repository and nothing more, but for the jobs named above", () => {
      assert.deepEqual(workflow.permissions, { contents: "read" });
      const own = jobs.flatMap(([name, job]) => (job.permissions === undefined ? [] : [[name, job.permissions]]));
      assert.deepEqual(Object.fromEntries(own), permissions[file] ?? {});
    });

    it("ends in time, and runs once for each branch", () => {
      assert.match(workflow.concurrency?.group ?? "", /github\.ref|workflow_run\.head_branch/);
      for (const [name, job] of jobs) {
        assert.ok(job.uses !== undefined || (job["timeout-minutes"] ?? 0) > 0, `${name} has no timeout`);
      }
    });

    it("pins every action by its commit, with the version beside it", () => {
      const lines = textOf(file)
        .split("\n")
        .filter((line) => /^\s*(- )?uses:/.test(line));
      const others = lines.filter((line) => !/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line));
      assert.ok(lines.length > 0);
      for (const line of others) {
        const [, local = ""] = /uses: \.\/(\.github\/(?:workflows\/[\w-]+\.yaml|actions\/[\w-]+))$/.exec(line) ?? [];
        assert.ok(local !== "" && existsSync(join(root, local)), `${line.trim()} is not pinned`);
      }
    });

    it("takes no stored secret, and leaves no token in the checkout", () => {
      assert.doesNotMatch(textOf(file), /\bsecrets[.[]|secrets: inherit/);
      for (const step of steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))) {
        assert.equal(step.with?.["persist-credentials"], false);
      }
    });

    it("has scripts that bash can read, and that end at the first failure", () => {
      assert.ok(scripts.length === 0 || workflow.defaults?.run?.shell === "bash");
      for (const script of scripts) {
        const { status, stderr } = spawnSync("bash", ["-n"], { input: script });
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

    it("runs npm scripts, files and programs that are there", () => {
      const text = scripts.join("\n");
      for (const [, name = ""] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)) {
        assert.ok(name in manifest.scripts, `package.json has no script ${name}`);
      }
      for (const [, path = ""] of text.matchAll(/(?:^|\s)(?:node|sh|bash) ((?:bin|\.ci|test)\/\S+)/gm)) {
        assert.ok(existsSync(join(root, path)), `${path} isn't there`);
      }
      const unknown = scripts
        .flatMap(commandsIn)
        .filter((word) => !programs.includes(word) && !ofTheShell.includes(word));
      assert.deepEqual([...new Set(unknown)], []);
    });

    it("uses the Pulumi that the program is built with", () => {
      for (const step of steps.filter(({ uses }) => uses?.startsWith("pulumi/actions@"))) {
        assert.equal(step.with?.["pulumi-version"], manifest.dependencies["@pulumi/pulumi"]);
      }
    });

    it("is never for pull requests with the rights of this repository", () => {
      assert.doesNotMatch(textOf(file), /pull_request_target/);
    });
  });
}

for (const name of actions) {
  describe(`the action ${name}`, () => {
    const { runs } = readAction(name);

    it("is used, pins every action by its commit, and takes no secret", () => {
      assert.ok(files.some((file) => textOf(file).includes(`uses: ./.github/actions/${name}\n`)));
      const lines = actionText(name)
        .split("\n")
        .filter((line) => /^\s*(- )?uses:/.test(line));
      for (const line of lines) assert.match(line, /uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      assert.doesNotMatch(actionText(name), /\bsecrets[.[]|github\.token|id-token/);
    });

    it("has scripts with a shell, in which no expression is put", () => {
      assert.equal(runs.using, "composite");
      for (const { run, shell } of runs.steps.filter((step) => step.run !== undefined)) {
        assert.equal(shell, "bash");
        assert.doesNotMatch(run ?? "", /\$\{\{/);
      }
    });
  });
}

it("every job that uses an action of this repository has its files before", () => {
  for (const file of files) {
    for (const part of textOf(file)
      .split(/^ {4}steps:\n/m)
      .slice(1)) {
      const used = part.indexOf("uses: ./.github/actions/");
      if (used >= 0) assert.ok(part.slice(0, used).includes("uses: actions/checkout@"), file);
    }
  }
});

/** The first word of each line of a script, without what is only data for one: continued lines and here-documents. */
function commandsIn(script: string): string[] {
  return script
    .replace(/<<'(\w+)'\n[^]*?\n\s*\1$/gm, "")
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && !/^[\w]+=/.test(line) && !line.startsWith("--"))
    .map((line) => line.split(/\s/)[0] ?? "");
}
