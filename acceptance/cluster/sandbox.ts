import { randomBytes } from "node:crypto";
import { type Api, ApiError } from "./api";
import { type Metadata } from "./objects";
import { undoing } from "./undo";

/** A namespace of the suite's own, and the way to it. */
export interface Sandbox {
  api: Api;
  namespace: string;
  signal: AbortSignal;
}

/** A Kubernetes object to be made; its namespace is the sandbox's. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export interface SandboxOptions {
  /** Whether istiod gives its pods sidecars. */
  sidecars: boolean;
  /** What its namespace is called, which nobody may have made yet; by default by chance. */
  name?: string | undefined;
  /** Labels of its namespace besides. */
  labels?: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/**
 * Makes a namespace, does something in it, and removes it with everything, whatever happened. It is gone with its last
 * object, for which nobody needs to wait.
 */
export async function withSandbox<T>(
  api: Api,
  { sidecars, name, labels = {}, signal }: SandboxOptions,
  action: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const namespace = name ?? `gatehouse-verify-${randomBytes(4).toString("hex")}`;
  await stillThere(api, name, signal);
  return undoing(
    `the namespace ${namespace} was made`,
    (ended) => removeIfThere(api, `/api/v1/namespaces/${namespace}`, ended),
    async () => {
      await api.create(
        "/api/v1/namespaces",
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: {
            name: namespace,
            labels: {
              ...labels,
              "app.kubernetes.io/managed-by": "gatehouse-verify",
              "pod-security.kubernetes.io/enforce": "restricted",
              "istio-injection": sidecars ? "enabled" : "disabled",
            },
          },
        },
        signal,
      );
      return action({ api, namespace, signal });
    },
  );
}

/** What somebody else has made is nothing to work in, and nothing to remove afterwards. */
async function stillThere(api: Api, name: string | undefined, signal: AbortSignal): Promise<void> {
  if (name === undefined) {
    return;
  }
  try {
    await api.get(`/api/v1/namespaces/${name}`, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return;
    }
    throw error;
  }
  throw new Error(`the namespace ${name} is there already: name one that the suite may make and remove`);
}

/** Removes an object; where making it failed there is nothing to remove. */
export async function removeIfThere(api: Api, path: string, signal: AbortSignal): Promise<void> {
  try {
    await api.remove(path, {}, signal);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) {
      throw error;
    }
  }
}

/** Makes an object among the deployment's own, does something with it, and removes it, whatever happened. */
export async function withObject<T>(
  api: Api,
  namespace: string,
  manifest: Manifest,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const { kind, metadata } = manifest;
  const collection = collectionOf(manifest, namespace);
  return undoing(
    `${kind} ${namespace}/${metadata.name} was made`,
    (ended) => removeIfThere(api, `${collection}/${metadata.name}`, ended),
    async () => {
      await api.create(collection, { ...manifest, metadata: { ...metadata, namespace } }, signal);
      return action();
    },
  );
}

/** The REST collections of the kinds that the suite makes. */
const collections: Record<string, string> = {
  ConfigMap: "configmaps",
  Pod: "pods",
  Service: "services",
  ServiceAccount: "serviceaccounts",
  AuthorizationPolicy: "authorizationpolicies",
  PeerAuthentication: "peerauthentications",
  RequestAuthentication: "requestauthentications",
  Role: "roles",
  RoleBinding: "rolebindings",
  OAuth2Client: "oauth2clients",
  ServiceEntry: "serviceentries",
  VirtualService: "virtualservices",
};

/** Path of an object's collection. */
export function collectionOf({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">, namespace: string): string {
  const plural = collections[kind];
  if (plural === undefined) {
    throw new Error(`the suite makes no ${kind}`);
  }
  return `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}/namespaces/${namespace}/${plural}`;
}

/** Makes an object in the sandbox. */
export async function make({ api, namespace, signal }: Sandbox, manifest: Manifest): Promise<{ metadata: Metadata }> {
  const { metadata } = manifest;
  return api.create(collectionOf(manifest, namespace), { ...manifest, metadata: { ...metadata, namespace } }, signal);
}
