import { type Component } from "../../acceptance/check";
import { stringify as writeToml } from "smol-toml";
import { parse as parseYaml, stringify as writeYaml } from "yaml";
import { readToml } from "../../documents/toml";

/** An object of the cluster as the API server gives it. */
export interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: unknown;
  data?: Record<string, string>;
}

/** An object, and what becomes of it. */
export interface Change {
  /** Without a namespace, which is "" then, it is the cluster's. */
  object: { apiVersion: string; kind: string; namespace: string; name: string };
  /** `undefined` takes it away. Throws where there is nothing to break any more. */
  change: (object: LiveObject) => LiveObject | undefined;
}

/** One rule of the chain, broken on purpose, to see that the acceptance suite notices. */
export interface Mutation extends Change {
  /** Kebab case. */
  name: string;
  /** What is wrong with the gate now, in a sentence. */
  breaks: string;
  /** What holds as well, so that nothing gets through until it is broken, too. */
  also?: readonly Change[];
  /** The Deployment of the same namespace whose pods read the object at their start alone. */
  restarts?: string;
  /** What has to run, because nobody would notice without it. */
  of?: Component;
  /** The modes of bed/e2e/modes.ts whose stack has what is broken; all where it is missing. */
  modes?: readonly string[];
  /** The checks of which at least one has to fail. */
  noticedBy: readonly string[];
}

/** A copy of an object with its spec changed in place. */
export function withSpec<Spec>(object: LiveObject, change: (spec: Spec) => void): LiveObject {
  const copy = structuredClone(object);
  change(copy.spec as Spec);
  if (JSON.stringify(copy.spec) === JSON.stringify(object.spec)) {
    throw outOfDate(object);
  }
  return copy;
}

/** A copy of a ConfigMap with one of its YAML texts changed in place. */
export function withYaml<Document>(object: LiveObject, key: string, change: (document: Document) => void): LiveObject {
  return withDocument(object, key, { read: (text) => parseYaml(text) as Document, write: writeYaml }, change);
}

/** The same for TOML. */
export function withToml<Document>(object: LiveObject, key: string, change: (document: Document) => void): LiveObject {
  return withDocument(object, key, { read: (text) => readToml(text) as Document, write: writeToml }, change);
}

function withDocument<Document>(
  object: LiveObject,
  key: string,
  { read, write }: { read: (text: string) => Document; write: (document: Document) => string },
  change: (document: Document) => void,
): LiveObject {
  const text = object.data?.[key];
  if (text === undefined) {
    throw new Error(`${object.kind} ${object.metadata.name} has no ${key}: the mutation is out of date`);
  }
  const document = read(text);
  const before = JSON.stringify(document);
  change(document);
  if (JSON.stringify(document) === before) {
    throw outOfDate(object);
  }
  return { ...structuredClone(object), data: { ...object.data, [key]: write(document) } };
}

function outOfDate({ kind, metadata }: LiveObject): Error {
  return new Error(`${kind} ${metadata.name} has nothing left to break: the mutation is out of date`);
}
