import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockedChart, type LockedChartArgs } from "../../components/chart";
import { lock } from "../../stacks/lock";
import { record } from "../program/record";

const inputsOf = async (args: Partial<LockedChartArgs> = {}) => {
  const recording = await record(
    () => void lockedChart("tool", { chart: "istiod", namespace: "istio-system", values: { a: 1 }, ...args }, {}),
  );
  return recording.charts[0]?.resource.inputs;
};

const { repository, version } = lock.charts.istiod;
const inNamespace = { name: "istiod", namespace: "istio-system", values: { a: 1 } };

describe("a chart", () => {
  it("comes from its own repository at the locked version", async () => {
    assert.deepEqual(await inputsOf(), {
      ...inNamespace,
      chart: "istiod",
      version,
      repositoryOpts: { repo: repository },
    });
  });

  it("comes from its own OCI registry at the locked version", async () => {
    const locked = lock.charts["cert-manager"];
    assert.deepEqual(await inputsOf({ chart: "cert-manager" }), {
      ...inNamespace,
      name: "cert-manager",
      chart: `${locked.repository}/cert-manager`,
      version: locked.version,
    });
  });

  it("comes from a mirror that is a repository", async () => {
    assert.deepEqual(await inputsOf({ mirror: "https://charts.example.com/all" }), {
      ...inNamespace,
      chart: "istiod",
      version,
      repositoryOpts: { repo: "https://charts.example.com/all" },
    });
  });

  it("comes from a mirror that is a registry", async () => {
    assert.deepEqual(await inputsOf({ mirror: "oci://registry.example.com/charts" }), {
      ...inNamespace,
      chart: "oci://registry.example.com/charts/istiod",
      version,
    });
  });

  it("comes from a mirror that is a folder, packaged or not", async () => {
    const folder = mkdtempSync(join(tmpdir(), "charts-"));
    try {
      assert.deepEqual(await inputsOf({ mirror: folder }), { ...inNamespace, chart: join(folder, "istiod") });
      const packaged = join(folder, `istiod-${version}.tgz`);
      writeFileSync(packaged, "");
      assert.deepEqual(await inputsOf({ mirror: folder }), { ...inNamespace, chart: packaged });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is released under another name where it is told so", async () => {
    assert.equal((await inputsOf({ release: "other" }))?.name, "other");
  });

  it("is locked to one version, never to a range", () => {
    for (const [name, locked] of Object.entries(lock.charts)) {
      assert.match(locked.version, /^v?\d+\.\d+\.\d+$/, name);
      assert.match(locked.repository, /^(https|oci):\/\/[^/]+\/.*[^/]$/, name);
    }
  });
});
