import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { agreement } from "../../bed/platform/pulumi/agreement";
import { fixture, preview, reportOf, temporaryFolder } from "./gatehouse";

const pulumi = process.env.GATEHOUSE_PULUMI ?? "pulumi";
const helm = process.env.GATEHOUSE_HELM ?? "helm";
const providers = ["kubernetes", "random", "tls"];

describe("the recorder and the real engine", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("agree on URNs, parents, dependencies, providers, protection and ignored changes", async function () {
    this.timeout(120_000);
    const missing = [pulumi, helm, ...providers.map((name) => `pulumi-resource-${name}`)].filter(
      (program) => spawnSync(program, ["--version"], { timeout: 20_000 }).error !== undefined,
    );
    if (missing.length > 0) {
      console.log(`      left out: not on PATH: ${missing.join(", ")}`);
      this.skip();
    }
    const ours = reportOf(await preview("engine", ["--json"], { GATEHOUSE_HELM: helm })).resources;
    assert.deepEqual(agreement(ours, enginePreview(folder.path())), {
      same: ours.length,
      differences: [],
      operations: { create: ours.length },
    });
  });
});

/** Previews the fixture with the CLI, in a copy, because creating a stack writes into its settings. */
function enginePreview(directory: string): unknown {
  const project = join(directory, "engine");
  cpSync(fixture("engine"), project, { recursive: true });
  symlinkSync(join(__dirname, "..", "..", "node_modules"), join(project, "node_modules"));
  mkdirSync(join(directory, "state"));
  const run = (args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(pulumi, args, {
      cwd: project,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_HOME: join(directory, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        // A preview needs no cluster, and must not find one.
        KUBECONFIG: join(directory, "none"),
      },
    });
    assert.equal(status, 0, `pulumi ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  };
  run(["stack", "init", "test"]);
  return JSON.parse(run(["preview", "--json", "--stack", "test"]));
}
