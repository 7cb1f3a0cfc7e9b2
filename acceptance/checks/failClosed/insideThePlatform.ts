import { randomBytes } from "node:crypto";
import { gateway, namespaces } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { authorityInCluster } from "../../cluster/certificates";
import { connect } from "../../cluster/connect";
import { letIn } from "../../cluster/letIn";
import { hasOwnEcho, namespacesOfOthers, networkTargets } from "../../cluster/networkTargets";
import { isReady, type Pod } from "../../cluster/objects";
import { forwardPort, type Forwarded } from "../../cluster/prober";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount } from "../../cluster/serviceAccounts";
import { waitFor } from "../../cluster/wait";
import { ask } from "../../http/request";
import { limited } from "../../limited";
import { envoyImage } from "../machines/podToBackend";
import { restrictedPod } from "../machines/restrictedPod";
import { forwarderConfig, forwarderPort, readyPath, type Way, wayHeader } from "./inside/forwarder";
import { type AskInside, judge, type Stage } from "./inside/judge";
import { internalWay, partsOf } from "./inside/ways";

/** The pods that ask, and how. Their account has the gateway's name: whoever compares less than the whole is fooled. */
const clients = { inMesh: "client", outsideMesh: "plain-client" } as const;
const account = gateway.serviceAccount;
const configMap = "forwarder";

/** How the clients are reached; a test has other ways. */
export type OpenClients = (
  context: CheckContext,
  sandbox: Sandbox,
) => Promise<{
  ask: AskInside;
  close: () => Promise<void>;
}>;

export function insideThePlatform(open: OpenClients, within = 60_000): Check {
  return {
    area: "fail-closed",
    name: "inside-the-platform",
    proves:
      "A pod that the NetworkPolicies let in gets nothing from Dex, oauth2-proxy and the echo, without mutual TLS or with " +
      "another principal than the gateway's, and from the gateway's internal port only Dex's keys and token endpoint.",
    mend:
      "An answer to plain HTTP: look at `kubectl get peerauthentication -A`, STRICT in every namespace. An answer to a pod of " +
      "the mesh: at the AuthorizationPolicies of `auth` and the echo. More than keys and " +
      "tokens at port 8444: at the AuthorizationPolicy ingress/internal-paths.",
    exercises: ["sidecar", "gateway", "istiod"],
    needs: ["cluster", "disturb"],
    timeout: 420,
    run: async (context) => {
      const { target, probe, signal } = context;
      const api = clusterApi(target);
      const others = await namespacesOfOthers(api, signal);
      const notebooks = target.notebooks !== undefined;
      const has = { echo: hasOwnEcho(target), notebooks, others, absent: target.absent };
      const parts = partsOf(target, await networkTargets(api, has, signal));
      const internal = internalWay(await authorityInCluster(api, signal));
      const ways = [...parts.flatMap(({ way, health }) => [way, health]), internal];
      await withSandbox(api, { sidecars: true, signal }, async (sandbox) => {
        probe.busy("two pods of the suite's own, with and without a sidecar");
        await makeClients(sandbox, ways);
        const guest = { name: `gatehouse-verify-${randomBytes(4).toString("hex")}`, sandbox: sandbox.namespace };
        const closed = [namespaces.auth, namespaces.ingress, ...(has.echo ? [namespaces.echo] : [])];
        await letIn(api, closed, guest, signal, async () => {
          const { ask: askInside, close } = await open(context, sandbox);
          try {
            const hosts = [target.gate, ...(target.echo === undefined ? [] : [target.echo])].map(({ host }) => host);
            const stage = { ask: askInside, parts, internal, hosts };
            probe.busy("waiting until the network lets them in");
            await letInByNow(stage, within, signal);
            probe.busy("asking where only the gateway may");
            await judge(stage, probe);
          } finally {
            await close();
          }
        });
      });
    },
  };
}

async function makeClients(sandbox: Sandbox, ways: readonly Way[]): Promise<void> {
  const { api, namespace, signal } = sandbox;
  await makeServiceAccount(sandbox, account);
  const data = { "envoy.yaml": forwarderConfig(ways) };
  await make(sandbox, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: configMap }, data });
  const image = await envoyImage(api, signal);
  const envoy = { configMap, port: forwarderPort, readyPath };
  for (const [place, name] of Object.entries(clients)) {
    const sidecar = place === "inMesh";
    await make(sandbox, restrictedPod({ name, serviceAccount: account, image, sidecar, envoy }));
  }
  for (const name of Object.values(clients)) {
    const look = async () => {
      const pod = await api.get<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`, signal);
      return isReady(pod) ? true : undefined;
    };
    await waitFor(`the pod ${name} is ready`, look, { within: 180_000, signal });
  }
}

/** A new policy takes its time to get to every node, and a new sidecar to know its neighbours. */
async function letInByNow({ ask: askInside, parts, internal }: Stage, within: number, signal: AbortSignal) {
  for (const { way, health, paths } of parts) {
    const look = async () => {
      const [plain, mesh] = await Promise.all([
        askInside("outsideMesh", health, { path: health.path }),
        askInside("inMesh", way, { path: paths[0] ?? "/" }),
      ]);
      const came = `${plain.status} at its health port, ${mesh.status} from a pod of the mesh`;
      if (plain.status !== 200 || mesh.status >= 500) {
        throw new Error(`came ${came}`);
      }
      return true;
    };
    await waitFor(`the network lets the suite's pods in to ${way.name}`, look, { within, signal });
  }
  const look = async () => {
    const { status, body } = await askInside("outsideMesh", internal, { path: "/dex/keys" });
    if (status >= 500) {
      throw new Error(`came ${status} (${body.slice(0, 80)})`);
    }
    return true;
  };
  await waitFor(`the network lets the suite's pods in to the gateway's port ${internal.port}`, look, {
    within,
    signal,
  });
}

/** Asks through the API server and the forwarding pods. */
export const throughPods: OpenClients = async ({ target, signal }, { namespace }) => {
  const config = connect(target);
  const forwarded = new Map<string, Forwarded>();
  const close = async () => {
    await Promise.all([...forwarded.values()].map((one) => one.close()));
  };
  try {
    for (const pod of Object.values(clients)) {
      forwarded.set(pod, await forwardPort(config, namespace, pod, forwarderPort));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const local = { ...target, address: undefined, ca: undefined };
  return {
    ask: (from, { name, host, port }, { method = "GET", path, headers = [] }) => {
      const url = new URL(`http://127.0.0.1:${forwarded.get(clients[from])?.port ?? 0}`);
      const named = headers.some(([header]) => header === "Host");
      const own = named ? [] : [["Host", `${host}:${port}`] as const];
      return ask(local, url, path, {
        method,
        headers: [...own, [wayHeader, name], ["Accept", "application/json"], ...headers],
        signal: limited(signal, 30_000),
      });
    },
    close,
  };
};
