import { notebookHost, notebookKinds, type NotebookKind } from "../stacks/notebookHosts";
import { type NotebookHosts, type Target } from "./check";

/** A notebook as browsers know it. */
export interface NotebookAddress {
  /** Its host, where nothing else is. */
  origin: URL;
  /** The beginning of its paths, at its own host and at the gate's: `/notebook/<namespace>/<name>/`. */
  prefix: string;
}

/** Where notebooks have their hosts, which the check that asks has named as its need. */
export function notebooksOf({ notebooks }: Pick<Target, "notebooks">): NotebookHosts {
  if (notebooks === undefined) {
    throw new Error("the target's notebooks have no hosts of their own");
  }
  return notebooks;
}

export function notebookAt(
  { domain, signInHost: { port } }: NotebookHosts,
  namespace: string,
  name: string,
  kind: NotebookKind = "notebook",
): NotebookAddress {
  const found = notebookHost(domain, { kind, namespace, name });
  if ("fault" in found) {
    throw new Error(`${kind} ${namespace}/${name} can have no host: ${found.fault}`);
  }
  const { path = kind } = notebookKinds.find((each) => each.kind === kind) ?? {};
  return {
    origin: new URL(`https://${found.host}${port === "" ? "" : `:${port}`}`),
    prefix: `/${path}/${namespace}/${name}/`,
  };
}

/** Whether an address is at a notebook's host, or what could be one; sign-in's is none. */
export function isNotebook({ domain, signInHost }: NotebookHosts, { host, hostname, port }: URL): boolean {
  return hostname.endsWith(`.${domain}`) && port === signInHost.port && host !== signInHost.host;
}
