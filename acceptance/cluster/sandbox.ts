import { randomBytes } from "node:crypto";
import { type Api, ApiError, fieldManager, type RemoveOptions } from "./api";
import { type Metadata } from "./objects";
import { undoing } from "./undo";
import { waitFor } from "./wait";

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
  const path = `/api/v1/namespaces/${namespace}`;
  // A name that was given may be somebody else's.
  const owner = name === undefined ? undefined : randomBytes(8).toString("hex");
  if (owner !== undefined) {
    await notYetThere(api, namespace, signal);
  }
  return undoing(
    `the namespace ${namespace} was made`,
    (ended) => (owner === undefined ? removeIfThere(api, path, ended) : removeOwn(api, path, owner, ended)),
    async () => {
      try {
        await api.create(
          "/api/v1/namespaces",
          {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: {
              name: namespace,
              labels: {
                ...labels,
                ...(owner === undefined ? {} : { [ownerLabel]: owner }),
                [managedBy]: fieldManager,
                "pod-security.kubernetes.io/enforce": "restricted",
                "istio-injection": sidecars ? "enabled" : "disabled",
              },
            },
          },
          signal,
        );
      } catch (error) {
        throw error instanceof ApiError && error.status === 409 ? thereAlready(namespace) : error;
      }
      return action({ api, namespace, signal });
    },
  );
}

/** On a namespace that somebody named, and which run of the suite made it. */
const ownerLabel = "gatehouse-verify/run";
const managedBy = "app.kubernetes.io/managed-by";

function thereAlready(namespace: string): Error {
  return new Error(`the namespace ${namespace} is there already: name one that the suite may make and remove`);
}

async function namespaceOf(api: Api, path: string, signal: AbortSignal): Promise<Namespace | undefined> {
  try {
    return await api.get<Namespace>(path, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}

interface Namespace {
  metadata: Metadata;
}

/** What somebody else has made is nothing to work in. The suite's own may still be going, since nobody waits for that. */
async function notYetThere(api: Api, namespace: string, signal: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const gone = async () => {
    const metadata = (await namespaceOf(api, path, signal))?.metadata;
    if (metadata === undefined) {
      return true;
    }
    if (metadata.labels?.[managedBy] !== fieldManager) {
      throw thereAlready(namespace);
    }
    if (metadata.deletionTimestamp === undefined) {
      throw new Error(`the namespace ${namespace} is left from an earlier run: kubectl delete namespace ${namespace}`);
    }
    return undefined;
  };
  if ((await gone()) === undefined) {
    await waitFor(`the namespace ${namespace} of an earlier run is gone`, gone, { within: 120_000, signal });
  }
}

/** Removes a namespace if this run has made it, and no other that came in its place. */
async function removeOwn(api: Api, path: string, owner: string, signal: AbortSignal): Promise<void> {
  const metadata = (await namespaceOf(api, path, signal))?.metadata;
  if (metadata?.labels?.[ownerLabel] === owner) {
    await removeIfThere(api, path, signal, { preconditions: { uid: metadata.uid } });
  }
}

/** Removes an object; where making it failed there is nothing to remove. */
export async function removeIfThere(
  api: Api,
  path: string,
  signal: AbortSignal,
  options: RemoveOptions = {},
): Promise<void> {
  try {
    await api.remove(path, options, signal);
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
