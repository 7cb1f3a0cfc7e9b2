import { nameOf, UnexpectedShape } from "../manifest";
import { type Member, type UnknownValue } from "../rule";
import { secretMadeBy, templateMaps, type TextEntry, textMaps } from "../texts";
import { known } from "./known";

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

/** The ConfigMaps and Secrets among objects by what refers to them, and the first that nobody can tell yet. */
interface Index {
  readonly byReference: ReadonlyMap<string, Member>;
  readonly hidden: UnknownValue | undefined;
}

const indexes = new WeakMap<readonly Member[], Index>();

/** The object that is referred to; nothing where it isn't among the members. */
export function memberFor(members: readonly Member[], wanted: TextReference): Member | undefined {
  const index = indexes.get(members) ?? indexOf(members);
  // Each variable of each workload asks.
  indexes.set(members, index);
  const found = index.byReference.get(keyOf(wanted));
  // Only one whose name is unknown at preview can be the right one.
  if (!found && index.hidden) throw index.hidden;
  return found;
}

function indexOf(members: readonly Member[]): Index {
  const byReference = new Map<string, Member>();
  let hidden: UnknownValue | undefined;
  for (const member of members) {
    const key = known(() => ownKey(member));
    if (!key.known) hidden ??= key.cause;
    else if (key.value !== undefined && !byReference.has(key.value)) byReference.set(key.value, member);
  }
  return { byReference, hidden };
}

/** Nothing where the metadata is none, which the API server refuses: nobody can refer to that. */
function ownKey(member: Member): string | undefined {
  const { manifest } = member;
  const { kind, apiVersion } = manifest;
  try {
    const made = secretMadeBy(manifest);
    if (made !== undefined) return keyOf({ kind: "Secret", namespace: member.namespace, name: made });
    if (apiVersion !== "v1" || (kind !== "ConfigMap" && kind !== "Secret")) return undefined;
    return keyOf({ kind, namespace: member.namespace, name: nameOf(manifest) });
  } catch (error) {
    if (error instanceof UnexpectedShape) return undefined;
    throw error;
  }
}

function keyOf({ kind, namespace, name }: TextReference): string {
  return JSON.stringify([kind, namespace, name]);
}

const texts = new WeakMap<Member, ReadonlyMap<string, FoundText>>();

/** All its texts by their keys. Where two maps have the same key, a Secret's `stringData` is what the API server keeps. */
function textsByKey(about: Member): ReadonlyMap<string, FoundText> {
  const remembered = texts.get(about);
  if (remembered) return remembered;
  const found = new Map<string, FoundText>();
  for (const entry of [...textMaps(about.manifest), ...templateMaps(about.manifest)].flatMap((map) => map.entries())) {
    if (!found.has(entry.name)) found.set(entry.name, { about, entry });
  }
  texts.set(about, found);
  return found;
}

/** All its texts. */
export function textsIn(about: Member): FoundText[] {
  return [...textsByKey(about).values()];
}

/** The text under a key. */
export function textAt(about: Member, key: string): FoundText | undefined {
  return textsByKey(about).get(key);
}

/** What to say of a reference to an object that isn't there, without the field. */
export function notAmong(kind: string, name: string): string {
  return (
    `takes settings from the ${kind} ${name}, which is not among these objects, so nobody can see them. ` +
    `Hand that ${kind} in with them, or write the settings here.`
  );
}
