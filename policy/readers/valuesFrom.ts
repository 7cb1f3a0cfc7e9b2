import { UnreadableText } from "../../documents/unreadable";
import { isMap, join } from "../manifest";
import { type Member } from "../rule";
import { fromParameters, inText } from "./argoApplication";
import { type FoundText, memberFor, textAt, type TextReference } from "./texts";

/** Values of a HelmRelease that stand in another object (`spec.valuesFrom`). */
export interface ValuesReference {
  readonly field: string;
  readonly kind: TextReference["kind"] | undefined;
  readonly name: string;
  readonly key: string;
  /** Where the text goes as one value; without it, it is a map of values. */
  readonly targetPath: string | undefined;
}

export function referencesIn(field: string, list: unknown): ValuesReference[] {
  return (Array.isArray(list) ? (list as readonly unknown[]) : []).map((item, index) => {
    const { kind, name, valuesKey, targetPath } = isMap(item) ? item : {};
    return {
      field: join(field, index),
      kind: kind === "ConfigMap" || kind === "Secret" ? kind : undefined,
      name: String(name),
      key: typeof valuesKey === "string" ? valuesKey : "values.yaml",
      targetPath: typeof targetPath === "string" && targetPath !== "" ? targetPath : undefined,
    };
  });
}

interface Surroundings {
  readonly about: Member;
  readonly members: readonly Member[];
}

export function textOf({ kind, name, key }: ValuesReference, { about, members }: Surroundings): FoundText | undefined {
  const member = kind && memberFor(members, { kind, name, namespace: about.namespace });
  return member && textAt(member, key);
}

/** What stands there; nothing where nobody can see or read it. */
export function valuesAt(reference: ValuesReference, around: Surroundings): Record<string, unknown> | undefined {
  const { key, targetPath } = reference;
  const text = textOf(reference, around)?.entry.read();
  if (text === undefined) return undefined;
  if (targetPath !== undefined) return fromParameters([{ name: targetPath, value: text.trim() }]);
  try {
    return inText(key, text);
  } catch (error) {
    if (error instanceof UnreadableText) return undefined;
    throw error;
  }
}
