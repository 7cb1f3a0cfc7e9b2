import { setTimeout as sleep } from "node:timers/promises";
import { apiServer, gateway } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { isReady, type List, type Pod } from "../../cluster/objects";
import { forwardPort } from "../../cluster/prober";
import { ask } from "../../http/request";
import { limited } from "../../limited";

/** Envoy's own interface, which listens within the pod alone. */
const adminPort = 15000;

/** For so long a gateway may know what an istiod told it that has just been replaced, in milliseconds. */
const patience = 45_000;

/** How the gateway is asked what it knows; a test has other ways. */
export type ReadClusters = (context: CheckContext, pod: string) => Promise<string>;

/**
 * A DestinationRule of any namespace is obeyed for Services of its own. Where these are clusters of the gateway's, one with a
 * file without an end in place of a certificate uses up its memory, and one that Envoy refuses keeps new pods from starting.
 * Nobody has to try that: a Service that every cluster has and no route leads to shows it.
 */
export function clustersOfOthers(read: ReadClusters, api = clusterApi, within = patience): Check {
  return {
    area: "fail-closed",
    name: "clusters-of-others",
    proves:
      "The gateway knows the Services to which routes lead that name it, and no others: a DestinationRule for any other Service, which could end it or keep it from starting, is none of its business.",
    mend: "istiod needs PILOT_FILTER_GATEWAY_CLUSTER_CONFIG=true in its environment; with an Istio of your own `npm run mesh` prints all that it needs.",
    exercises: ["gateway", "istiod"],
    needs: ["cluster"],
    run: async (context) => {
      const { target, probe, signal } = context;
      const selector = encodeURIComponent(
        Object.entries(gateway.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(","),
      );
      const path = `/api/v1/namespaces/${gateway.namespace}/pods?labelSelector=${selector}`;
      const pod = (await api(target).get<List<Pod>>(path, signal)).items.find(isReady);
      if (pod === undefined) {
        throw new Error("no pod of the gateway is ready");
      }
      const look = async () => clustersIn(await read(context, pod.metadata.name));
      const knowsOthers = (names: readonly string[]) => names.some((name) => name.endsWith(`|${apiServer.host}`));
      const end = Date.now() + within;
      let known = await look();
      while (knowsOthers(known) && Date.now() < end) {
        await sleep(2000, undefined, { signal });
        known = await look();
      }
      probe.expect(
        known.length > 0,
        "the gateway knows what its routes lead to",
        "the gateway should know what its routes lead to; it named nothing",
      );
      probe.expect(
        !knowsOthers(known),
        "the gateway doesn't know the Service of the API server, to which no route leads",
        `the gateway should know nothing of ${apiServer.host}, to which no route leads; it has a cluster for it, and so for every Service of every namespace`,
      );
      probe.figure("clusters of the gateway", known.length, "clusters");
    },
  };
}

/** Names of what Envoy leads to; it tells many things of each, a line each. */
function clustersIn(text: string): string[] {
  const names = text.split("\n").map((line) => line.split("::")[0] ?? "");
  return [...new Set(names)].filter((name) => name.startsWith("outbound|")).sort();
}

export const throughTheApiServer: ReadClusters = async ({ target, signal }, pod) => {
  const forwarded = await forwardPort(connect(target), gateway.namespace, pod, adminPort);
  try {
    const here = { ...target, address: undefined, ca: undefined };
    const { body } = await ask(here, new URL(`http://127.0.0.1:${forwarded.port}`), "/clusters", {
      signal: limited(signal, 30_000),
    });
    return body;
  } finally {
    await forwarded.close();
  }
};
