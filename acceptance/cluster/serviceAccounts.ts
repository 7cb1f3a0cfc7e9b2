import { type KubeConfig } from "@kubernetes/client-node";
import { apiOf } from "./api";
import { make, type Sandbox } from "./sandbox";

/** What a token is to be good for. */
export interface TokenWish {
  /** Whom it is meant for; the API server itself where nothing is said. */
  audience?: string;
  /** The pod with which it ends. */
  pod?: { name: string; uid: string };
}

export async function makeServiceAccount(sandbox: Sandbox, name: string): Promise<void> {
  await make(sandbox, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name },
    automountServiceAccountToken: false,
  });
}

/** A token of a service account, as kubelet gets it for a pod and `kubectl create token` for a person: for ten minutes. */
export async function tokenOf(
  { api, namespace, signal }: Sandbox,
  name: string,
  { audience, pod }: TokenWish = {},
): Promise<string> {
  const { status } = await api.create<{ status?: { token?: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: {
        expirationSeconds: 600,
        ...(audience === undefined ? {} : { audiences: [audience] }),
        ...(pod === undefined ? {} : { boundObjectRef: { apiVersion: "v1", kind: "Pod", ...pod } }),
      },
    },
    signal,
  );
  if (status?.token === undefined) {
    throw new Error(`the API server gave no token of the service account ${name}`);
  }
  return status.token;
}

/** The public keys with which the cluster's tokens are verified. The API server gives them in a format of their own. */
export async function clusterKeySet(config: KubeConfig, signal: AbortSignal): Promise<string> {
  const api = apiOf({
    server: config.getCurrentCluster()?.server ?? "",
    apply: async (options) => {
      Object.assign(options.headers ?? {}, { Accept: "application/jwk-set+json" });
      await config.applyToHTTPSOptions(options);
    },
  });
  const set = await api.get<{ keys?: unknown[] }>("/openid/v1/jwks", signal);
  if (!Array.isArray(set.keys) || set.keys.length === 0) {
    throw new Error("the API server's /openid/v1/jwks holds no keys");
  }
  return JSON.stringify(set);
}
