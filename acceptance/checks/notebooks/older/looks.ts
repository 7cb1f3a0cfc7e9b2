/** Which of the objects that are there the policies judge, each by the way on which its policy looks. */
import { notebooks as topology } from "../../../../components/topology";
import { type Api } from "../../../cluster/api";
import { type NotebookPlace } from "../virtualServices";
import { type HeldKind, heldKinds } from "./heldKinds";
import { changedInPlace, type Judge, madeByTenant, madeInPlace } from "./judges";
import { isOlder } from "./since";
import { type Stored } from "./stored";

export interface Look {
  policy: string;
  kinds: readonly HeldKind[];
  judge: Judge;
  /** Something of the first kind that the policy must refuse, or its silence about all others means nothing. */
  canary: { what: string; name: string; spec: Record<string, unknown>; judge: Judge };
  /** Whether an object is one of those that are looked at, where the policy is in force since then. */
  isOfInterest: (object: Stored, since: number) => boolean;
  /** What the API server would make something else of, or nothing. */
  changed?: (stored: Stored, came: Stored) => string | undefined;
}

export interface Judges {
  api: Api;
  tenant: Api;
  /** Namespaces of profiles, each with the time since which it is one. */
  profiles: ReadonlyMap<string, number>;
}

export function looksAt({ namespace, domain, gateway }: NotebookPlace, { api, tenant, profiles }: Judges): Look[] {
  const { routes, names, addresses } = topology.policies;
  return [
    {
      policy: routes,
      kinds: heldKinds.routes,
      judge: changedInPlace(api),
      canary: {
        what: "a route at another namespace's host",
        name: "lab",
        spec: {
          hosts: [`victim--lab.${domain}`],
          gateways: [gateway],
          http: [{ route: [{ destination: { host: "lab" } }] }],
        },
        judge: madeInPlace(api),
      },
      // The policy itself looks for that name first.
      isOfInterest: ({ spec }) => JSON.stringify(spec?.["gateways"] ?? []).includes(topology.resource),
      changed: otherHosts,
    },
    {
      policy: names,
      kinds: heldKinds.names,
      judge: madeInPlace(api),
      canary: {
        what: "a notebook whose name can't stand in a host",
        name: "two--dashes",
        spec: { template: { spec: { containers: [{ name: "lab", image: "lab" }] } } },
        judge: madeInPlace(api),
      },
      isOfInterest: () => true,
    },
    {
      policy: addresses,
      kinds: heldKinds.addresses,
      judge: madeByTenant(tenant, namespace),
      canary: {
        what: "somebody's Service that stands for another namespace's",
        name: "lab",
        spec: { type: "ExternalName", externalName: "lab.victim.svc.cluster.local" },
        judge: madeByTenant(tenant, namespace),
      },
      // Whoever has made something since then may do so everywhere; of what is older nobody knows.
      isOfInterest: (object, since) => isOlderThan(object, since, profiles),
    },
  ];
}

/** Whether something in a profile was made before a policy looked at it there. */
export function isOlderThan(object: Stored, since: number, profiles: Judges["profiles"]): boolean {
  const profile = profiles.get(object.metadata.namespace);
  return profile !== undefined && isOlder(object, Math.max(profile, since));
}

/** A controller's route from before is at every host, and the API server would give it its own. */
function otherHosts(stored: Stored, came: Stored): string | undefined {
  const [before, after] = [stored, came].map(hostsAndTimeouts);
  return before === after
    ? undefined
    : `would be ${after} today, and is ${before}: its controller has not written it since; restart the controller`;
}

function hostsAndTimeouts({ spec = {} }: Stored): string {
  const { hosts, http } = spec as { hosts?: string[]; http?: { timeout?: string }[] };
  const limits = (http ?? []).flatMap(({ timeout }) => timeout ?? []);
  return `at ${(hosts ?? []).join(", ")}${limits.length === 0 ? "" : ` with a limit of ${limits.join(", ")}`}`;
}
