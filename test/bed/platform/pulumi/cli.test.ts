import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { missingForPulumi, PulumiCli, pulumiPrograms } from "../../../../bed/platform/pulumi/cli";
import { deployWithPulumi, previewWithPulumi, upWithoutChange } from "../../../../bed/platform/pulumi/deploy";
import { Steps } from "../../../../bed/platform/steps";
import { Failure } from "../../../../cli/exit";
import { everything } from "../../../../stacks/everything";
import { temporaryFolder } from "../../../cli/gatehouse";

/** Notes what it was asked, and answers as the CLI does. */
const fake = `#!/bin/sh
printf '%s\\t' "$*" "$PWD" "$PULUMI_BACKEND_URL" "$PULUMI_CONFIG_PASSPHRASE_FILE" "$KUBECONFIG" "$PULUMI_ACCESS_TOKEN" \\
  "$PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" >> "$FAKE_LOG"
echo >> "$FAKE_LOG"
case "$1 $2" in
  up*)
    if [ -n "$FAKE_FAILS" ]; then echo "error: admission webhook denied the request"; exit 255; fi
    echo "@ updating...."; echo " + Secret dex created" ;;
  "stack ls") echo "[]" ;;
  "stack export") cat <<'JSON'
{"deployment":{"resources":[
  {"type":"kubernetes:core/v1:Secret","custom":true,"inputs":{"kind":"Secret"}},
  {"type":"kubernetes:helm.sh/v4:Chart","custom":false,"inputs":{}},
  {"type":"random:index/randomBytes:RandomBytes","custom":true,"inputs":{}}
]}}
JSON
  ;;
  "stack output") echo '{"staticPasswords":{"user@example.com":"secret"}}' ;;
  preview*) echo '{"steps":[]}' ;;
esac
`;

interface Asked {
  args: string;
  cwd: string;
  backend: string;
  passphrase: string;
  kubeconfig: string;
  token: string;
  fetchesNothing: string;
}

describe("the bed's pulumi up", () => {
  const folder = temporaryFolder();
  const asked = (): Asked[] =>
    readFileSync(folder.path("asked"), "utf8")
      .trim()
      .split("\n")
      .map((line) => {
        const [args = "", cwd = "", backend = "", passphrase = "", kubeconfig = "", token = "", fetchesNothing = ""] =
          line.split("\t");
        return { args, cwd, backend, passphrase, kubeconfig, token, fetchesNothing };
      });
  const programs = { has: () => true, path: (name: string) => folder.path("programs", `my-${name}`) };
  const said: string[] = [];
  const options = {
    programs,
    kubeconfig: "/kubeconfig",
    state: folder.path("state"),
    progress: (text: string) => said.push(text),
  };
  const stack = { name: "dev", file: "/state/Pulumi.dev.yaml", settings: everything() };
  before(() => {
    mkdirSync(folder.path("programs"));
    mkdirSync(folder.path("state", "stack"), { recursive: true });
    for (const name of pulumiPrograms) {
      writeFileSync(programs.path(name), fake);
      chmodSync(programs.path(name), 0o755);
    }
    process.env.FAKE_LOG = folder.path("asked");
    process.env.PULUMI_ACCESS_TOKEN = "a person's";
  });
  after(() => {
    delete process.env.FAKE_LOG;
    delete process.env.FAKE_FAILS;
    delete process.env.PULUMI_ACCESS_TOKEN;
    folder.remove();
  });

  it("needs the CLI, its language host and the three providers", () => {
    assert.deepEqual(missingForPulumi({ has: (name) => name !== "pulumi-resource-tls" }), ["pulumi-resource-tls"]);
  });

  it("runs the program with the policy pack against the bed's cluster, with state of its own", async () => {
    const deployed = await deployWithPulumi(options, stack, new Steps(options.progress));
    assert.deepEqual(deployed.counts, { objects: 1, kinds: { Secret: 1 }, removed: 0 });
    assert.deepEqual(deployed.passwords, { "user@example.com": "secret" });
    const init = asked().find(({ args }) => args.startsWith("stack init")) ?? assert.fail();
    assert.equal(init.cwd, folder.path("state", "stack"));
    const up = asked().find(({ args }) => args.startsWith("up")) ?? assert.fail();
    for (const expected of [
      "--yes",
      "--policy-pack policy",
      "--stack dev",
      "--config-file /state/Pulumi.dev.yaml",
      "--non-interactive",
    ]) {
      assert.ok(up.args.includes(expected), expected);
    }
    assert.notEqual(up.cwd, init.cwd);
    assert.equal(up.backend, `file://${folder.path("state", "pulumi", "backend")}`);
    assert.equal(up.kubeconfig, "/kubeconfig");
    assert.equal(up.token, "");
    assert.equal(up.fetchesNothing, "true");
    assert.equal(statSync(up.passphrase).mode & 0o777, 0o600);
    assert.match(readFileSync(up.passphrase, "utf8"), /^[0-9a-f]{64}$/);
    assert.ok(said.includes(" + Secret dex created"));
    const log = folder.path("state", "logs", "pulumi-up.log");
    assert.equal(readFileSync(log, "utf8"), "@ updating....\n + Secret dex created\n");
    assert.equal(statSync(log).mode & 0o777, 0o600);
  });

  it("shows no password on the way", () => {
    assert.ok(said.every((line) => !line.includes("secret")));
    assert.doesNotMatch(readFileSync(folder.path("state", "logs", "pulumi-output.log"), "utf8"), /secret/);
  });

  it("fails with what pulumi said", async () => {
    process.env.FAKE_FAILS = "1";
    const error = await new PulumiCli(options).run("up", ["up"]).catch((reason: unknown) => reason);
    assert.ok(error instanceof Failure);
    assert.match(error.message, /^pulumi up ended with 255; all it said is in .*pulumi-up\.log\.$/);
    assert.match(error.details, /denied the request/);
  });

  it("previews the stack as it is deployed", async () => {
    assert.deepEqual(await previewWithPulumi(options, stack), { steps: [] });
    assert.equal(asked().at(-1)?.backend, `file://${folder.path("state", "pulumi", "backend")}`);
    assert.match(asked().at(-1)?.args ?? "", /--json --show-sames --policy-pack policy/);
  });

  it("deploys once more, and has pulumi fail on any change", async () => {
    process.env.FAKE_FAILS = "";
    await upWithoutChange(options, stack, new Steps(() => undefined));
    const { args } = asked().at(-1) ?? assert.fail();
    assert.match(args, /^up --yes .*--expect-no-changes --policy-pack policy --stack dev/);
  });
});
