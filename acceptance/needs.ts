import { BadInput } from "../cli/exit";
import { endsTls, type Need, type Target } from "./check";
import { type Api, ApiError, clusterApi } from "./cluster/api";
import { findClusterKeys } from "./cluster/clusterKeys";
import { describeError } from "./describeError";
import { seenByBackend } from "./echo";
import { type Answer, ask, header } from "./http/request";
import { limited } from "./limited";
import { isProvider } from "./signIn/provider";
import { signIn } from "./signIn/session";

export interface NeedsRequest {
  target: Target;
  /** The needs of the checks that are to run; what nobody needs is not looked for. */
  wanted: ReadonlySet<Need>;
  disturb: boolean;
  /** Whether the echo's address was given and not guessed. */
  echoGiven: boolean;
  signal: AbortSignal;
  busy: (what: string) => void;
}

/** How long one look may take, in milliseconds. */
const patience = 15_000;

/** Every need that exists, with the reason when nothing was given that could meet it. */
const notGiven: Record<Need, (request: NeedsRequest) => string | undefined> = {
  user: ({ target }) => (target.people.length > 0 ? undefined : "nobody may sign in (--user, --passwords)"),
  connectors: ({ target: { people } }) =>
    people.some(({ connector }) => connector !== undefined)
      ? undefined
      : "nobody signs in by a connector of Dex (--passwords with connectors)",
  saml: ({ target: { people } }) =>
    people.some(({ saml }) => saml === true) ? undefined : "nobody signs in by SAML (--passwords with saml)",
  outsider: ({ target: { outsiders = [] } }) =>
    outsiders.length > 0 ? undefined : "nobody was named who must not be let in (--outsider EMAIL)",
  echo: ({ target }) => (target.echo === undefined ? "no echo application (--echo URL)" : undefined),
  app: ({ target }) =>
    target.app === undefined
      ? "no application with a host of its own that answers as the echo does (--app URL)"
      : undefined,
  "closed-app": ({ target }) =>
    target.closedApp === undefined ? "no application that is closed to these people (--closed-app URL)" : undefined,
  "in-cluster-app": ({ target }) =>
    target.inClusterApp === undefined
      ? "no application that pods may call past the gate (--in-cluster-app HOST:PORT)"
      : undefined,
  notebooks: ({ target }) =>
    target.notebooks === undefined ? "notebooks have no hosts of their own (--notebooks DOMAIN)" : undefined,
  "notebook-paths": ({ target }) =>
    target.notebookNamespace === undefined
      ? "no namespace for notebooks on the gate's own host (--notebook-namespace NAMESPACE)"
      : undefined,
  jupyterlab: ({ target }) =>
    target.jupyterlab === undefined ? "no image with JupyterLab (--jupyterlab IMAGE)" : undefined,
  browser: ({ target }) =>
    target.browser === undefined ? "no Chromium on PATH (--browser PATH or GATEHOUSE_CHROMIUM)" : undefined,
  client: ({ target }) => (target.client === undefined ? "no client of Dex (--client FILE)" : undefined),
  job: ({ target }) => (target.job === undefined ? "no job outside has a client of Dex (--job FILE)" : undefined),
  "kept-sessions": ({ target }) =>
    target.keptSessions === true
      ? undefined
      : "sessions are in cookies alone, which outlive a sign-out (--kept-sessions)",
  "sessions-in-cookies": ({ target }) =>
    target.keptSessions === true ? "a server keeps the sessions (--kept-sessions)" : undefined,
  sessions: () => undefined,
  cluster: ({ target }) =>
    target.kubeconfig === undefined ? "no access to the cluster (--kubeconfig FILE)" : undefined,
  audience: ({ target }) =>
    target.machineAudience === undefined ? "the gate takes no tokens of the cluster (--audience AUDIENCE)" : undefined,
  "client-address": ({ target }) =>
    target.clientAddress === undefined
      ? "nobody said which address of this machine the gateway is to see (--client-address ADDRESS)"
      : undefined,
  "gateway-address": ({ target }) =>
    target.front?.gateway === undefined
      ? "nothing is known to stand in front of the gateway (--front TYPE --gateway ADDRESS)"
      : undefined,
  offload: ({ target }) =>
    endsTls(target.front) ? undefined : "TLS doesn't end in front of the gateway (--front offload)",
  bare: ({ target }) =>
    target.front?.bare === undefined
      ? "no trusted way to the gateway without the PROXY protocol's header (--bare HOST:PORT)"
      : undefined,
  renew: ({ target }) =>
    target.renewCommand === undefined ? "no command that renews the public certificate (--renew COMMAND)" : undefined,
  "acme-http01": ({ target }) =>
    target.acmeHttp01 === true ? undefined : "no challenge passes at port 80 (--acme-http01)",
  "unreachable-issuer": ({ target }) =>
    target.unreachableIssuer === undefined ? "no issuer without keys (--unreachable-issuer URL)" : undefined,
  disturb: ({ disturb }) => (disturb ? undefined : "nothing may be disturbed (--disturb)"),
  rotate: ({ target }) =>
    target.rotateCommand === undefined ? "no command that rotates a secret (--rotate COMMAND)" : undefined,
  "cert-manager": ({ target }) =>
    target.kubeconfig === undefined ? "no access to the cluster (--kubeconfig FILE)" : undefined,
  "cluster-keys": ({ target }) =>
    target.kubeconfig === undefined ? "no access to the cluster (--kubeconfig FILE)" : undefined,
  wait: ({ target }) =>
    (target.waitSeconds ?? 0) > 0 ? undefined : "there is no time to see tokens end (--wait SECONDS)",
  load: ({ target }) => (target.loadSeconds > 0 ? undefined : "no load was asked for (--load SECONDS)"),
};

/** All there are. */
export const knownNeeds = Object.keys(notGiven) as Need[];

/** The needs that are not met, each with the reason. Looks at the deployment once for each. */
export async function unmetNeeds(request: NeedsRequest): Promise<Map<Need, string>> {
  const unmet = new Map<Need, string>();
  for (const need of request.wanted) {
    const reason = notGiven[need](request);
    if (reason !== undefined) {
      unmet.set(need, reason);
    }
  }
  const look = async (need: Need, what: string, find: () => Promise<string | undefined>) => {
    if (request.wanted.has(need) && !unmet.has(need)) {
      request.busy(what);
      const reason = await find();
      if (reason !== undefined) {
        unmet.set(need, reason);
      }
    }
  };
  await look("sessions", "looking for oauth2-proxy", () => withoutSessions(request));
  await look("echo", "looking for the echo application", () => withoutEcho(request, !unmet.has("sessions")));
  const { target, signal, wanted } = request;
  const inCluster: readonly Need[] = ["cluster", "disturb", "cert-manager", "cluster-keys"];
  if (target.kubeconfig !== undefined && inCluster.some((need) => wanted.has(need))) {
    const api = await openCluster(target, signal);
    await look("cluster", "asking for rights in the cluster", () => withoutRights(api, readAndProbe, signal));
    await look("disturb", "asking for rights in the cluster", () => withoutRights(api, disturbing, signal));
    await look("cluster-keys", "looking for the cluster's keys", () => withoutClusterKeys(api, signal));
    await look("cert-manager", "looking for cert-manager", () => withoutCertManager(api, signal));
  }
  return unmet;
}

/**
 * Signed out, the gate shows oauth2-proxy's page, and its button leads to Dex. One of both is enough: where sign-in is half
 * broken, checks must fail and not be left out.
 */
async function withoutSessions({ target, signal }: NeedsRequest): Promise<string | undefined> {
  const { gate } = target;
  const get = async (path: string): Promise<Answer | string> => {
    try {
      return await ask(target, gate, path, { headers: [["Accept", "text/html"]], signal: limited(signal, patience) });
    } catch (error) {
      return describeError(error);
    }
  };
  const [page, start] = await Promise.all([get("/"), get("/oauth2/start?rd=%2F")]);
  const showsPage = typeof page !== "string" && page.body.includes("/oauth2/start");
  const location = typeof start === "string" ? undefined : header(start, "location");
  if (showsPage || (location !== undefined && URL.canParse(location) && isProvider(target, new URL(location)))) {
    return undefined;
  }
  const came = (answer: Answer | string) => (typeof answer === "string" ? answer : String(answer.status));
  return (
    `oauth2-proxy doesn't answer: ${gate.href} without a session came back with ${came(page)} and no sign-in page, ` +
    `/oauth2/start with ${came(start)} and didn't lead to ${target.provider === undefined ? "Dex" : target.provider.href}`
  );
}

/**
 * Whether the guessed address has no application. Without an identity the gate tells nobody which hosts it has, so this is
 * said only for sure signs; in doubt the checks run, and fail if there is none.
 */
async function withoutEcho(
  { target, echoGiven, signal }: NeedsRequest,
  sessions: boolean,
): Promise<string | undefined> {
  const { echo, people } = target;
  if (echo === undefined || echoGiven) {
    return undefined;
  }
  const none = (why: string) => `no echo application at ${echo.origin}, ${why} (--echo URL)`;
  try {
    const { status } = await ask(target, echo, "/", { signal: limited(signal, patience) });
    if (status === 404) {
      return none("which answers 404");
    }
  } catch (error) {
    return none(`where nothing answers: ${describeError(error)}`);
  }
  const [person] = people;
  if (person === undefined || !sessions) {
    return undefined;
  }
  try {
    const { last } = await signIn(target, person, new URL("/", echo), limited(signal, 60_000));
    const { status } = last.answer;
    return status === 404 || (status === 200 && seenByBackend(last.answer) === undefined)
      ? none(`where something else answers ${person.email} with ${status}`)
      : undefined;
  } catch {
    // A sign-in that fails is a finding of the checks, and no sign of an absent application.
    return undefined;
  }
}

interface Right {
  verb: string;
  resource: string;
  group?: string;
  subresource?: string;
}

const readAndProbe: readonly Right[] = [
  { verb: "list", resource: "pods" },
  { verb: "get", resource: "deployments", group: "apps" },
  { verb: "get", resource: "namespaces" },
  { verb: "create", resource: "namespaces" },
  { verb: "create", resource: "serviceaccounts" },
  { verb: "create", resource: "serviceaccounts", subresource: "token" },
  { verb: "create", resource: "pods" },
  { verb: "delete", resource: "namespaces" },
  { verb: "create", resource: "pods", subresource: "portforward" },
];

const disturbing: readonly Right[] = [
  { verb: "patch", resource: "deployments", group: "apps" },
  { verb: "delete", resource: "pods" },
  { verb: "get", resource: "secrets" },
  { verb: "patch", resource: "secrets" },
  { verb: "list", resource: "configmaps" },
  ...["create", "delete"].flatMap((verb) => [
    { verb, resource: "networkpolicies", group: "networking.k8s.io" },
    { verb, resource: "requestauthentications", group: "security.istio.io" },
    { verb, resource: "oauth2clients", group: "dex.coreos.com" },
    { verb, resource: "virtualservices", group: "networking.istio.io" },
    { verb, resource: "serviceentries", group: "networking.istio.io" },
  ]),
  { verb: "patch", resource: "certificates", group: "cert-manager.io", subresource: "status" },
];

/** A kubeconfig that doesn't work is a wrong option, not something that happens to be missing. */
async function openCluster(target: Target, signal: AbortSignal): Promise<Api> {
  try {
    const api = clusterApi(target);
    await api.get("/version", signal);
    return api;
  } catch (error) {
    const denied = error instanceof ApiError && (error.status === 401 || error.status === 403);
    const mend = denied
      ? "use a context whose user the API server knows; kubectl auth whoami shows who that is"
      : "use a kubeconfig whose current context works: kubectl version --kubeconfig FILE";
    const value = `${target.kubeconfig}: ${describeError(error)}`;
    throw new BadInput("The cluster can't be reached.", [{ key: "--kubeconfig", value, mend }]);
  }
}

async function withoutRights(api: Api, rights: readonly Right[], signal: AbortSignal): Promise<string | undefined> {
  const asked = rights.map(async (right) => {
    const { status } = await api.create<{ status?: { allowed?: boolean } }>(
      "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: right },
      },
      signal,
    );
    return status?.allowed === true ? [] : [nameOf(right)];
  });
  const refused = (await Promise.all(asked)).flat();
  return refused.length === 0 ? undefined : `the kubeconfig's user may not ${refused.join(", ")}`;
}

function nameOf({ verb, resource, group, subresource }: Right): string {
  const name = group === undefined ? resource : `${resource}.${group}`;
  return `${verb} ${subresource === undefined ? name : `${name}/${subresource}`}`;
}

/** Whether the deployment hands the cluster's keys on to istiod by itself. */
async function withoutClusterKeys(api: Api, signal: AbortSignal): Promise<string | undefined> {
  return (await findClusterKeys(api, signal)) === undefined
    ? "the deployment has no cluster-keys (machines.cluster.type is not selfSigned)"
    : undefined;
}

async function withoutCertManager(api: Api, signal: AbortSignal): Promise<string | undefined> {
  const labels = "app.kubernetes.io/name=cert-manager,app.kubernetes.io/component=controller";
  try {
    const { resources = [] } = await api.get<{ resources?: { name: string }[] }>("/apis/cert-manager.io/v1", signal);
    if (!resources.some(({ name }) => name === "certificates")) {
      return "the cluster has no Certificates (cert-manager.io/v1)";
    }
    const { items = [] } = await api.get<{ items?: { status?: { availableReplicas?: number } }[] }>(
      `/apis/apps/v1/deployments?labelSelector=${encodeURIComponent(labels)}`,
      signal,
    );
    const available = items.some(({ status }) => (status?.availableReplicas ?? 0) > 0);
    return available ? undefined : "cert-manager's controller doesn't run in the cluster";
  } catch (error) {
    return error instanceof ApiError && error.status === 404
      ? "the cluster has no Certificates (cert-manager.io/v1)"
      : `cert-manager can't be looked at: ${describeError(error)}`;
  }
}
