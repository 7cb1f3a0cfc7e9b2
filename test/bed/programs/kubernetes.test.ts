import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GoModule, readLock } from "../../../bed/programs/lock";
import { kubeVersion } from "../../../cli/charts/helm";

const root = join(__dirname, "..", "..", "..");

describe("the bed's Kubernetes", () => {
  let kubernetes: GoModule;

  before(() => {
    const entry = readLock().modules.kubernetes;
    assert.ok(entry !== undefined);
    kubernetes = entry;
  });

  it("is built from the modules of its own release only", () => {
    const ofTheRelease = kubernetes.version.replace(/^v1\./, "v0.");
    assert.deepEqual([...new Set(Object.values(kubernetes.requires))], [ofTheRelease]);
  });

  it("says its own version wherever a program says one", () => {
    const [major, minor] = kubernetes.version.slice(1).split(".");
    assert.deepEqual(kubernetes.variables, {
      "k8s.io/component-base/version.gitVersion": kubernetes.version,
      "k8s.io/component-base/version.gitMajor": major,
      "k8s.io/component-base/version.gitMinor": minor,
      "k8s.io/client-go/pkg/version.gitVersion": kubernetes.version,
    });
  });

  it("is of the minor version that charts are rendered for, so that the bed has what a preview shows", () => {
    assert.equal(kubeVersion, kubernetes.version.slice(1).replace(/\d+$/, "0"));
  });

  for (const page of ["README.md", "CONTRIBUTING.md"]) {
    it(`is the one that ${page} says it is`, () => {
      const said = Array.from(readFileSync(join(root, page), "utf8").matchAll(/Kubernetes (\d+\.\d+\.\d+)/g));
      assert.deepEqual(
        said.map(([, version]) => `v${version}`),
        [kubernetes.version],
      );
    });
  }
});
