import { strict as assert } from "node:assert";
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments, stringify } from "yaml";
import { lock } from "../../stacks/lock";
import { compliantMesh } from "../program/live";
import { changed, production, type Tree } from "../stacks/fixture";
import { errorOf, gatehouseHere, reportOf, type Run, temporaryFolder } from "./gatehouse";

const root = join(__dirname, "../..");
const folder = temporaryFolder();
after(folder.remove);

const settingsFile = (name: string, settings: Tree): string => {
  const file = folder.path(`${name}.yaml`);
  const config = Object.entries(settings).map(([key, value]): [string, unknown] => [
    `kubeflow-gatehouse:${key}`,
    value,
  ]);
  writeFileSync(file, stringify({ config: Object.fromEntries<unknown>(config) }));
  return file;
};
const existing = (name: string, istio: Tree) =>
  settingsFile(name, changed(production(), "istio", { type: "existing", ...istio }));

interface Values extends Tree {
  volumes: { name: string; secret: { secretName: string } }[];
}
/** What was printed, by settings: most tests need the values of the same ones, and each process takes a second. */
const printed = new Map<string, Promise<string>>();
const print = async (file: string): Promise<string> => {
  const run = await gatehouseHere(["mesh", "prod", "--config-file", file]);
  assert.equal(run.code, 0, run.stderr);
  return run.stdout;
};
const printedFor = (file: string): Promise<string> => {
  const settings = readFileSync(file, "utf8");
  const known = printed.get(settings) ?? print(file);
  printed.set(settings, known);
  return known;
};
const valuesOf = async (file: string): Promise<Values> => parse(await printedFor(file)) as Values;
interface Differences {
  differences: { field: string; found: string; mend: string }[];
}
const differencesOf = (run: Run) => (reportOf(run) as unknown as Differences).differences;

const throughShell = (script: string, args: readonly string[]): Promise<[code: number | null, output: string]> =>
  new Promise((resolve) => {
    execFile("sh", ["-c", script, "sh", ...args], { cwd: root }, (error, stdout) => {
      resolve([error === null ? 0 : Number(error.code), stdout.trim()]);
    });
  });

describe("gatehouse mesh", function () {
  this.timeout(180_000);

  it("prints the values for istiod's chart", async () => {
    const file = existing("plain", { namespace: "istio-system" });
    const { volumes, ...values } = await valuesOf(file);
    const secretName = volumes[0]?.secret.secretName ?? "";
    assert.match(secretName, /^gatehouse-istiod-ca-[0-9a-f]{10}$/);
    assert.deepEqual(volumes, [{ name: "gatehouse-ca", secret: { secretName } }]);
    const runtimeDefault = { type: "RuntimeDefault" };
    const { meshConfig, ...others } = values;
    assert.deepEqual(others, {
      cni: { enabled: true },
      env: {
        BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10",
        ENABLE_DEBUG_ENDPOINT_AUTH: "true",
        PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: "true",
        PILOT_JWT_ENABLE_REMOTE_JWKS: "false",
        PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: "1m",
        PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
        XDS_AUTH: "true",
      },
      gateways: {
        seccompProfile: runtimeDefault,
        securityContext: { runAsNonRoot: true, seccompProfile: runtimeDefault },
      },
      global: { proxy: { seccompProfile: runtimeDefault } },
      keepaliveMaxServerConnectionAge: "2m",
      volumeMounts: [{ name: "gatehouse-ca", mountPath: "/cacerts", readOnly: true }],
    });
    const { extensionProviders, ...mesh } = meshConfig as { extensionProviders: { name: string }[] };
    assert.deepEqual(
      extensionProviders.map(({ name }) => name),
      ["oauth2-proxy"],
    );
    assert.deepEqual(mesh, {
      accessLogEncoding: "JSON",
      accessLogFile: "/dev/stdout",
      enablePrometheusMerge: true,
      pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
      trustDomain: "cluster.local",
    });
  });

  it("prints what docs/14-bring-your-own.md shows", async () => {
    const page = readFileSync(join(root, "docs", "14-bring-your-own.md"), "utf8");
    const [, block = ""] = /```yaml\n([^]*?)```/.exec(page) ?? [];
    assert.equal(await printedFor(existing("docs", { namespace: "istio-system" })), block);
  });

  it("prints the revision with them, and the same as JSON", async () => {
    const file = existing("revision", { namespace: "mesh", revision: "stable" });
    const values = await valuesOf(file);
    assert.equal(values.revision, "stable");
    const json = await gatehouseHere(["mesh", "prod", "--config-file", file, "--json"]);
    assert.deepEqual(JSON.parse(json.stdout), { format: "gatehouse.mesh/v1", values });
  });

  it("prints what an Istio would need where the stack installs it itself, and says so aside", async () => {
    const run = await gatehouseHere(["mesh", "prod", "--config-file", settingsFile("own", production())]);
    assert.equal(run.code, 0);
    assert.equal(
      run.stderr,
      "note: prod installs Istio itself. An Istio that exists already would need these values, with istio.type: existing and its namespace.\n",
    );
    assert.deepEqual(parse(run.stdout), await valuesOf(existing("would", { namespace: "istio-system" })));
  });

  for (const stack of ["dev", "staging", "prod"]) {
    it(`prints values for ${stack} as it is shipped`, async () => {
      const run = await gatehouseHere(["mesh", stack]);
      assert.equal(run.code, 0, run.stderr);
      assert.equal((parse(run.stdout) as Values).volumes[0]?.name, "gatehouse-ca");
    });
  }

  it("checks no Istio of a stack that installs it itself", async () => {
    const own = settingsFile("own-check", production());
    const run = await gatehouseHere(["mesh", "prod", "--config-file", own, "--check", "nothing.yaml", "--json"]);
    assert.equal(run.code, 2);
    assert.deepEqual(errorOf(run).problems, [
      {
        key: "kubeflow-gatehouse:istio.type",
        value: '"installed"',
        mend: "write existing and the namespace, if the cluster has an Istio already",
      },
    ]);
  });

  it("names the problems of the settings", async () => {
    const file = existing("wrong", { namespace: "ingress" });
    const run = await gatehouseHere(["mesh", "prod", "--config-file", file, "--json"]);
    assert.equal(run.code, 2);
    assert.deepEqual(
      errorOf(run).problems.map(({ key }) => key),
      ["kubeflow-gatehouse:istio.namespace"],
    );
  });

  const cluster = (secret: string, change?: [path: string, value: unknown]): string => {
    const found = compliantMesh(secret) as unknown as Tree;
    const { configMap, injector, deployment, webhook } = change === undefined ? found : changed(found, ...change);
    const object = (kind: string, name: string, rest: unknown) => ({
      ...(rest as Tree),
      kind,
      metadata: { namespace: "istio-system", name },
    });
    return stringify({
      kind: "List",
      items: [
        object("ConfigMap", "istio", configMap),
        object("ConfigMap", "istio-sidecar-injector", injector),
        object("Deployment", "istiod", deployment),
        { ...(webhook as Tree), kind: "MutatingWebhookConfiguration", metadata: { name: "istio-sidecar-injector" } },
      ],
    });
  };

  it("checks what kubectl has written", async () => {
    const file = existing("check", { namespace: "istio-system" });
    const secret = (await valuesOf(file)).volumes[0]?.secret.secretName ?? "";
    const found = folder.path("found.yaml");
    const check = (...args: string[]) =>
      gatehouseHere(["mesh", "prod", "--config-file", file, "--check", found, ...args]);
    writeFileSync(found, cluster(secret));
    const right = await check();
    assert.deepEqual([right.code, right.stdout.trim()], [0, "The Istio in istio-system is as the gate needs it."]);
    writeFileSync(found, cluster(secret, ["configMap.data.mesh", "{}"]));
    const wrong = await check();
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.stdout,
      /^The Istio in istio-system is not as the gate needs it: 2 differences\.\n {2}ConfigMap/,
    );
    const fields = differencesOf(await check("--json")).map(({ field }) => field);
    assert.deepEqual(
      fields,
      ["extensionProviders[oauth2-proxy]", "pathNormalization.normalization"].map(
        (field) => `ConfigMap istio-system/istio: ${field}`,
      ),
    );
  });

  it("checks what comes late on standard input", async () => {
    const file = existing("input", { namespace: "istio-system" });
    const found = folder.path("input-found.yaml");
    writeFileSync(found, cluster((await valuesOf(file)).volumes[0]?.secret.secretName ?? ""));
    const run = await throughShell(
      '(sleep 0.5; cat "$1"; sleep 2.5) | "$2" "$3" mesh prod --config-file "$4" --check -',
      [found, process.execPath, join(root, "bin", "gatehouse.js"), file],
    );
    assert.deepEqual(run, [0, "The Istio in istio-system is as the gate needs it."]);
  });

  it("refuses a file that is not there or no YAML", async () => {
    const file = existing("unreadable", { namespace: "istio-system" });
    const check = (found: string) => gatehouseHere(["mesh", "prod", "--config-file", file, "--check", found, "--json"]);
    writeFileSync(folder.path("broken.yaml"), "a: [");
    for (const found of [folder.path("broken.yaml"), folder.path("nothing.yaml")]) {
      const run = await check(found);
      assert.equal(run.code, 2);
      assert.deepEqual(
        errorOf(run).problems.map(({ key }) => key),
        ["--check"],
      );
    }
  });
});

describe("istiod's own chart", function () {
  this.timeout(180_000);
  const helm = process.env.GATEHOUSE_HELM ?? "helm";
  const charts = process.env.GATEHOUSE_CHARTS;

  /** The chart at the locked version: from a folder, as for `gatehouse preview --charts`, or from its repository. */
  function render(args: readonly string[]): string | undefined {
    const { version, repository } = lock.charts.istiod;
    const source =
      charts === undefined
        ? ["istiod", "--repo", repository, "--version", version]
        : [
            existsSync(join(charts, `istiod-${version}.tgz`))
              ? join(charts, `istiod-${version}.tgz`)
              : join(charts, "istiod"),
          ];
    const run = spawnSync(helm, ["template", "istiod", ...source, "--namespace", "istio-system", ...args], {
      encoding: "utf8",
      timeout: 30_000,
    });
    return run.status === 0 ? run.stdout : undefined;
  }

  /** What the comparison says to what the chart makes of values, and of the platform's settings. */
  async function compared(context: Mocha.Context, istio: Tree, values: (printed: Values) => Tree): Promise<string[]> {
    const file = existing("chart", { namespace: "istio-system", ...istio });
    const valuesFile = folder.path("values.yaml");
    writeFileSync(valuesFile, stringify(values(await valuesOf(file))));
    const rendered = render(["--values", valuesFile]);
    if (rendered === undefined) {
      console.log(
        "      left out: helm is not on PATH, or the chart is out of reach (GATEHOUSE_CHARTS names a folder)",
      );
      context.skip();
    }
    const objects = parseAllDocuments(rendered, { logLevel: "error" });
    assert.ok(objects.length > 10);
    const found = folder.path("rendered.yaml");
    writeFileSync(found, rendered);
    const run = await gatehouseHere(["mesh", "prod", "--config-file", file, "--check", found, "--json"]);
    return differencesOf(run).map(({ field, found: value }) => `${field}: ${value}`);
  }

  it("makes of the printed values what the gate needs", async function () {
    assert.deepEqual(await compared(this, {}, (printed) => printed), []);
    assert.deepEqual(await compared(this, { revision: "stable" }, (printed) => printed), []);
  });

  it("keeps what an owner adds to them", async function () {
    const owned = (printed: Values): Tree => {
      const mesh = printed.meshConfig as { extensionProviders: unknown[] };
      const otel = { name: "otel", envoyOtelAls: { service: "otel.monitoring.svc.cluster.local", port: 4317 } };
      return {
        ...printed,
        autoscaleMin: 3,
        meshConfig: { ...mesh, accessLogFile: "", extensionProviders: [otel, ...mesh.extensionProviders] },
      };
    };
    assert.deepEqual(await compared(this, {}, owned), []);
  });

  it("makes of its own defaults these differences", async function () {
    const [config, istiod, injector] = [
      "ConfigMap istio-system/istio",
      "Deployment istio-system/istiod",
      "ConfigMap istio-system/istio-sidecar-injector",
    ];
    assert.deepEqual(
      await compared(this, {}, () => ({ global: { hub: "docker.io/istio", tag: lock.charts.istiod.version } })),
      [
        `${config}: extensionProviders[oauth2-proxy]: (not set)`,
        `${config}: pathNormalization.normalization: (not set)`,
        `${istiod}: env PILOT_SCOPE_GATEWAY_TO_NAMESPACE: (not set)`,
        `${istiod}: env PILOT_FILTER_GATEWAY_CLUSTER_CONFIG: (not set)`,
        `${istiod}: env PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: (not set)`,
        `${istiod}: env BLOCKED_CIDRS_IN_JWKS_URIS: (not set)`,
        `${istiod}: --keepaliveMaxServerConnectionAge: "30m"`,
        `${istiod}: volume at /cacerts: (not set)`,
        `${injector}: pilot.cni.enabled: false`,
        `${injector}: global.proxy.seccompProfile.type: (not set)`,
      ],
    );
  });
});
