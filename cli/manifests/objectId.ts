/** Which object of the Kubernetes API something is. */
export interface ObjectId {
  apiVersion: string;
  kind: string;
  /** None for an object that belongs to the whole cluster. */
  namespace?: string;
  name: string;
}

/** Two objects are the same when they have the same key, whatever version of their API they were written in. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectId): string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  return [group, kind, namespace ?? "", name].join("\u0000");
}
