import { type PlainObject } from "../../../cli/manifests/shape";

/** An object of the Kubernetes API, as far as the bed looks at it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: PlainObject;
  status?: PlainObject;
  [field: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  generation?: number;
  deletionTimestamp?: string;
  [field: string]: unknown;
}

/** `Deployment auth/dex`, as people say it. */
export function nameOf({ kind, metadata: { name, namespace } }: Pick<KubernetesObject, "kind" | "metadata">): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** The condition of an object's status, `undefined` while it has none. */
export function conditionOf(object: { status?: unknown }, type: string): Condition | undefined {
  const { conditions } = (object.status ?? {}) as { conditions?: Condition[] };
  return conditions?.find((condition) => condition.type === type);
}
