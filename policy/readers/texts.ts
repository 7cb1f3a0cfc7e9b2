import { nameOf } from "../manifest";
import { type Member } from "../rule";
import { type TextEntry, textMaps } from "../texts";
import { findKnown } from "./known";

/** A key of a ConfigMap or a Secret that something else refers to. */
export interface TextReference {
  readonly kind: "ConfigMap" | "Secret";
  readonly namespace: string;
  readonly name: string;
}

/** A text with the object that it is in. */
export interface FoundText {
  readonly about: Member;
  readonly entry: TextEntry;
}

/** The object that is referred to; nothing where it isn't among the members. */
export function memberFor(members: readonly Member[], wanted: TextReference): Member | undefined {
  return findKnown(members, (member) => {
    const { manifest } = member;
    if (manifest.kind !== wanted.kind || manifest.apiVersion !== "v1") return undefined;
    return nameOf(manifest) === wanted.name && member.namespace === wanted.namespace ? member : undefined;
  });
}

/** All its texts. Where two maps have the same key, a Secret's `stringData` is what the API server keeps. */
export function textsIn(about: Member): FoundText[] {
  const names = new Set<string>();
  return textMaps(about.manifest)
    .flatMap((map) => map.entries())
    .filter(({ name }) => !names.has(name) && names.add(name))
    .map((entry) => ({ about, entry }));
}
