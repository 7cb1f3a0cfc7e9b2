/** An object of the cluster as the API server gives it. */
export interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: unknown;
  data?: Record<string, string>;
}

/** One rule of the chain, broken on purpose, to see that the acceptance suite notices. */
export interface Mutation {
  /** Kebab case. */
  name: string;
  /** What is wrong with the gate now, in a sentence. */
  breaks: string;
  object: { apiVersion: string; kind: string; namespace: string; name: string };
  /** What becomes of the object; `undefined` takes it away. Throws where there is nothing to break any more. */
  change: (object: LiveObject) => LiveObject | undefined;
  /** The checks of which at least one has to fail. */
  noticedBy: readonly string[];
}

/** A copy of an object with its spec changed in place. */
export function withSpec<Spec>(object: LiveObject, change: (spec: Spec) => void): LiveObject {
  const copy = structuredClone(object);
  const before = JSON.stringify(copy.spec);
  change(copy.spec as Spec);
  if (JSON.stringify(copy.spec) === before) {
    throw new Error(`${object.kind} ${object.metadata.name} has nothing left to break: the mutation is out of date`);
  }
  return copy;
}
