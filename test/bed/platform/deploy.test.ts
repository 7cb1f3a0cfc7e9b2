import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { forgetOtherClusters } from "../../../bed/platform/cluster/identity";
import { whyNotPulumi } from "../../../bed/platform/deploy";
import { writeFacts } from "../../../bed/platform/factsFile";
import { LeftOut } from "../../../bed/platform/leftOut";
import { writeApplied } from "../../../bed/platform/serverSide/applied";
import { Steps } from "../../../bed/platform/steps";
import { platformLayout } from "../../../bed/platform/layout";
import { everything } from "../../../stacks/everything";
import { temporaryFolder } from "../../cli/gatehouse";

describe("a deployment on the bed", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("is done by pulumi up, unless that would fail or wait for ever", () => {
    const why = (state: string, ...missing: string[]) => {
      const programs = { has: (name: string) => !missing.includes(name), path: () => "" };
      return whyNotPulumi({ programs, state: folder.path(state) }, new LeftOut(programs));
    };
    assert.equal(why("new"), undefined);
    assert.equal(why("new", "pulumi", "pulumi-resource-tls"), "pulumi, pulumi-resource-tls cannot be had");
    assert.match(why("new", "oauth2-proxy") ?? "", /oauth2-proxy cannot be had, and `pulumi up` would wait/);
    mkdirSync(folder.path("applied"));
    writeApplied(platformLayout(folder.path("applied")).applied, [{ apiVersion: "v1", kind: "Secret", name: "a" }]);
    assert.equal(why("applied"), "it was deployed so before");
    mkdirSync(platformLayout(folder.path("up")).pulumi.backend, { recursive: true });
    assert.throws(() => why("up", "oauth2-proxy"), /would now wait for pods without an image/);
  });

  it("forgets what belongs to a cluster that is gone, and nothing of one that is not", async () => {
    const state = folder.path("forget");
    const { values, logs } = platformLayout(state);
    mkdirSync(logs, { recursive: true });
    const cluster = (uid: string) => ({ get: <T>() => Promise.resolve({ metadata: { uid } } as T) });
    const there = () => statSync(values, { throwIfNoEntry: false }) !== undefined;
    await forgetOtherClusters(state, cluster("one"));
    writeApplied(values, []);
    await forgetOtherClusters(state, cluster("one"));
    assert.ok(there());
    await forgetOtherClusters(state, cluster("two"));
    assert.ok(!there());
    assert.ok(statSync(logs).isDirectory());
  });

  it("ends with facts that hold no secret, and files that nobody else can read", async () => {
    const state = folder.path("facts");
    const secrets: Record<string, Record<string, string>> = {
      "/api/v1/namespaces/cert-manager/secrets/gatehouse-ca-1": { "tls.crt": "PEM" },
      "/api/v1/namespaces/auth/secrets/oauth2-proxy": { "client-secret": "hunter2" },
    };
    const get = <T>(path: string) => {
      const data = Object.entries(secrets[path] ?? {}).map(([key, text]) => [
        key,
        Buffer.from(text).toString("base64"),
      ]);
      return Promise.resolve({ data: Object.fromEntries(data) as unknown } as T);
    };
    const written = await writeFacts({
      options: { state, kubeconfig: "/kubeconfig" },
      stack: { name: "dev", file: "/stack", settings: everything() },
      api: { get },
      steps: new Steps(() => undefined),
      deployed: {
        counts: { objects: 1, kinds: {}, removed: 0 },
        leftOut: [],
        standIns: [],
        passwords: { "user@example.com": "hunter3" },
      },
      whyNotPulumi: "because",
    });
    assert.equal(written.url, "https://kubeflow.example.com/");
    assert.equal(written.echoUrl, "https://echo.kubeflow.example.com/");
    assert.equal(written.appliedBy, "server-side apply");
    assert.equal(readFileSync(written.caFile, "utf8"), "PEM");
    assert.deepEqual(JSON.parse(readFileSync(written.clientFile, "utf8")), {
      id: "oauth2-proxy",
      secret: "hunter2",
      redirectUri: "https://kubeflow.example.com/oauth2/callback",
    });
    assert.deepEqual(JSON.parse(readFileSync(written.passwordsFile, "utf8")), { "user@example.com": "hunter3" });
    const text = readFileSync(platformLayout(state).facts, "utf8");
    assert.doesNotMatch(text, /hunter/);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(written)));
    for (const file of [written.caFile, written.clientFile, written.passwordsFile, platformLayout(state).facts]) {
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    }
    secrets["/api/v1/namespaces/cert-manager/secrets/gatehouse-ca-1"] = {};
    await assert.rejects(
      writeFacts({
        options: { state, kubeconfig: "" },
        stack: { name: "dev", file: "", settings: everything() },
        api: { get },
        steps: new Steps(() => undefined),
        deployed: { counts: { objects: 0, kinds: {}, removed: 0 }, leftOut: [], standIns: [], passwords: {} },
      }),
      /cert-manager\/gatehouse-ca-1 has no tls\.crt/,
    );
  });
});
