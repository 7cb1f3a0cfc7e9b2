import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:https";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TLSSocket } from "node:tls";
import { parse } from "yaml";
import { clusterKeysConfig } from "../../../documents/keys/clusterKeysConfig";
import { type Authority, authority, issue } from "../../acceptance/certificates";
import { findEnvoy } from "../../../cli/bench/findEnvoy";

const path = "/openid/v1/jwks";
const host = "cluster-keys.istio-system.svc.cluster.local";
const keys = JSON.stringify({ keys: [] });

describe("the texts for the cluster's keys", () => {
  const directories = { config: "/config", certificate: "/certificate", account: "/account" };
  const texts = clusterKeysConfig({
    port: 8443,
    apiServer: { host: "kubernetes.default.svc.cluster.local", port: 443, certificateName: "kubernetes.default.svc" },
    path,
    readyPath: "/ready",
    directories,
  });

  it("are four files, none of which holds a secret", () => {
    assert.deepEqual(Object.keys(texts), ["envoy.yaml", "certificate.yaml", "authority.yaml", "token.yaml"]);
    assert.doesNotMatch(Object.values(texts).join("\n"), /inline_|BEGIN|eyJ/);
  });

  it("verify the API server by the cluster's CA and its name", () => {
    const [context] = (parse(texts["authority.yaml"] ?? "") as { resources: { validation_context: object }[] })
      .resources;
    assert.deepEqual(context?.validation_context, {
      trusted_ca: { filename: "/account/ca.crt" },
      watched_directory: { path: "/account" },
      match_typed_subject_alt_names: [{ san_type: "DNS", matcher: { exact: "kubernetes.default.svc" } }],
    });
  });
});

/** Replaces files as the kubelet does: a new folder, and the link `..data` moved over the old one. */
function mount(directory: string, files: Record<string, string>): void {
  mounts += 1;
  const data = `..${mounts}`;
  mkdirSync(join(directory, data), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(directory, data, name), text);
    if (!existsSync(join(directory, name))) {
      symlinkSync(join("..data", name), join(directory, name));
    }
  }
  symlinkSync(data, join(directory, "..data_tmp"));
  renameSync(join(directory, "..data_tmp"), join(directory, "..data"));
}
let mounts = 0;

describe("a real Envoy with the cluster's keys", function () {
  this.timeout(120_000);
  const envoy = findEnvoy();
  let folder: string;
  let cluster: Authority;
  let platform: Authority;
  let api: Server;
  let child: ChildProcess;
  let port: number;
  const seen: { method?: string; url?: string; authorization?: string; impersonates: boolean }[] = [];
  const directory = (name: string) => join(folder, name);

  before(async function () {
    if (envoy === undefined) {
      console.log("    left out: there is no envoy in PATH, and GATEHOUSE_ENVOY names none");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "gatehouse-keys-"));
    cluster = await authority("cluster");
    platform = await authority("platform");
    api = createServer(await issue(cluster, ["kubernetes.default.svc"]), ({ method, url, headers }, response) => {
      const impersonates = Object.keys(headers).some((name) => name.startsWith("impersonate-"));
      seen.push({ method, url, authorization: headers.authorization, impersonates });
      response.end(keys);
    });
    await once(api.listen(0, "127.0.0.1"), "listening");
    port = await freePort();
    const directories = { config: directory("config"), certificate: directory("tls"), account: directory("account") };
    mkdirSync(directories.config);
    const texts = clusterKeysConfig({
      port,
      apiServer: {
        host: "127.0.0.1",
        port: (api.address() as AddressInfo).port,
        certificateName: "kubernetes.default.svc",
      },
      path,
      readyPath: "/ready",
      directories,
    });
    Object.entries(texts).forEach(([name, text]) => writeFileSync(join(directories.config, name), text));
    mount(directories.certificate, certificateFiles(await issue(platform, [host])));
    mount(directories.account, { token: "first", "ca.crt": cluster.cert });
    child = spawn(
      envoy,
      ["-c", join(directories.config, "envoy.yaml"), "--concurrency", "1", "--disable-hot-restart"],
      {
        stdio: "ignore",
      },
    );
    await until(async () => (await ask("/ready")).status === 200);
  });
  after(async () => {
    api?.closeAllConnections();
    api?.close();
    if (child?.exitCode === null && child.kill()) {
      await once(child, "exit");
    }
    if (folder) {
      rmSync(folder, { recursive: true });
    }
  });

  const certificateFiles = ({ cert, key }: { cert: string; key: string }) => ({ "tls.crt": cert, "tls.key": key });

  async function freePort(): Promise<number> {
    const probe = createServer();
    await once(probe.listen(0, "127.0.0.1"), "listening");
    const { port: free } = probe.address() as AddressInfo;
    probe.close();
    return free;
  }

  /** One request on a connection of its own, verified as istiod does. */
  function ask(
    target: string,
    { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status?: number; body: string; serial: string }> {
    return new Promise((resolve, reject) => {
      const options = { port, path: target, method, headers, ca: platform.cert, servername: host, agent: false };
      const call = request({ host: "127.0.0.1", ...options }, (response) => {
        const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("end", () => resolve({ status: response.statusCode, body, serial: serialNumber }));
      });
      call.on("error", reject).end();
    });
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      if (await holds().catch(() => false)) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    assert.fail("it didn't happen");
  }

  it("hands the keys on, with its own account's token and no other", async () => {
    const headers = {
      authorization: "Bearer mine",
      "impersonate-user": "admin",
      "impersonate-group": "system:masters",
    };
    for (const one of [{}, headers]) {
      seen.length = 0;
      const { status, body } = await ask(path, { headers: one });
      assert.deepEqual([status, body], [200, keys]);
      assert.deepEqual(seen, [{ method: "GET", url: path, authorization: "Bearer first", impersonates: false }]);
    }
  });

  for (const target of [
    "/",
    "/api",
    "/version",
    "/.well-known/openid-configuration",
    `${path}/`,
    `${path}?timeout=1h`,
    "/openid//v1/jwks",
    "/openid/v1/%6awks",
    "/openid/v1%2fjwks",
    "/openid/v1/x/../jwks",
    "/ready?x",
  ]) {
    it(`refuses ${target}`, async () => {
      seen.length = 0;
      assert.equal((await ask(target)).status, 403);
      assert.deepEqual(seen, []);
    });
  }

  for (const method of ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    it(`refuses ${method}`, async () => {
      seen.length = 0;
      assert.equal((await ask(path, { method })).status, 403);
      assert.deepEqual(seen, []);
    });
  }

  it("follows a renewed token, and asks nothing without one", async () => {
    mount(directory("account"), { token: "second\n", "ca.crt": cluster.cert });
    await until(async () => (await ask(path)).status === 200 && seen.at(-1)?.authorization === "Bearer second");
    mount(directory("account"), { token: "", "ca.crt": cluster.cert });
    await until(async () => (await ask(path)).status === 401);
    seen.length = 0;
    await ask(path);
    assert.deepEqual(seen, []);
  });

  it("follows a renewed certificate", async () => {
    const { serial } = await ask("/ready");
    mount(directory("tls"), certificateFiles(await issue(platform, [host])));
    await until(async () => (await ask("/ready")).serial !== serial);
  });

  it("sends no token to an API server with another CA's certificate, or for another name", async () => {
    const refused = async () => {
      // Envoy judges new connections only.
      api.closeAllConnections();
      return (await ask(path)).status === 503;
    };
    const sendsNothing = async () => {
      await until(refused);
      seen.length = 0;
      assert(await refused());
      assert.deepEqual(seen, []);
    };
    const stranger = await authority("stranger");
    mount(directory("account"), { token: "third", "ca.crt": stranger.cert });
    await sendsNothing();
    mount(directory("account"), { token: "third", "ca.crt": cluster.cert });
    await until(async () => (await ask(path)).status === 200);
    api.setSecureContext(await issue(cluster, ["example.com"]));
    await sendsNothing();
  });
});
