import { type Api, find } from "../../../cluster/api";

/** A kind of objects that one of the platform's policies holds. */
export interface HeldKind {
  /** "" for Kubernetes' own. */
  group: string;
  resource: string;
}

/** The same as the cluster serves it. */
export interface ServedKind extends HeldKind {
  kind: string;
  apiVersion: string;
}

const istio = "networking.istio.io";

/** The kinds by the policy, and so by what it asks: how something is written, or who writes it. */
export const heldKinds = {
  routes: [{ group: istio, resource: "virtualservices" }],
  names: [
    { group: "kubeflow.org", resource: "notebooks" },
    { group: "kubeflow.org", resource: "pvcviewers" },
    { group: "tensorboard.kubeflow.org", resource: "tensorboards" },
  ],
  addresses: [
    { group: "", resource: "services" },
    ...["serviceentries", "workloadentries", "workloadgroups", "destinationrules"].map((resource) => ({
      group: istio,
      resource,
    })),
  ],
  /** Of the same policy; Kubernetes itself writes most of them. */
  endpoints: [
    { group: "", resource: "endpoints" },
    { group: "discovery.k8s.io", resource: "endpointslices" },
  ],
} as const satisfies Record<string, readonly HeldKind[]>;

export function collectionPath({ apiVersion, resource }: ServedKind, namespace?: string): string {
  const within = namespace === undefined ? "" : `/namespaces/${namespace}`;
  return `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}${within}/${resource}`;
}

interface Group {
  preferredVersion?: { groupVersion: string };
  versions?: { groupVersion: string }[];
}

/** How the cluster serves a kind; not at all where whoever brings it isn't installed. */
export async function servedKind(
  api: Api,
  { group, resource }: HeldKind,
  signal: AbortSignal,
): Promise<ServedKind | undefined> {
  const { preferredVersion, versions = [] }: Group =
    group === "" ? { versions: [{ groupVersion: "v1" }] } : ((await find(api, `/apis/${group}`, signal)) ?? {});
  const known = [preferredVersion, ...versions].flatMap((one) => one?.groupVersion ?? []);
  for (const apiVersion of new Set(known)) {
    const path = `${group === "" ? "/api" : "/apis"}/${apiVersion}`;
    const list = await find<{ resources?: { name: string; kind: string }[] }>(api, path, signal);
    const found = list?.resources?.find(({ name }) => name === resource);
    if (found !== undefined) {
      return { group, resource, kind: found.kind, apiVersion };
    }
  }
  return undefined;
}
