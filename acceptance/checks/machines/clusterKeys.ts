import { clusterKeys as place, serviceHost } from "../../../components/topology";
import { podLabels } from "../../../components/labels";
import { type Check, type CheckContext } from "../../check";
import { type Api, clusterApi } from "../../cluster/api";
import { authorityInCluster } from "../../cluster/certificates";
import { clusterKeysOf } from "../../cluster/clusterKeys";
import { connect } from "../../cluster/connect";
import { isReady, type List, type Pod, type Workload } from "../../cluster/objects";
import { type Forwarded, forwardPort } from "../../cluster/prober";
import { type Answer, ask, type Ask } from "../../http/request";
import { limited } from "../../limited";

export type OpenKeys = (context: CheckContext, api: Api, at: Workload) => Promise<Forwarded>;

/** Into a pod of it, past the NetworkPolicy, as kubectl port-forward does. */
const intoPod: OpenKeys = async ({ target, signal }, api, { namespace }) => {
  const labels = Object.entries(podLabels(place.name)).map(([key, value]) => `${key}=${value}`);
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels.join(","))}`;
  const pod = (await api.get<List<Pod>>(path, signal)).items.find(isReady);
  if (pod === undefined) {
    throw new Error("no pod of cluster-keys is ready");
  }
  return forwardPort(connect(target), namespace, pod.metadata.name, place.ports.https);
};

interface Try {
  what: string;
  path?: string;
  options?: Ask;
}

/** Everything but the one question of istiod's. */
const refused: readonly Try[] = [
  ...["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map((method) => ({
    what: `${method} of the keys`,
    options: { method },
  })),
  ...[
    "/",
    "/api",
    "/apis",
    "/version",
    "/metrics",
    "/openid/v1/",
    "/openid/v1/jwks/",
    "/openid/v1/jwks?pretty=true",
    "/openid/v1//jwks",
    "/openid/v1/./jwks",
    "/openid/v1/%6awks",
    "/openid/v1/jwks/../../../api",
    "/openid/v1/jwks%2f..%2f..%2f..%2fapi",
    "//openid/v1/jwks",
    "/OPENID/V1/JWKS",
    "/openid/v2",
    "/.well-known/openid-configuration",
    "/api/v1/namespaces/kube-system/secrets",
  ].map((path) => ({ what: `GET ${path}`, path })),
];

/** The one thing of the platform that has a token of the API server for others' sake. */
export function clusterKeys(open: OpenKeys = intoPod): Check {
  return {
    area: "machines",
    name: "cluster-keys",
    proves:
      "What hands the cluster's keys to istiod answers a GET of that one path, over TLS of the private CA, with the API server's own keys; every other path, spelling and method is refused, and its account may do nothing else.",
    mend: "Look at the ConfigMap istio-system/cluster-keys (documents/keys/clusterKeysConfig.ts), and at the ClusterRole gatehouse-cluster-keys: one nonResourceURL and the verb get.",
    exercises: ["istiod", "API server"],
    needs: ["cluster", "cluster-keys"],
    timeout: 120,
    run: async (context) => {
      const { probe, signal } = context;
      const api = clusterApi(context.target);
      const ca = await authorityInCluster(api, signal);
      const workload = await clusterKeysOf(api, signal);
      const tunnel = await open(context, api, workload);
      try {
        const at = new URL(`https://${serviceHost(workload.name, workload.namespace)}:${tunnel.port}`);
        const get = (path: string, options: Ask = {}): Promise<Answer> =>
          ask({ ...context.target, address: "127.0.0.1", ca }, at, path, {
            ...options,
            signal: limited(signal, 15_000),
          });
        const keys = await get(place.path);
        const own = JSON.stringify(await api.get(place.path, signal));
        probe.expect(
          keys.status === 200 && sameKeys(keys.body, own),
          "GET of the keys: those of the API server, with a certificate of the private CA",
          `GET of the keys: should be 200 with the API server's keys; came ${keys.status}`,
        );
        const foreign = await get(place.path, {
          headers: [
            ["Authorization", "Bearer not-a-token"],
            ["Impersonate-User", "system:admin"],
          ],
        });
        probe.expect(
          foreign.status === 200,
          "a token and another's name that somebody brings along count for nothing",
          `a foreign token should be replaced by the account's own; came ${foreign.status}`,
        );
        for (const { what, path = place.path, options } of refused) {
          const { status, body } = await get(path, options);
          probe.expect(
            status === 403 && !body.includes("{"),
            `${what}: 403`,
            `${what}: should be 403 and nothing of the API server; came ${status}`,
          );
        }
      } finally {
        await tunnel.close();
      }
      await rights(context, api, workload);
    },
  };
}

interface Review {
  status?: { allowed?: boolean };
}

/** What its account may do, as the API server itself says. What every account may read is in `system:discovery`. */
async function rights({ probe, signal }: CheckContext, api: Api, { namespace, name }: Workload): Promise<void> {
  const user = `system:serviceaccount:${namespace}:${name}`;
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
  for (const [wanted, what, attributes] of [
    [true, `get ${place.path}`, { nonResourceAttributes: { path: place.path, verb: "get" } }],
    [false, "get /metrics", { nonResourceAttributes: { path: "/metrics", verb: "get" } }],
    [false, "post the keys", { nonResourceAttributes: { path: place.path, verb: "post" } }],
    [false, "get Secrets", { resourceAttributes: { verb: "get", resource: "secrets", namespace } }],
    [false, "list pods", { resourceAttributes: { verb: "list", resource: "pods" } }],
    [
      false,
      "make tokens",
      { resourceAttributes: { verb: "create", resource: "serviceaccounts", subresource: "token" } },
    ],
    [false, "act as others", { resourceAttributes: { verb: "impersonate", resource: "users" } }],
  ] as const) {
    const { status } = await api.create<Review>(
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user, groups, ...attributes },
      },
      signal,
    );
    probe.expect(
      status?.allowed === wanted,
      `its account ${wanted ? "may" : "may not"} ${what}`,
      `its account ${wanted ? "should be allowed to" : "should not be allowed to"} ${what}`,
    );
  }
}

function sameKeys(text: string, own: string): boolean {
  const idsOf = (json: string) =>
    ((JSON.parse(json) as { keys?: { kid?: string; n?: string }[] }).keys ?? [])
      .map(({ kid, n }) => `${kid} ${n}`)
      .sort()
      .join();
  try {
    return idsOf(text) === idsOf(own) && idsOf(own) !== "";
  } catch {
    return false;
  }
}
