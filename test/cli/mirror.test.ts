import { strict as assert } from "node:assert";
import { lock } from "../../stacks/lock";
import { gatehouse, gatehouseHere } from "./gatehouse";

interface Json {
  format: string;
  charts: { chart: string; version: string; from: string; to?: string }[];
  images: { from: string; to?: string }[];
}

const to = ["--to", "registry.example.com/mirror"];

describe("gatehouse mirror", () => {
  it("lists every chart and image of the lock, and where each goes", async () => {
    const { code, stdout } = await gatehouse(__dirname, ["mirror", ...to, "--json"]);
    assert.equal(code, 0);
    const { format, charts, images } = JSON.parse(stdout) as Json;
    assert.equal(format, "gatehouse.mirror/v1");
    assert.deepEqual(
      charts.map(({ chart, version }) => [chart, version]),
      Object.entries(lock.charts).map(([chart, { version }]) => [chart, version]),
    );
    assert.ok(charts.every((chart) => chart.to === "oci://registry.example.com/mirror/charts"));
    const locked = [...Object.values(lock.images), ...Object.values(lock.chartImages)];
    assert.deepEqual(images.map(({ from }) => from).sort(), [...new Set(locked)].sort());
    const webhook = images.find(({ from }) => from.includes("cert-manager-webhook"));
    assert.equal(
      webhook?.to,
      `registry.example.com/mirror/jetstack/cert-manager-webhook:${lock.charts["cert-manager"].version}`,
    );
  });

  it("says without a mirror what there is", async () => {
    const { code, stdout } = await gatehouseHere(["mirror"]);
    assert.equal(code, 0);
    assert.match(stdout, /^5 charts\n/);
    assert.match(stdout, /\n11 images\n/);
    assert.ok(!stdout.includes("->") && !stdout.includes("pulumi config"));
  });

  it("ends its list with the settings that use the mirror", async () => {
    const { stdout } = await gatehouseHere(["mirror", ...to]);
    assert.match(
      stdout,
      /\n {2}pulumi config set --path mirror\.charts oci:\/\/registry\.example\.com\/mirror\/charts\n/,
    );
    assert.match(stdout, /\n {2}pulumi config set --path mirror\.images registry\.example\.com\/mirror\n?$/);
  });

  it("prints a command for each copy", async () => {
    const { code, stdout } = await gatehouseHere(["mirror", ...to, "--commands"]);
    assert.equal(code, 0);
    const lines = stdout.trim().split("\n");
    assert.equal(lines[0], "set -eu");
    assert.equal(lines.filter((line) => line.startsWith("skopeo copy --all --preserve-digests docker://")).length, 11);
    assert.equal(lines.filter((line) => line.startsWith("helm push ")).length, 5);
    assert.ok(lines.includes("helm pull oci://quay.io/jetstack/charts/cert-manager --version v1.21.2"));
    assert.ok(
      lines.includes("helm pull istiod --repo https://istio-release.storage.googleapis.com/charts --version 1.31.1"),
    );
    assert.ok(lines.includes("helm push istiod-1.31.1.tgz oci://registry.example.com/mirror/charts"));
  });

  for (const [why, args, said] of [
    ["no mirror for the commands", ["--commands"], /--commands needs --to/],
    ["what is no registry", ["--to", "https://registry.example.com"], /write a registry and the path/],
    ["two kinds of output at once", [...to, "--json", "--commands"], /cannot be used with/],
  ] as const) {
    it(`refuses ${why}`, async () => {
      const { code, stdout, stderr } = await gatehouseHere(["mirror", ...args]);
      assert.equal(code, 2);
      assert.match(stdout + stderr, said);
    });
  }
});
