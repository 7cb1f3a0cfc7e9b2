import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { raiseRotation, readBedStack, writeBedStack } from "../../../bed/platform/stackFile";
import { BadInput } from "../../../cli/exit";
import { temporaryFolder } from "../../cli/gatehouse";
import { gateCertificate } from "../e2e/modeSettings";
import { surroundings } from "./surroundings";

describe("the stack that the bed deploys", () => {
  const folder = temporaryFolder();
  after(folder.remove);
  let count = 0;
  const write = (settings: Record<string, unknown> = {}, stack = "dev", state = folder.path(`${(count += 1)}`)) => ({
    state,
    ...writeBedStack({ stack, state, charts: "/charts", surroundings, settings }),
  });
  const problemsOf = (act: () => unknown): string => {
    try {
      act();
    } catch (error) {
      assert.ok(error instanceof BadInput, String(error));
      return error.problems.map(({ key, mend }) => `${key}: ${mend}`).join("\n");
    }
    return assert.fail("nothing was refused");
  };

  it("is the project's own with what the cluster is, in a file that nobody else can read", () => {
    const own = readFileSync(join(__dirname, "..", "..", "..", "Pulumi.dev.yaml"), "utf8");
    const { file, settings, name } = write();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(name, "dev");
    assert.equal(settings.mirror.charts, "/charts");
    assert.deepEqual(settings.cluster.apiServer, { ...surroundings.apiServer, callsWebhooksFrom: "addresses" });
    assert.deepEqual(settings.cluster.dns.podLabels, ["k8s-app=kube-dns"]);
    assert.deepEqual(
      settings.machines.issuers.map(({ issuer, audiences, jwks }) => [issuer, audiences, jwks !== undefined]),
      [
        ["https://kubernetes.default.svc.cluster.local", ["pipelines.kubeflow.org"], true],
        ["https://unreachable.example.com", ["pipelines.kubeflow.org"], false],
      ],
    );
    assert.deepEqual(
      settings.identity.staticUsers.map(({ email }) => email),
      ["user@example.com"],
    );
    assert.equal(readFileSync(join(__dirname, "..", "..", "..", "Pulumi.dev.yaml"), "utf8"), own);
  });

  it("has the cluster's own issuer in place of the stack's, which nobody here could reach", () => {
    const own = folder.path("Pulumi.public.yaml");
    const dev = parse(readFileSync(join(__dirname, "..", "..", "..", "Pulumi.dev.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    dev.config["kubeflow-gatehouse:environment"] = "dev";
    dev.config["kubeflow-gatehouse:machines"] = {
      cluster: { type: "public", issuer: "https://oidc.cluster.example.com", audiences: ["pipelines.kubeflow.org"] },
    };
    writeFileSync(own, stringify(dev));
    const { machines } = write({}, own).settings;
    assert.deepEqual(machines.cluster, { type: "none" });
    assert.deepEqual(
      machines.issuers.map(({ issuer }) => issuer),
      ["https://kubernetes.default.svc.cluster.local", "https://unreachable.example.com"],
    );
  });

  it("takes settings by path, and refuses wrong ones with the mend", () => {
    const { settings } = write({ "sessions.refresh": "1m", replicas: 1, "machines.issuers[1].name": "gone" });
    assert.equal(settings.sessions.refresh, "1m");
    assert.equal(settings.replicas, 1);
    assert.equal(settings.machines.issuers[1]?.name, "gone");
    assert.match(
      problemsOf(() => write({ "sessions.refresh": "2h" })),
      /sessions\.refresh: must be below/,
    );
  });

  it("raises one rotation number, which a second deployment keeps", () => {
    const { state } = write();
    assert.equal(raiseRotation(state, "dev", "cookieSecret").settings.rotation.cookieSecret, 2);
    assert.equal(raiseRotation(state, "dev", "cookieSecret").settings.rotation.cookieSecret, 3);
    assert.equal(write({}, "dev", state).settings.rotation.cookieSecret, 3);
    assert.equal(readBedStack(state, "dev").settings.rotation.clientSecret, 1);
    assert.match(
      problemsOf(() => readBedStack(folder.path("none"), "dev")),
      /deploy it first/,
    );
  });

  it("keeps the salt that Pulumi wrote into it", () => {
    const { state, file } = write();
    writeFileSync(file, `encryptionsalt: v1:salt\n${readFileSync(file, "utf8")}`);
    write({}, "dev", state);
    assert.equal((parse(readFileSync(file, "utf8")) as { encryptionsalt: string }).encryptionsalt, "v1:salt");
  });

  it("says of a secret that the bed brings along only that it is one", () => {
    const file = folder.path("given.key");
    writeFileSync(file, "hunter2");
    const state = folder.path(`${(count += 1)}`);
    const written = writeBedStack({
      stack: "dev",
      state,
      charts: "/charts",
      surroundings,
      settings: { "certificates.edge": { type: "given", certificate: gateCertificate } },
      secrets: { "certificates.edge.privateKey": file },
    });
    const text = readFileSync(written.file, "utf8");
    const { config } = parse(text) as { config: Record<string, { edge: { privateKey: unknown } }> };
    assert.deepEqual(config["kubeflow-gatehouse:certificates"]?.edge.privateKey, {
      secure: "brought along by the bed",
    });
    assert.doesNotMatch(text, /hunter2|given\.key/);
    assert.equal(written.settings.certificates.edge.type, "given");
  });

  it("is refused for an encrypted value that the bed does not bring along, beside one that it does", () => {
    const own = folder.path("Pulumi.two.yaml");
    const dev = parse(readFileSync(join(__dirname, "..", "..", "..", "Pulumi.dev.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    dev.config["kubeflow-gatehouse:environment"] = "dev";
    dev.config["kubeflow-gatehouse:sessions"] = { refresh: { secure: "AAA" } };
    writeFileSync(own, stringify(dev));
    assert.match(
      problemsOf(() =>
        writeBedStack({
          stack: own,
          state: folder.path(`${(count += 1)}`),
          charts: "/charts",
          surroundings,
          settings: {
            "certificates.edge": { type: "given", certificate: gateCertificate },
            "sessions.refresh": { secure: "AAA" },
          },
          secrets: { "certificates.edge.privateKey": "/given.key" },
        }),
      ),
      /sessions/,
    );
  });

  it("is refused where it asks for what the bed has not: people's own providers, encrypted values", () => {
    assert.match(
      problemsOf(() => write({}, "staging")),
      /identity\.connectors: .*deploy dev/,
    );
    const secret = folder.path("Pulumi.own.yaml");
    writeFileSync(
      secret,
      readFileSync(join(__dirname, "..", "..", "..", "Pulumi.staging.yaml"), "utf8").replace(
        /\{ secretName.*\}/,
        "{ secure: AAA }",
      ),
    );
    assert.match(
      problemsOf(() => write({}, secret)),
      /identity: the bed has no key/,
    );
    const provider = {
      type: "oidc",
      id: "bed",
      name: "Bed",
      issuer: "https://login.example.com",
      clientId: "x",
      clientSecret: { secretName: "a", key: "b" },
    };
    const { settings, name } = write({ "identity.connectors": [provider] }, "staging");
    assert.deepEqual([name, settings.environment], ["staging", "staging"]);
    assert.equal(settings.ingress.service.type, "LoadBalancer");
  });
});
