import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { chartsFolder } from "../../../bed/charts/chartsFolder";
import { type Programs } from "../../../bed/programs/provide";
import { chartSource } from "../../../cli/charts/source";
import { type ChartName, lock } from "../../../stacks/lock";
import { Folder } from "../programs/folder";

const chart = `apiVersion: v2
name: tiny
# Never shipped.
version: 1.0.0 # replaced
appVersion: 1.0.0
`;
const values = `"_internal_defaults_do_not_set":
  telemetry:
    v2: { prometheus: { enabled: true } }
  global:
    # Ours.
    hub: "registry.example.com/testing"
    tag:   latest
`;

describe("the folder of charts", () => {
  let folder: Folder;
  let programs: Programs;

  beforeEach(() => {
    folder = new Folder();
    for (const name of ["cert-manager", "base", "cni", "istiod", "gateway"]) {
      folder.file(`module/${name}/Chart.yaml`, chart, 0o444);
      folder.file(`module/${name}/values.yaml`, values, 0o444);
      folder.file(`module/${name}/templates/all.yaml`, "kind: List\n", 0o444);
    }
    programs = {
      file: (name) => join(folder.path, "module", name.split("/").at(-1) ?? ""),
      path: assert.fail,
      has: () => false,
      version: () => undefined,
      missing: [],
    };
  });
  afterEach(() => folder.remove());

  const make = () => chartsFolder(programs, () => undefined, join(folder.path, "charts"));
  const valuesOf = (path: string) =>
    parse(readFileSync(path, "utf8")) as {
      _internal_defaults_do_not_set: {
        global: { hub: string; tag: string };
        telemetry: { v2: { prometheus: { enabled: boolean } } };
      };
    };

  it("has every chart of the lock where the preview and Pulumi look for it", async () => {
    const charts = await make();
    for (const [name, { version }] of Object.entries(lock.charts)) {
      const request = {
        chart: `https://charts.example.com/${name}`,
        version,
        repository: undefined,
        releaseName: name,
        namespace: "x",
        values: {},
        prefix: "",
        skipAwait: false,
        skipCrds: false,
        devel: false,
        dependencyUpdate: false,
      };
      assert.deepEqual(chartSource(request, charts), { chart: join(charts, name) });
    }
  });

  it("changes the letters of what a release changes, and no others", async () => {
    const charts = await make();
    const { version } = lock.charts.base;
    assert.equal(readFileSync(join(charts, "base", "Chart.yaml"), "utf8"), chart.replaceAll("1.0.0", version));
    assert.equal(readFileSync(join(charts, "base", "values.yaml"), "utf8"), values);
    const cni = readFileSync(join(charts, "cni", "values.yaml"), "utf8");
    assert.equal(
      cni,
      values.replace('"registry.example.com/testing"', "docker.io/istio").replace("latest", lock.charts.istiod.version),
    );
  });

  it("has no metrics provider that the bed's Envoy lacks, as a default that given values still overrule", async () => {
    const charts = await make();
    const telemetry = (name: ChartName) =>
      valuesOf(join(charts, name, "values.yaml"))._internal_defaults_do_not_set.telemetry.v2.prometheus.enabled;
    assert.equal(telemetry("istiod"), false);
    assert.equal(telemetry("cni"), true);
  });

  it("is made once, and can be removed again", async () => {
    const charts = await make();
    chmodSync(join(folder.path, "module"), 0o755);
    rmSync(join(folder.path, "module"), { recursive: true });
    assert.equal(await make(), charts);
    rmSync(charts, { recursive: true });
  });

  it("fails where a chart is not the one that the change was written for", async () => {
    folder.remove();
    mkdirSync(folder.path, { recursive: true });
    for (const name of ["cert-manager", "base", "cni", "istiod", "gateway"]) {
      folder.file(`module/${name}/Chart.yaml`, chart);
      folder.file(`module/${name}/values.yaml`, "global: {}\n");
    }
    await assert.rejects(make(), /has no value _internal_defaults_do_not_set\.global\.hub/);
  });
});
