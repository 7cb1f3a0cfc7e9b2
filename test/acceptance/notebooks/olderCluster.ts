import { notebooks, profileLabels } from "../../../components/topology";
import { ApiError } from "../../../acceptance/cluster/api";
import { type ManagedFields } from "../../../acceptance/cluster/objects";
import { type Call, MemoryApi, notFound } from "../cluster/memoryApi";

/** When the policies came. */
export const policiesCame = Date.parse("2026-03-01T12:00:00Z");

export const minutes = (count: number) => new Date(policiesCame + count * 60_000).toISOString();

/** What stands in a collection, by its path: `/api/v1/services`. */
export type Objects = Record<string, Written[]>;

export interface Written {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    creationTimestamp?: string;
    managedFields?: ManagedFields[];
  };
  spec?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What is wrong with the policies, or with the cluster. */
export interface Policies {
  /** Refuse nothing. */
  silent?: readonly string[];
  /** Are not there. */
  absent?: readonly string[];
  /** Were changed so many minutes after they came. */
  changed?: number;
  /** A status in place of every answer about objects of a kind. */
  instead?: { resource: string; status: number; message: string };
  /** Nobody may act as somebody else. */
  noTenant?: boolean;
  pageSize?: number;
}

const groups: Record<string, [resource: string, kind: string][]> = {
  "/api/v1": [
    ["services", "Service"],
    ["endpoints", "Endpoints"],
  ],
  "/apis/discovery.k8s.io/v1": [["endpointslices", "EndpointSlice"]],
  "/apis/kubeflow.org/v1": [["notebooks", "Notebook"]],
  "/apis/kubeflow.org/v1alpha1": [["pvcviewers", "PVCViewer"]],
  "/apis/networking.istio.io/v1": [
    ["virtualservices", "VirtualService"],
    ["serviceentries", "ServiceEntry"],
    ["workloadentries", "WorkloadEntry"],
    ["workloadgroups", "WorkloadGroup"],
    ["destinationrules", "DestinationRule"],
  ],
};

export function profile(name: string, labelled?: string): Written {
  const fieldsV1 = { "f:metadata": { "f:labels": { "f:app.kubernetes.io/part-of": {} } } };
  const owner = { manager: "profiles", operation: "Update", fieldsV1, ...(labelled && { time: labelled }) };
  return { metadata: { name, labels: { ...profileLabels }, managedFields: [owner] } };
}

/** An API server with the policies' words, and nothing of their thoughts: it refuses what says `evil`. */
export class OlderCluster {
  readonly admin: MemoryApi;
  readonly tenant: MemoryApi;

  constructor(
    private readonly objects: Objects,
    private readonly policies: Policies = {},
  ) {
    this.admin = new MemoryApi((call) => this.#answer(call, false));
    this.tenant = new MemoryApi((call) => this.#answer(call, true));
  }

  #answer(call: Call, byTenant: boolean): unknown {
    const { method, path, body } = call;
    const [collection = "", query = ""] = path.split("?");
    if (method === "get") {
      return this.#read(collection, new URLSearchParams(query));
    }
    if (!query.includes("dryRun=All")) {
      return body ?? {};
    }
    const { instead, noTenant = false } = this.policies;
    const resource = /\/namespaces\/[^/]+\/([^/]+)/.exec(collection)?.[1] ?? "";
    if (resource === instead?.resource) {
      throw new ApiError(instead.status, "", instead.message);
    }
    if (byTenant && noTenant) {
      throw new ApiError(403, "Forbidden", 'users "tenant" is forbidden: cannot impersonate');
    }
    const written = method === "patch" ? this.#find(collection) : (body as Written);
    const policy = policyOf(resource);
    if (isEvil(written) && (byTenant || policy !== notebooks.policies.addresses) && !this.#isSilent(policy)) {
      const said = `${resource} ${written.metadata.namespace}/${written.metadata.name}: as nobody may write it`;
      throw new ApiError(
        403,
        "Forbidden",
        `x is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${said}`,
      );
    }
    if (method === "create" && this.#at(collection)?.some(({ metadata }) => metadata.name === written.metadata.name)) {
      throw new ApiError(409, "AlreadyExists", "it is there already");
    }
    const hosts = written.spec?.["hosts"];
    return Array.isArray(hosts) && hosts.includes("*")
      ? { ...written, spec: { ...written.spec, hosts: ["team-a--lab.example.com"] } }
      : written;
  }

  #isSilent(policy: string): boolean {
    const { silent = [], absent = [] } = this.policies;
    return silent.includes(policy) || absent.includes(policy);
  }

  #read(path: string, query: URLSearchParams): unknown {
    const group = groups[path];
    if (group !== undefined) {
      return { resources: group.map(([name, kind]) => ({ name, kind })) };
    }
    const versions = Object.keys(groups).filter((one) => one.startsWith(`${path}/`));
    if (/^\/apis\/[^/]+$/.test(path) && versions.length > 0) {
      return { versions: versions.map((one) => ({ groupVersion: one.slice("/apis/".length) })) };
    }
    const policy = /^\/apis\/admissionregistration.k8s.io\/v1\/[a-z]+\/(.+)$/.exec(path)?.[1];
    if (policy !== undefined) {
      const { absent = [], changed = 0 } = this.policies;
      return absent.includes(policy) ? notFound() : policyObject(policy, changed);
    }
    if (path === "/api/v1/namespaces" || groupOf(path) !== undefined) {
      const all = this.objects[path] ?? [];
      const size = this.policies.pageSize ?? all.length;
      const from = Number(query.get("continue") ?? 0);
      const next = from + size < all.length ? { continue: String(from + size) } : {};
      return { items: all.slice(from, from + size), metadata: next };
    }
    return this.#find(path);
  }

  /** One object by its path. */
  #find(path: string): Written {
    const cut = path.lastIndexOf("/");
    const name = path.slice(cut + 1);
    const found = this.#at(path.slice(0, cut))?.find(({ metadata }) => metadata.name === name);
    return found ?? notFound();
  }

  /** What stands in a namespace's collection. */
  #at(path: string): Written[] | undefined {
    const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
    const all = this.objects[path.replace(/\/namespaces\/[^/]+/, "")];
    return all?.filter(({ metadata }) => metadata.namespace === namespace);
  }
}

/** The group and version of a collection of all namespaces. */
function groupOf(path: string): string | undefined {
  return Object.keys(groups).find((group) => groups[group]?.some(([resource]) => `${group}/${resource}` === path));
}

function policyOf(resource: string): string {
  const { routes, names, addresses } = notebooks.policies;
  return resource === "virtualservices" ? routes : /^(notebooks|pvcviewers)$/.test(resource) ? names : addresses;
}

/** Also what the check itself writes, to see that it is refused. */
function isEvil({ metadata, spec }: Written): boolean {
  return /evil|victim|two--dashes/.test(JSON.stringify([metadata.name, spec]));
}

function policyObject(name: string, changed: number): Written {
  const managedFields = [
    { manager: "pulumi", operation: "Apply", time: minutes(changed) },
    // The status says when somebody last looked at it, and that is later than anything.
    { manager: "kube-controller-manager", operation: "Update", subresource: "status", time: minutes(1_000_000) },
  ];
  return { metadata: { name, creationTimestamp: minutes(0), managedFields } };
}
