import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CrowdFigures, measureCrowd } from "../../../cli/bench/crowd";
import { addressOf, gatewayConfig } from "../../../cli/bench/crowdConfig";
import { findEnvoy } from "../../../cli/bench/findEnvoy";
import { Failure } from "../../../cli/exit";
import { formatCrowd } from "../../../cli/formats/crowd";
import { styleFor } from "../../../cli/formats/style";

const ports = { listener: 1, backend: 2 };

describe("many notebooks in an Envoy", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "gatehouse-crowd-"))));
  after(() => rmSync(folder, { recursive: true }));

  it("have a virtual host each, or a route each in one", () => {
    const hostsIn = (layout: "hosts" | "path") => {
      const text = JSON.stringify(gatewayConfig({ layout, notebooks: 3, ports }));
      return [...text.matchAll(/"domains":\["([^"]+)"\],"routes":\[(.*?)\]\}/g)].map(([, host, routes = ""]) => [
        host,
        routes.match(/"prefix"/g)?.length,
      ]);
    };
    assert.deepEqual(hostsIn("path"), [["kubeflow.example.com", 3]]);
    assert.deepEqual(
      hostsIn("hosts"),
      [0, 1, 2].map((index) => [`profile-${index}--lab.kubeflow-notebooks.example.com`, 1]),
    );
  });

  it("are asked where they are", () => {
    assert.deepEqual(addressOf("path", 7), { host: "kubeflow.example.com", path: "/notebook/profile-7/lab/" });
    assert.deepEqual(addressOf("hosts", 7), {
      host: "profile-7--lab.kubeflow-notebooks.example.com",
      path: "/notebook/profile-7/lab/",
    });
  });

  for (const layout of ["hosts", "path"] as const) {
    it(`are answered, the first and the last, with their ${layout}`, async function () {
      const envoy = findEnvoy();
      if (envoy === undefined) {
        this.skip();
      }
      const figures = await measureCrowd({ envoy, folder, layout, notebooks: 5, duration: 50 });
      assert(figures.first > 10 && figures.last > 10, JSON.stringify(figures));
      assert(figures.memory > 2 ** 20 && figures.configuration > 1000, JSON.stringify(figures));
    });
  }

  it("are nothing that a program which ends at once could serve", async () => {
    const envoy = join(folder, "broken");
    writeFileSync(envoy, "#!/bin/sh\necho out of memory >&2\nexit 3\n", { mode: 0o755 });
    await assert.rejects(
      measureCrowd({ envoy, folder, layout: "hosts", notebooks: 1, duration: 50 }),
      (error: Failure) => error instanceof Failure && /did not start: it ended with 3/.test(error.message),
    );
  });

  it("are shown with what the last costs against the first", () => {
    const of = (layout: "hosts" | "path", last: number): CrowdFigures => ({
      layout,
      notebooks: 4000,
      first: 4000,
      last,
      ratio: last / 4000,
      memory: 300 * 2 ** 20,
      configuration: 2 ** 21,
    });
    const lines = formatCrowd([of("hosts", 3900), of("hosts", 3000), of("path", 2000)], styleFor({}, {})).split("\n");
    assert.match(lines[1] ?? "", /^a host for each +4000 +4000 +3900 +0\.97 +300\.0 +2\.0 +aim 0\.85: met$/);
    assert.match(lines[2] ?? "", /0\.75 .*missed$/);
    assert.match(lines[3] ?? "", /^paths of one host .* 0\.50 .*as Kubeflow has it$/);
  });
});

describe("the Envoy to measure", () => {
  it("is the one that is named, or the first on PATH that may be run", () => {
    assert.equal(findEnvoy({ GATEHOUSE_ENVOY: "/a/envoy", PATH: "/b" }), "/a/envoy");
    const folder = mkdtempSync(join(tmpdir(), "gatehouse-envoy-"));
    try {
      assert.equal(findEnvoy({ PATH: `:${folder}` }), undefined);
      writeFileSync(join(folder, "envoy"), "");
      assert.equal(findEnvoy({ PATH: folder }), undefined);
      rmSync(join(folder, "envoy"));
      writeFileSync(join(folder, "envoy"), "", { mode: 0o755 });
      assert.equal(findEnvoy({ GATEHOUSE_ENVOY: "", PATH: `/nonexistent:${folder}` }), join(folder, "envoy"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
