/** Kubernetes objects, as far as the suite reads them. */
export interface Metadata {
  name: string;
  namespace?: string;
  uid: string;
  generation?: number;
  resourceVersion?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  managedFields?: ManagedFields[];
}

/** Who owns which fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export interface ManagedFields {
  manager: string;
  operation: string;
  apiVersion?: string;
  subresource?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: FieldSet;
}

export interface FieldSet {
  [field: string]: FieldSet;
}

export interface List<T> {
  items: T[];
  metadata?: { continue?: string };
}

export interface Condition {
  type: string;
  status: string;
}

export interface Deployment {
  metadata: Metadata;
  spec: { replicas?: number; selector: { matchLabels: Record<string, string> } };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
  };
}

export interface Pod {
  metadata: Metadata;
  spec?: { nodeName?: string; containers: { name: string; image?: string }[] };
  status?: {
    phase?: string;
    podIP?: string;
    startTime?: string;
    conditions?: Condition[];
    containerStatuses?: { name: string; restartCount: number; started?: boolean }[];
  };
}

export interface Secret {
  metadata: Metadata;
  /** In base64. */
  data?: Record<string, string>;
}

/** A Deployment of the platform. */
export interface Workload {
  namespace: string;
  name: string;
}

/** Whether every container has come up, be it that the pod is not ready. */
export function hasStarted({ metadata, status }: Pod): boolean {
  const { containerStatuses = [] } = status ?? {};
  const all = containerStatuses.length > 0 && containerStatuses.every(({ started }) => started === true);
  return all && metadata.deletionTimestamp === undefined;
}

export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") ?? false;
  return ready && metadata.deletionTimestamp === undefined;
}
