import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Check, type CheckContext, type Server } from "../../check";
import { type Api, clusterApi } from "../../cluster/api";
import { findClusterKeys } from "../../cluster/clusterKeys";
import { connect } from "../../cluster/connect";
import {
  type Attempt,
  between,
  type ConnectionProbe,
  listenerPort,
  openProbe,
  probingPod,
  type Seen,
} from "../../cluster/connectionProbe";
import {
  dnsServer,
  hasOwnEcho,
  namespacesOfOthers,
  type NetworkTarget,
  type Parts,
  networkTargets,
  platformNamespaces,
  platformParts,
} from "../../cluster/networkTargets";
import { hasStarted, isReady, type Pod } from "../../cluster/objects";
import { letIn } from "../../cluster/letIn";
import { partWays } from "../../cluster/partWays";
import { withObject, withSandbox } from "../../cluster/sandbox";
import { waitFor } from "../../cluster/wait";
import { envoyImage } from "../machines/podToBackend";

export interface FlowPace {
  /** Within what time everything must be as it should be, in milliseconds. */
  within: number;
  /** Pause between two looks; long enough for two tries of Envoy. */
  every: number;
  /** How a probing pod is asked. */
  open: (context: CheckContext, namespace: string, name: string) => Promise<ConnectionProbe>;
}

export const throughTheApiServer: FlowPace["open"] = ({ target, signal }, namespace, name) =>
  openProbe(target, connect(target), namespace, name, signal);

/** An attempt, from whom, and what must come of it. */
interface Expected extends Attempt {
  from: string;
  wanted: Seen;
  why: string;
  /** What must come of it while a policy of the suite's own lets the suite's pods in. */
  admitted: Seen;
}

/** Where a probing pod is put. */
interface Place {
  namespace: string;
  name: string;
  expected: Expected[];
  /** The labels of a part of the platform, where the pod is to be taken for one. */
  labels?: Record<string, string>;
}

interface Station {
  probe: ConnectionProbe;
  expected: Expected[];
}

export function networkFlows(pace: FlowPace): Check {
  return {
    area: "fail-closed",
    name: "network-flows",
    proves:
      "In every namespace of the platform a listed flow goes through and an unlisted one does not, because of a NetworkPolicy " +
      "and not because nobody listens.",
    mend:
      "Everything open: the cluster's network plugin doesn't enforce NetworkPolicies. Something open: compare `kubectl get " +
      "networkpolicy -A` with docs/reference/network-flows.md. Names closed: set `cluster.dns`. A server outside closed to its " +
      "own part: `network` of that server in the settings.",
    exercises: ["NetworkPolicy"],
    needs: ["cluster", "disturb"],
    timeout: 600,
    run: async (context) => {
      const { target, probe, signal } = context;
      const api = clusterApi(target);
      const { front, absent, servers = [] } = target;
      const others = await namespacesOfOthers(api, signal);
      if (others.size > 0) {
        probe.figure(
          `namespaces of somebody else's, not looked at (${[...others].join(", ")})`,
          others.size,
          "namespaces",
        );
      }
      const parts = {
        echo: hasOwnEcho(target),
        notebooks: target.notebooks !== undefined,
        front: front !== undefined,
        clusterKeys: await findClusterKeys(api, signal),
        others,
        absent,
      };
      const targets = await networkTargets(api, parts, signal);
      const dns = await dnsServer(api, signal);
      const image = await envoyImage(api, signal);
      const name = `gatehouse-verify-${randomBytes(4).toString("hex")}`;
      const owned = platformNamespaces(parts);
      await withSandbox(api, { sidecars: false, signal }, async ({ namespace: sandbox }) => {
        const listening = { namespace: sandbox, name: "listener", expected: [] };
        probe.busy("probing pods");
        await withObject(api, sandbox, probingPod(listening.name, image, []), signal, async () => {
          const listener = await ready(api, listening, signal);
          const places: Place[] = [
            { namespace: sandbox, name: "outsider", expected: outsider(targets, listener, servers) },
            ...disguised(servers, targets, parts),
            ...owned.map((namespace) => ({ namespace, name, expected: insider(namespace, dns, listener) })),
          ];
          await withPods(context, { api, image, pace }, places, (stations) =>
            judge(context, stations, owned, { api, sandbox, name, pace }),
          );
        });
      });
    },
  };
}

/** Puts a pod into each place, waits for all of them, and opens the way to each. */
async function withPods(
  context: CheckContext,
  { api, image, pace: { open } }: { api: Api; image: string; pace: FlowPace },
  places: readonly Place[],
  action: (stations: readonly Station[]) => Promise<void>,
): Promise<void> {
  const { signal } = context;
  const put = async ([place, ...others]: readonly Place[]): Promise<void> => {
    if (place !== undefined) {
      const manifest = probingPod(place.name, image, place.expected, place.labels);
      return withObject(api, place.namespace, manifest, signal, () => put(others));
    }
    await Promise.all(places.map((one) => ready(api, one, signal)));
    const stations: Station[] = [];
    try {
      for (const { namespace, name, expected } of places) {
        stations.push({ probe: await open(context, namespace, name), expected });
      }
      await action(stations);
    } finally {
      await Promise.all(stations.map(({ probe }) => probe.close()));
    }
  };
  await put(places);
}

/** From a namespace that no flow names. */
function outsider(targets: readonly NetworkTarget[], listener: string, servers: readonly Server[]): Expected[] {
  const from = "a pod that no flow lists";
  const own = { title: "the suite's own listener", address: listener, port: listenerPort };
  return [
    { from, ...own, wanted: "open", why: "nothing forbids it", admitted: "open" },
    // A server that nobody reaches would be closed to everybody for another reason.
    ...servers.map(({ address, port }): Expected => {
      const title = `the server ${address}, port ${port}`;
      return { from, title, address, port, wanted: "open", why: "nothing forbids it", admitted: "open" };
    }),
    ...targets.map(({ title, address, port, listed }): Expected => {
      const why = listed ? "a flow lists it" : "no flow lists it";
      return { from, title, address, port, wanted: listed ? "open" : "closed", why, admitted: "open" };
    }),
  ];
}

/** From a pod of the platform's namespace: names, and nothing beyond. */
function insider(namespace: string, dns: { address: string; port: number }, listener: string): Expected[] {
  const from = `a pod of ${namespace}`;
  const elsewhere = { title: "a pod elsewhere", address: listener, port: listenerPort };
  return [
    { from, title: "the cluster's DNS", ...dns, wanted: "open", why: "a flow lists it", admitted: "open" },
    { from, ...elsewhere, wanted: "closed", why: "no flow lists it", admitted: "closed" },
  ];
}

/** From pods that policies take for parts of the platform, to what only some of them may know. */
function disguised(servers: readonly Server[], targets: readonly NetworkTarget[], parts: Parts): Place[] {
  return partWays(servers, targets, platformParts(parts)).map(({ disguise, ways }) => {
    const from = `a pod with the labels of ${disguise.name.replace(/^as-/, "")} (${disguise.namespace})`;
    const expected = ways.map(({ title, address, port, allowed }): Expected => {
      const wanted = allowed ? "open" : "closed";
      const why = allowed ? "a flow lists it" : "no flow lists it";
      return { from, title, address, port, wanted, why, admitted: wanted };
    });
    return { ...disguise, expected };
  });
}

async function ready(api: Api, { namespace, name, labels }: Place, signal: AbortSignal): Promise<string> {
  const look = async () => {
    const pod = await api.get<Pod>(`/api/v1/namespaces/${namespace}/pods/${name}`, signal);
    return (labels === undefined ? isReady(pod) : hasStarted(pod)) ? pod.status?.podIP : undefined;
  };
  const { value } = await waitFor(`the pod ${namespace}/${name} is ready`, look, { within: 120_000, signal });
  return value;
}

interface Ground {
  api: Api;
  sandbox: string;
  name: string;
  pace: FlowPace;
}

async function judge(
  context: CheckContext,
  stations: readonly Station[],
  owned: readonly string[],
  { api, sandbox, name, pace }: Ground,
): Promise<void> {
  const { probe, signal } = context;
  probe.busy("connections as they are deployed");
  await compare(context, stations, pace, (one) => [one.wanted, `because ${one.why}`]);
  // What stays closed with a policy that allows it has nobody who listens, and proved nothing.
  await letIn(api, owned, { name, sandbox }, signal, () => {
    probe.busy("the same with a policy that lets the suite in");
    return compare(context, stations, pace, (one) => [one.admitted, "with a policy that lets the suite in"]);
  });
  probe.busy("the same without that policy");
  await compare(context, stations, pace, (one) => [one.wanted, "once that policy is gone"]);
}

/** Looks until every connection is as it should be, or the time is over, and reports each. */
async function compare(
  { probe, signal }: CheckContext,
  stations: readonly Station[],
  { within, every }: FlowPace,
  wish: (one: Expected) => [wanted: Seen, why: string],
): Promise<void> {
  const until = Date.now() + within;
  const look = () => Promise.all(stations.map((station) => station.probe.counters()));
  for (;;) {
    const before = await look();
    await sleep(every, undefined, { signal });
    const after = await look();
    const seen = stations.flatMap(({ expected }, station) =>
      expected.map((one, index) => {
        const [wanted, why] = wish(one);
        const came = between(before[station] ?? new Map(), after[station] ?? new Map(), index);
        return { way: `from ${one.from} to ${one.title}`, wanted, why, came };
      }),
    );
    if (seen.every(({ came, wanted }) => came === wanted) || Date.now() >= until) {
      for (const { way, wanted, why, came } of seen) {
        probe.expect(
          came === wanted,
          `${way}: ${wanted}, ${why}`,
          `the connection ${way} should be ${wanted}, ${why}; it is ${came}`,
        );
      }
      return;
    }
  }
}
