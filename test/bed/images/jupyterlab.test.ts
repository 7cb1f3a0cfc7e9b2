import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jupyterlabRecipe } from "../../../bed/images/jupyterlab";
import { provideJupyterlab } from "../../../bed/jupyterlab";
import { type Programs } from "../../../bed/programs/provide";
import { Folder } from "../programs/folder";

const lock = readFileSync(join(__dirname, "..", "..", "..", "bed", "jupyterlab.lock.txt"), "utf8");

describe("the bed's JupyterLab", () => {
  it("is locked with all that it stands on, each by version and hashes", () => {
    const entries = lock
      .replace(/^#.*\n/gm, "")
      .replaceAll("\\\n", "")
      .trim()
      .split("\n");
    assert.ok(entries.length > 50);
    for (const entry of entries) {
      assert.match(entry, /^[a-z0-9-]+==[\w.]+( +--hash=sha256:[0-9a-f]{64})+$/);
    }
    assert.match(lock, /^jupyterlab==4\./m);
  });

  it("is left out by name, and says so", async () => {
    const lines: string[] = [];
    const found = await provideJupyterlab({
      programs: {} as Programs,
      without: ["jupyterlab"],
      report: (line) => lines.push(line),
      take: () => assert.fail("there is nothing to take"),
    });
    assert.deepEqual(found, { why: "left out by --without" });
    assert.match(lines.join(), /^not here: jupyterlab, needed for .*; left out by --without$/);
  });

  describe("as an image", function () {
    let folder: Folder;
    before(function () {
      // Libraries are found with ldd.
      if (process.platform !== "linux") {
        this.skip();
      }
      folder = new Folder();
      const program = readFileSync("/bin/true");
      folder.file("python/bin/python3", program, 0o755);
      folder.file("python/lib/python3.99/lib-dynload/_ssl.so", program, 0o644);
      folder.file("python/lib/python3.99/site-packages/jupyterlab/labapp.py", "", 0o644);
    });
    after(() => folder.remove());

    it("has Python with the libraries of its modules, Jupyter's commands on PATH, and a shell for terminals", async () => {
      const { references, user, env, more = {} } = await jupyterlabRecipe(join(folder.path, "python"), "4.9.9");
      assert.deepEqual(references, ["docker.io/kubeflow-gatehouse-bed/jupyterlab:4.9.9"]);
      assert.equal(user, "1000:100");
      assert.equal(env?.["PYTHONPATH"], "/opt/jupyterlab/lib/python3.99/site-packages");
      assert.deepEqual(more["/opt/jupyterlab"], { from: join(folder.path, "python") });
      assert.match(
        JSON.stringify(more["/usr/local/bin/jupyter-lab"]),
        /^{"text":"#!\/opt\/jupyterlab\/bin\/python3\\n/,
      );
      const paths = Object.keys(more);
      assert.ok(paths.includes("/bin/sh") && paths.some((path) => path.includes("libc.so")));
      assert.ok(paths.every((path) => !path.startsWith(folder.path)));
    });
  });
});
