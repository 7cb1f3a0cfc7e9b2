import { type PodProgram } from "../../machines/restrictedPod";
import { notebookPort, type NotebookProgram, type NotebookServer } from "../own/manifests";
import { seenExtension } from "./seenExtension";

/** Who runs Kubeflow's and Jupyter's images, and where they have their home. */
const jovyan = { user: 1000, group: 100, home: "/home/jovyan" };
const configFolder = "/etc/gatehouse-verify";

/** Has the server load what tells us what it sees. */
const config = `
import sys

sys.path.insert(0, "${configFolder}")
c.ServerApp.jpserver_extensions = {"${seenExtension.module}": True}
`;

/** A JupyterLab as Kubeflow's images start it, and as the notebook controller has it run. */
export function jupyterNotebook<Name extends string>(name: Name, image: string): NotebookProgram & { name: Name } {
  const server: NotebookServer = {
    image,
    files: { "jupyter_server_config.py": config, [`${seenExtension.module}.py`]: seenExtension.source },
    program: (prefix) => program(name, prefix),
    page: "api",
    isThere: ({ status, body }) => status === 200 && /"version"/.test(body),
  };
  return { name, server };
}

function program(name: string, prefix: string): PodProgram {
  return {
    container: {
      imagePullPolicy: "IfNotPresent",
      command: ["jupyter"],
      args: [
        "lab",
        `--config=${configFolder}/jupyter_server_config.py`,
        `--ServerApp.root_dir=${jovyan.home}`,
        "--ip=0.0.0.0",
        "--no-browser",
        `--port=${notebookPort}`,
        // Whoever reaches the pod was let in by the gate.
        "--ServerApp.token=",
        "--ServerApp.password=",
        "--ServerApp.allow_origin=*",
        "--ServerApp.allow_remote_access=True",
        "--ServerApp.base_url=$(NB_PREFIX)",
        "--ServerApp.authenticate_prometheus=False",
      ],
      env: [
        { name: "NB_PREFIX", value: prefix },
        { name: "HOME", value: jovyan.home },
      ],
      ports: [{ name: "notebook-port", containerPort: notebookPort, protocol: "TCP" }],
      readinessProbe: {
        httpGet: { path: `${prefix}/api`, port: notebookPort },
        periodSeconds: 1,
        timeoutSeconds: 3,
        failureThreshold: 120,
      },
      volumeMounts: [
        { name: "config", mountPath: configFolder, readOnly: true },
        { name: "home", mountPath: jovyan.home, readOnly: false },
        { name: "tmp", mountPath: "/tmp", readOnly: false },
      ],
    },
    volumes: [
      { name: "config", configMap: { name, defaultMode: 0o440 } },
      { name: "home", emptyDir: { sizeLimit: "1Gi" } },
      { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
    ],
    user: jovyan.user,
    group: jovyan.group,
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
  };
}
