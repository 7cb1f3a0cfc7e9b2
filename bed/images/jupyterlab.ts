import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { BadInput } from "../../cli/exit";
import { packagesOf } from "../programs/pythonFolder";
import { onPath } from "../programs/search";
import { librariesOf, librariesOfFolder } from "./libraries";
import { type Recipe } from "./recipes";

/** Where the folder with Python lies in the image; it finds everything from there. */
const root = "/opt/jupyterlab";

/** A person's shell is what a terminal is there for. */
const shells = ["bash", "dash", "sh"];

/** JupyterLab as Kubeflow's images have it: `jupyter lab` is on PATH, it runs as jovyan, and their home is a volume's. */
export async function jupyterlabRecipe(folder: string, version: string): Promise<Recipe> {
  const shell = shells.flatMap((name) => onPath(name) ?? [])[0];
  if (shell === undefined) {
    throw new BadInput("The image of JupyterLab cannot be made.", [
      { key: "sh", value: "not found", mend: "install Debian's package dash" },
    ]);
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const binaries = files.filter((path) => path.startsWith(join(folder, "bin")) || /\.so(\.\d+)*$/.test(path));
  const command = (module: string, name: string) =>
    `#!${root}/bin/python3\nimport sys\nfrom ${module} import ${name}\nsys.exit(${name}())\n`;
  return {
    references: [`docker.io/kubeflow-gatehouse-bed/jupyterlab:${version}`],
    programs: {},
    env: {
      HOME: "/home/jovyan",
      LANG: "C.UTF-8",
      SHELL: "/bin/sh",
      PYTHONPATH: join(root, relative(folder, packagesOf(folder))),
    },
    user: "1000:100",
    workingDirectory: "/home/jovyan",
    more: {
      ...(await librariesOfFolder(folder, binaries)),
      ...(await librariesOf(shell)),
      [root]: { from: folder },
      "/bin/sh": { from: shell, mode: 0o755 },
      "/etc/passwd": { text: "root:x:0:0:root:/:/sbin/nologin\njovyan:x:1000:100:jovyan:/home/jovyan:/bin/sh\n" },
      "/etc/group": { text: "root:x:0:\nusers:x:100:\n" },
      "/home/jovyan": { folder: true, mode: 0o755 },
      "/usr/local/bin/jupyter": { text: command("jupyter_core.command", "main"), mode: 0o755 },
      "/usr/local/bin/jupyter-lab": { text: command("jupyterlab.labapp", "main"), mode: 0o755 },
    },
  };
}
