import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import {
  type AnalyzeDiagnostic,
  AnalyzeRequest,
  type AnalyzeResponse,
  type AnalyzerInfo,
  AnalyzerResourceOptions,
  AnalyzeStackRequest,
  ConfigureAnalyzerRequest,
  EnforcementLevel,
  PolicyConfig,
  PolicySeverity,
} from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { pinnedRules, pinnedStackRules } from "./pinned";
import { unknownStringValue } from "./support";

const severities = {
  critical: PolicySeverity.POLICY_SEVERITY_CRITICAL,
  high: PolicySeverity.POLICY_SEVERITY_HIGH,
  medium: PolicySeverity.POLICY_SEVERITY_MEDIUM,
  low: PolicySeverity.POLICY_SEVERITY_LOW,
};

const packFolder = path.resolve(__dirname, "../../policy");

/** Starts the pack the way the engine does: its runner, in the pack's folder, which prints the port it serves at. */
async function startPack(nodeArgs: string[]): Promise<{ pack: ChildProcess; client: AnalyzerClient }> {
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const pack = spawn(process.execPath, [...nodeArgs, runner, "127.0.0.1:0", packFolder], { cwd: packFolder });
  const port = await new Promise<string>((resolve, reject) => {
    let stderr = "";
    pack.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    pack.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    pack.once("exit", (code) => reject(new Error(`the pack ended with ${code}: ${stderr}`)));
  });
  return { pack, client: new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()) };
}

function analyze(
  client: AnalyzerClient,
  type: string,
  props: Record<string, JavaScriptValue>,
): Promise<AnalyzeDiagnostic[]> {
  const request = new AnalyzeRequest();
  request.setType(type);
  request.setName("a");
  request.setUrn(`urn:pulumi:dev::test::${type}::a`);
  request.setProperties(Struct.fromJavaScript(props));
  request.setOptions(new AnalyzerResourceOptions());
  return new Promise((resolve, reject) => {
    client.analyze(request, (error: Error | null, response: AnalyzeResponse) =>
      error ? reject(error) : resolve(response.getDiagnosticsList()),
    );
  });
}

/** Gives a policy its config, as the engine does with what --policy-pack-config names. */
function configure(client: AnalyzerClient, policy: string, properties: Record<string, JavaScriptValue>): Promise<void> {
  const config = new PolicyConfig();
  config.setEnforcementlevel(EnforcementLevel.MANDATORY);
  config.setProperties(Struct.fromJavaScript(properties));
  const request = new ConfigureAnalyzerRequest();
  request.getPolicyconfigMap().set(policy, config);
  return new Promise((resolve, reject) => {
    client.configure(request, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

function analyzeStack(client: AnalyzerClient): Promise<AnalyzeDiagnostic[]> {
  return new Promise((resolve, reject) => {
    client.analyzeStack(new AnalyzeStackRequest(), (error: Error | null, response: AnalyzeResponse) =>
      error ? reject(error) : resolve(response.getDiagnosticsList()),
    );
  });
}

for (const [how, nodeArgs] of [
  ["the engine starts it", []],
  ["a process starts it that has tsx loaded", ["--require", "tsx/cjs"]],
] as const) {
  describe(`the pack's Analyzer service, when ${how}`, function () {
    this.timeout(60_000);
    let pack: ChildProcess;
    let client: AnalyzerClient;

    before(async () => {
      ({ pack, client } = await startPack([...nodeArgs]));
    });

    after(() => {
      client.close();
      pack.kill();
    });

    it("tells what it holds", async () => {
      const info = await new Promise<AnalyzerInfo>((resolve, reject) =>
        client.getAnalyzerInfo(new Empty(), (error: Error | null, answer: AnalyzerInfo) =>
          error ? reject(error) : resolve(answer),
        ),
      );
      assert.equal(info.getName(), "kubeflow-gatehouse");
      assert.equal(info.getVersion(), "0.1.0");
      assert.equal(info.getSupportsconfig(), true);
      assert.deepEqual(
        info
          .getPoliciesList()
          .map((policy) => [
            policy.getName(),
            policy.getEnforcementlevel(),
            policy.getSeverity(),
            policy.getFramework()?.getReference(),
          ]),
        [
          // Without a stack's name and configuration everything is as strict as in production.
          ...[...pinnedRules, ...pinnedStackRules].map(([name, level, severity, framework]) => [
            name,
            level === "advisory" ? EnforcementLevel.ADVISORY : EnforcementLevel.MANDATORY,
            severities[severity],
            framework,
          ]),
          ["require-current-exemptions", EnforcementLevel.MANDATORY, severities.medium, "CM-6"],
          ["forbid-unused-exemptions", EnforcementLevel.ADVISORY, severities.low, "CM-6"],
        ],
      );
    });

    it("rejects what the rules reject", async () => {
      const [diagnostic, ...rest] = await analyze(client, "kubernetes:core/v1:ConfigMap", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "oauth2-proxy" },
        data: { "oauth2_proxy.cfg": 'provider = "oidc"\nssl_insecure_skip_verify = true\n' },
      });
      assert.deepEqual(rest, []);
      assert.equal(diagnostic?.getPolicyname(), "forbid-skip-verify");
      assert.equal(diagnostic?.getEnforcementlevel(), EnforcementLevel.MANDATORY);
      assert.match(
        diagnostic?.getMessage() ?? "",
        /\ndata\["oauth2_proxy\.cfg"\]: ssl_insecure_skip_verify = true turns certificate verification off\./,
      );
    });

    it("reports what is unknown at preview as not checked", async () => {
      const diagnostics = await analyze(client, "kubernetes:core/v1:Secret", {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "oauth2-proxy" },
        stringData: { "cookie-secret": unknownStringValue },
      });
      const found = new Map(diagnostics.map((diagnostic) => [diagnostic.getPolicyname(), diagnostic]));
      const skipVerify = found.get("forbid-skip-verify");
      assert.equal(skipVerify?.getEnforcementlevel(), EnforcementLevel.ADVISORY);
      assert.equal(
        skipVerify?.getMessage(),
        "can't run policy 'forbid-skip-verify' from policy pack 'kubeflow-gatehouse@v0.1.0' during preview: " +
          "string value at .stringData.cookie-secret can't be known during preview",
      );
      for (const diagnostic of diagnostics) assert.match(diagnostic.getMessage(), /^can't run policy/);
    });

    it("takes exemptions from its config, as --policy-pack-config has them", async () => {
      const skipping = (name: string) =>
        analyze(client, "kubernetes:core/v1:ConfigMap", {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace: "auth" },
          data: { skipVerify: "true" },
        });
      const entry = { kind: "ConfigMap", namespace: "auth", reason: "the old provider, ticket 12" };
      await configure(client, "forbid-skip-verify", {
        exemptions: [
          { ...entry, name: "exempted", expires: "2999-12-31" },
          { ...entry, name: "over", expires: "2020-01-31" },
          { ...entry, name: "gone", expires: "2999-12-31" },
        ],
      });
      assert.deepEqual(await skipping("exempted"), []);
      assert.match((await skipping("over"))[0]?.getMessage() ?? "", / Its exemption ended on 2020-01-31\.$/);
      assert.deepEqual(
        (await analyzeStack(client)).map((diagnostic) => [
          diagnostic.getPolicyname(),
          diagnostic.getEnforcementlevel(),
          diagnostic.getMessage().split("\n").at(-1)?.slice(0, 67),
        ]),
        [
          [
            "require-current-exemptions",
            EnforcementLevel.MANDATORY,
            "The exemption of ConfigMap auth/over from forbid-skip-verify ended ",
          ],
          [
            "forbid-unused-exemptions",
            EnforcementLevel.ADVISORY,
            "The exemption of ConfigMap auth/gone from forbid-skip-verify matche",
          ],
        ],
      );
    });

    it("says nothing about resources outside Kubernetes", async () => {
      assert.deepEqual(
        await analyze(client, "random:index/randomPassword:RandomPassword", { insecureSkipVerify: true }),
        [],
      );
    });
  });
}
