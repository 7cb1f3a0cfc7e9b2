/**
 * Three ways to have the API server's policies judge what is there already, none of which changes anything. What of an object
 * makes them look the other way has to be different in each: a policy lets through what is being deleted as it is, another
 * asks whoever makes something and nobody who changes it, and the third asks who it is that writes.
 */
import { type Api } from "../../../cluster/api";
import { collectionPath, type ServedKind } from "./heldKinds";
import { type Stored } from "./stored";
import { judged, type Verdict } from "./verdict";

export type Judge = (kind: ServedKind, object: Stored, signal: AbortSignal) => Promise<Verdict>;

/** Something about the object has to change, or the policy takes one that is being deleted as it was. */
const mark = { metadata: { annotations: { "gatehouse-verify/looked-at": "as it is" } } };

/** As an administrator changes it where it is. The policies' own changes come back with it. */
export function changedInPlace(api: Api): Judge {
  return (kind, { metadata: { namespace, name } }, signal) =>
    judged(() =>
      api.patch(`${collectionPath(kind, namespace)}/${name}?dryRun=All`, "application/merge-patch+json", mark, signal),
    );
}

/** As an administrator makes it once more, under its own name: it is there already, which is found out after the policies. */
export function madeInPlace(api: Api): Judge {
  return (kind, object, signal) =>
    judged(() =>
      api.create(
        `${collectionPath(kind, object.metadata.namespace)}?dryRun=All`,
        copyOf(kind, object, object.metadata.namespace),
        signal,
      ),
    );
}

/** As a person makes it who may write nothing but what is in one profile, and that is another one than its own. */
export function madeByTenant(tenant: Api, profile: string): Judge {
  return (kind, object, signal) =>
    judged(() => tenant.create(`${collectionPath(kind, profile)}?dryRun=All`, copyOf(kind, object, profile), signal));
}

/** What the API server gave a Service, and gives no second one. */
const given = ["clusterIP", "clusterIPs", "healthCheckNodePort", "loadBalancerIP"];

function copyOf({ kind, apiVersion }: ServedKind, { metadata, spec = {} }: Stored, namespace: string): object {
  const { name, labels, annotations } = metadata;
  const kept = Object.entries(spec).filter(([field]) => !given.includes(field));
  const ports = Array.isArray(spec["ports"]) && kind === "Service" ? { ports: spec["ports"].map(withoutNodePort) } : {};
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: { ...Object.fromEntries(kept), ...ports },
  };
}

function withoutNodePort(port: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(port).filter(([field]) => field !== "nodePort"));
}
