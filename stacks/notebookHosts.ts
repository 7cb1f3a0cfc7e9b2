/** What the hosts of notebooks are called; components, filters and the checks of the settings all ask here. */
import { type NotebookOrigins, type Settings } from "./schema";

/**
 * What runs anybody's code and has a host of its own, with the first part of its path and the ending of its host's label. No
 * Kubernetes name has two dashes as a part here (`notebookHost`), so that no label stands for two of them.
 */
export const notebookKinds = [
  { kind: "notebook", path: "notebook", suffix: "" },
  { kind: "tensorboard", path: "tensorboard", suffix: "--tensorboard" },
  { kind: "viewer", path: "pvcviewers", suffix: "--viewer" },
] as const;

export type NotebookKind = (typeof notebookKinds)[number]["kind"];

/** The label of a DNS name, RFC 1035, section 2.3.4. */
export const longestLabel = 63;

/** The settings of hosts of their own, or nothing where notebooks are on the gate's. */
export function notebookOriginsOf({ notebooks }: Pick<Settings, "notebooks">): NotebookOrigins | undefined {
  return notebooks.mode === "path" ? undefined : notebooks;
}

/** Where people sign in to notebooks; no notebook's label is this one, because each has two dashes. */
export function notebookSignInHost(domain: string): string {
  return `auth.${domain}`;
}

/** Every host of the domain, as a certificate, a Gateway and a DNS record name them all. */
export function everyNotebookHost(domain: string): string {
  return `*.${domain}`;
}

/** The host of a notebook, or why it can have none. */
export function notebookHost(
  domain: string,
  { kind, namespace, name }: { kind: NotebookKind; namespace: string; name: string },
): { host: string } | { fault: string } {
  for (const part of [namespace, name]) {
    if (part.includes("--")) {
      return { fault: `"${part}" has two dashes in a row, which separate a namespace from a name` };
    }
  }
  // RFC 5891, section 4.2.3.1: such a label would be read as one of another script.
  if (namespace === "xn") {
    return { fault: 'with the namespace "xn" the host would begin with "xn--", as names of other scripts do' };
  }
  const { suffix } = notebookKinds.find((each) => each.kind === kind) ?? notebookKinds[0];
  const label = `${namespace}--${name}${suffix}`;
  return label.length > longestLabel
    ? { fault: `"${label}" has ${label.length} characters, and a part of a host has ${longestLabel} at the most` }
    : { host: `${label}.${domain}` };
}
