import { setTimeout as sleep } from "node:timers/promises";
import { notebooks as topology, profileLabels } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { type Api, clusterApi, clusterApiAs, find } from "../../cluster/api";
import { type Metadata } from "../../cluster/objects";
import { pagesOf } from "../../cluster/pages";
import { type Sandbox, withSandbox } from "../../cluster/sandbox";
import { inParallel } from "../../http/inParallel";
import { keptByNobody } from "./older/endpoints";
import { collectionPath, heldKinds, servedKind, type ServedKind } from "./older/heldKinds";
import { isOlderThan, type Look, looksAt } from "./older/looks";
import { inForceSince, profileSince } from "./older/since";
import { type Stored, titleOf } from "./older/stored";
import { makeTenant, tenant } from "./older/tenant";
import { described } from "./older/verdict";
import { profile } from "./own/manifests";
import { placeOf } from "./own/ownNotebooks";

/** What was there before them the policies have never seen, and the gateway serves it all the same. */
export const olderObjects: Check = {
  area: "notebooks",
  name: "older-objects",
  proves:
    "Nothing is there that was made before the policies and that they would refuse today: no route at hosts of others, no Service and no addresses that lead out of their namespace, no notebook that can have no host.",
  mend: "Delete what is named: what a controller wrote it writes again, and then the policies see who does; what a tenant wrote stays away. Where a policy refuses nothing at all: `kubectl get validatingadmissionpolicybindings`.",
  exercises: ["API server"],
  needs: ["cluster", "notebooks"],
  timeout: 600,
  run: (context) =>
    olderObjectsAt(context, { api: clusterApi(context.target), as: (user) => clusterApiAs(user, context.target) }),
};

export interface Access {
  api: Api;
  as: (user: string) => Api;
  /** Pause before addresses are looked at again that seem to be nobody's, in milliseconds. */
  pause?: number;
  /** How long rights may take to come into force, in milliseconds. */
  patience?: number;
}

/** At the API server at once. */
const atOnce = 12;

export async function olderObjectsAt(context: CheckContext, access: Access): Promise<void> {
  const { probe, signal } = context;
  const { api } = access;
  const profiles = await profilesOf(api, signal);
  probe.figure("profiles", profiles.size, "namespaces");
  await withSandbox(api, { sidecars: false, labels: profile.labels, signal }, async (sandbox) => {
    const asTenant = access.as(tenant);
    await makeTenant(sandbox, asTenant, access.patience);
    const place = placeOf(context, sandbox.namespace);
    for (const look of looksAt(place, { api, tenant: asTenant, profiles })) {
      await judgeAll(context, sandbox, look);
    }
  });
  await judgeEndpoints(context, access, profiles);
}

/** Namespaces of profiles, each with the time since which it is one. */
async function profilesOf(api: Api, signal: AbortSignal): Promise<Map<string, number>> {
  const profiles = new Map<string, number>();
  for await (const page of pagesOf<{ metadata: Metadata }>(api, "/api/v1/namespaces", signal)) {
    for (const namespace of page) {
      const { name, labels = {} } = namespace.metadata;
      if (Object.entries(profileLabels).every(([key, value]) => labels[key] === value)) {
        profiles.set(name, profileSince(namespace));
      }
    }
  }
  return profiles;
}

async function judgeAll(context: CheckContext, { api, namespace }: Sandbox, look: Look): Promise<void> {
  const { probe, signal } = context;
  const { policy, kinds, judge, canary, changed } = look;
  const since = await sinceWhen(context, api, policy);
  for (const [index, one] of kinds.entries()) {
    const kind = await servedKind(api, one, signal);
    if (kind === undefined) {
      continue;
    }
    if (index === 0) {
      const { what, name, spec } = canary;
      const verdict = await canary.judge(kind, { metadata: { name, namespace, uid: "" }, spec }, signal);
      probe.expect(
        verdict.is === "refused" && verdict.policy === policy,
        `${policy} refuses ${what}`,
        `${policy} should refuse ${what}, or it cannot judge what is there already; it was ${described(verdict)}`,
      );
    }
    const isOfInterest = (object: Stored) => look.isOfInterest(object, since);
    await everyOne(context, { api, kind, isOfInterest }, async (object) => {
      const verdict = await judge(kind, object, signal);
      if (verdict.is === "refused" && verdict.policy === policy) {
        return `would be refused today: ${verdict.why}`;
      }
      if (verdict.is === "admitted") {
        return verdict.object === undefined ? undefined : changed?.(object, verdict.object as Stored);
      }
      return verdict.is === "gone" ? undefined : `is nothing that can be judged; it was ${described(verdict)}`;
    });
  }
}

/** Addresses of which nobody knows who wrote them, and which nobody keeps right. */
async function judgeEndpoints(
  context: CheckContext,
  { api, pause = 3_000 }: Access,
  profiles: ReadonlyMap<string, number>,
): Promise<void> {
  const { signal } = context;
  const since = (await inForceSince(api, topology.policies.addresses, signal)) ?? Infinity;
  for (const one of heldKinds.endpoints) {
    const kind = await servedKind(api, one, signal);
    if (kind === undefined) {
      throw new Error(`the API server serves no ${one.resource}`);
    }
    const isOfInterest = (object: Stored) => isOlderThan(object, since, profiles);
    await everyOne(context, { api, kind, isOfInterest }, async (object) => {
      if ((await keptByNobody(api, kind, object, signal)) === undefined) {
        return undefined;
      }
      // A Service that has just gone takes its addresses with it, a moment later.
      await sleep(pause, undefined, { signal });
      const { namespace, name } = object.metadata;
      const still = await find<Stored>(api, `${collectionPath(kind, namespace)}/${name}`, signal);
      return still && (await keptByNobody(api, kind, still, signal));
    });
  }
}

async function sinceWhen({ probe, signal }: CheckContext, api: Api, policy: string): Promise<number> {
  const since = await inForceSince(api, policy, signal);
  probe.expect(
    since !== undefined,
    `${policy} is in force`,
    `the ValidatingAdmissionPolicy ${policy} and its binding should be there; one is not, so that nobody is refused anything`,
  );
  return since ?? Infinity;
}

interface Kind {
  api: Api;
  kind: ServedKind;
  isOfInterest: (object: Stored) => boolean;
}

/** Looks at every object of a kind that is of interest, and tells what is wrong with it. */
async function everyOne(
  { probe, signal }: CheckContext,
  { api, kind, isOfInterest }: Kind,
  faultOf: (object: Stored) => Promise<string | undefined>,
): Promise<void> {
  const { resource } = kind;
  let looked = 0;
  let wrong = 0;
  for await (const page of pagesOf<Stored>(api, collectionPath(kind), signal)) {
    const objects = page.filter(isOfInterest);
    const faults = await inParallel(objects, faultOf, atOnce);
    for (const [index, object] of objects.entries()) {
      const fault = faults[index];
      if (fault !== undefined) {
        wrong += 1;
        probe.wrong(`${titleOf(kind, object)} ${fault}`);
      }
    }
    looked += objects.length;
    probe.busy(`${looked} ${resource}`);
  }
  probe.figure(`${resource} looked at`, looked, "objects");
  if (wrong === 0) {
    probe.seen(`${resource}: none that would be refused`);
  }
}
