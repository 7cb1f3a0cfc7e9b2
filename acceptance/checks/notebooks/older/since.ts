import { profileLabels } from "../../../../components/topology";
import { type Api, find } from "../../../cluster/api";
import { type Metadata } from "../../../cluster/objects";

/** Every API server has a new policy by then. */
const slack = 60_000;

interface AnyObject {
  metadata: Metadata;
}

const policies = "/apis/admissionregistration.k8s.io/v1";

/**
 * Since when a policy looks at what is written: its last change, which the API server itself notes. Nobody can have written
 * past it since, and an object has the time at which it was made from the API server, too.
 */
export async function inForceSince(api: Api, policy: string, signal: AbortSignal): Promise<number | undefined> {
  const objects = await Promise.all(
    ["validatingadmissionpolicies", "validatingadmissionpolicybindings"].map((resource) =>
      find<AnyObject>(api, `${policies}/${resource}/${policy}`, signal),
    ),
  );
  const times = objects.map((object) => (object === undefined ? undefined : lastChange(object)));
  return times.some((time) => time === undefined) ? undefined : Math.max(...times.map((time) => time ?? 0)) + slack;
}

function lastChange({ metadata: { creationTimestamp, managedFields = [] } }: AnyObject): number {
  // What a controller writes into the status says nothing of what is asked for.
  const changes = managedFields.filter(({ subresource }) => subresource === undefined).map(({ time }) => time);
  return Math.max(...[creationTimestamp, ...changes].map((time) => at(time, Infinity)));
}

/**
 * Since when a namespace has the labels of a profile. Whoever owns a label has had it since its last change at the latest; where
 * nobody does, all that is there may be older.
 */
export function profileSince({ metadata: { managedFields = [] } }: AnyObject): number {
  const since = Object.keys(profileLabels).map((label) => {
    const owners = managedFields.filter(
      ({ fieldsV1, subresource }) =>
        subresource === undefined && fieldsV1?.["f:metadata"]?.["f:labels"]?.[`f:${label}`] !== undefined,
    );
    return Math.min(...owners.map(({ time }) => at(time, Infinity)));
  });
  return Math.max(...since) + slack;
}

/** Whether an object may have been made before somebody looked at who makes it. */
export function isOlder({ metadata: { creationTimestamp } }: AnyObject, since: number): boolean {
  return at(creationTimestamp, -Infinity) <= since;
}

function at(time: string | undefined, otherwise: number): number {
  const read = Date.parse(time ?? "");
  return Number.isFinite(read) ? read : otherwise;
}
