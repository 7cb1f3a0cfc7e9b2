import { notebookSignInHost } from "../stacks/notebookHosts";
import { type NotebookHosts, type Target } from "./check";
import { type Report, type TargetOptions } from "./target";

/** Reads the options about notebooks. */
export function readNotebookOptions(
  options: Pick<TargetOptions, "notebooks" | "notebookAuthorization" | "notebookNamespace" | "jupyterlab">,
  gate: URL | undefined,
  problem: Report,
): Pick<Target, "notebooks" | "notebookNamespace" | "jupyterlab"> {
  const hosts = readNotebooks(options.notebooks, gate, problem);
  const authorization = options.notebookAuthorization === true;
  if (authorization && options.notebooks === undefined) {
    problem("--notebook-authorization", "no --notebooks", "name the notebooks' domain with --notebooks");
  }
  const { notebookNamespace } = options;
  if (notebookNamespace !== undefined) {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(notebookNamespace)) {
      problem(
        "--notebook-namespace",
        notebookNamespace,
        "write the name of a namespace, such as notebooks-of-the-suite",
      );
    } else if (options.notebooks !== undefined) {
      problem(
        "--notebook-namespace",
        notebookNamespace,
        "leave it out: with --notebooks they have hosts of their own, and any namespace will do",
      );
    }
  }
  const jupyterlab = readJupyterlab(options.jupyterlab, problem);
  return {
    ...(hosts === undefined ? {} : { notebooks: { ...hosts, authorization } }),
    ...(notebookNamespace === undefined ? {} : { notebookNamespace }),
    ...(jupyterlab === undefined ? {} : { jupyterlab }),
  };
}

/** Reads `--jupyterlab`: an image as pods name it. */
function readJupyterlab(image: string | undefined, problem: Report): string | undefined {
  const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  const reference = new RegExp(
    `^(?:[A-Za-z0-9.-]+(?::\\d{1,5})?/)?${part}(?:/${part})*(?::\\w[\\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
  );
  return image === undefined || reference.test(image)
    ? image
    : problem(
        "--jupyterlab",
        image,
        "write an image that the cluster can pull, such as registry.example.com/jupyter:1.2.3",
      );
}

/** Reads `--notebooks`: the domain, which is never the gate's own, above it or below it. */
function readNotebooks(
  domain: string | undefined,
  gate: URL | undefined,
  problem: Report,
): Pick<NotebookHosts, "domain" | "signInHost"> | undefined {
  if (domain === undefined || gate === undefined) {
    return undefined;
  }
  const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
  if (!new RegExp(`^${label}(?:\\.${label})+$`).test(domain)) {
    return problem(
      "--notebooks",
      domain,
      "write notebooks.domain of the stack in small letters, such as kubeflow-notebooks.example.com",
    );
  }
  const { hostname, port } = gate;
  if (`.${domain}`.endsWith(`.${hostname}`) || `.${hostname}`.endsWith(`.${domain}`)) {
    return problem(
      "--notebooks",
      domain,
      `write a domain that is neither ${hostname} nor below or above it; browsers would send one's cookies to the other`,
    );
  }
  return { domain, signInHost: new URL(`https://${notebookSignInHost(domain)}${port === "" ? "" : `:${port}`}`) };
}
