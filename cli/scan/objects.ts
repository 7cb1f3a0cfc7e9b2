import { isMap, type Manifest } from "../../policy/manifest";
import { type Path, type SourceDocument, type Unreadable } from "./document";
import { unwrapped } from "./wrapped";

/** A Kubernetes object where it was found. */
export interface ScannedObject {
  readonly manifest: Manifest;
  readonly file: string;
  lineOf(path: Path, textLine?: number): number;
}

export interface Found {
  objects: ScannedObject[];
  unreadable: Unreadable[];
  /** How many documents hold something else. */
  passedOver: number;
}

/** Lists in lists are nobody's habit, nor are wrappers in wrappers. */
const maxLists = 8;

/** The objects of a document, those in its lists and in what wraps whole objects one by one. */
export function objectsIn(file: string, document: SourceDocument): Found {
  const found: Found = { objects: [], unreadable: [], passedOver: 0 };
  // What a document without content is: the end of a text, or a template that rendered to nothing.
  if (document.value !== null && document.value !== undefined) collect(file, document, document.value, [], found, 0);
  return found;
}

function collect(
  file: string,
  document: SourceDocument,
  value: unknown,
  path: Path,
  found: Found,
  depth: number,
): void {
  const refuse = (reason: string) => void found.unreadable.push({ line: document.lineOf(path), reason });
  const items = itemsOf(value);
  if (items !== undefined) {
    if (depth >= maxLists) return refuse("lists in more lists than anybody writes");
    const { list, kind, at } = items;
    if (!Array.isArray(list)) return refuse("a List whose items are no list");
    for (const [index, item] of (list as unknown[]).entries()) {
      const itemPath = [...path, ...at, index];
      const object = isMap(item) && kind !== undefined ? { ...kind, ...item } : item;
      if (isObject(object)) collect(file, document, object, itemPath, found, depth + 1);
      else found.unreadable.push({ line: document.lineOf(itemPath), reason: "an item of a List that is no object" });
    }
  } else if (isObject(value)) {
    const { wrapper, wrapped } = unwrapped(value) ?? { wrapper: value, wrapped: [] };
    found.objects.push({
      manifest: wrapper,
      file,
      lineOf: (inside, textLine) => document.lineOf([...path, ...inside], textLine),
    });
    if (wrapped.length > 0 && depth >= maxLists) return refuse("objects in more objects than anybody writes");
    for (const { at, value: inner, malformed } of wrapped) {
      const innerPath = [...path, ...at];
      if (!malformed && isObject(inner)) collect(file, document, inner, innerPath, found, depth + 1);
      else {
        const reason = `something else in a ${value.kind} than the object that belongs there`;
        found.unreadable.push({ line: document.lineOf(innerPath), reason });
      }
    }
  } else found.passedOver += 1;
}

/** What kustomize reads itself, and no cluster gets to see, has a kind as well. */
function isObject(value: unknown): value is Manifest {
  if (!isMap(value)) return false;
  const { apiVersion, kind } = value;
  return (
    typeof apiVersion === "string" &&
    typeof kind === "string" &&
    apiVersion !== "" &&
    kind !== "" &&
    !apiVersion.startsWith("kustomize.config.k8s.io/")
  );
}

interface Items {
  list: unknown;
  at: Path;
  /** What an item is that doesn't say so itself: a ConfigMapList holds ConfigMaps. */
  kind?: Pick<Manifest, "apiVersion" | "kind">;
}

function itemsOf(value: unknown): Items | undefined {
  if (Array.isArray(value)) {
    // Reports list objects by kind and name, too.
    const objects = (value as unknown[]).some((item) => isObject(item) && isMap(item["metadata"]));
    return objects ? { list: value, at: [] } : undefined;
  }
  if (!isObject(value) || !value.kind.endsWith("List") || value["items"] === undefined) return undefined;
  const { apiVersion, kind, items } = value;
  if (kind === "List" || kind === "ResourceList") return { list: items ?? [], at: ["items"] };
  // A resource of somebody's own may be called a list, too, and hold anything.
  const objects = Array.isArray(items) && (items as unknown[]).every((item) => isMap(item) && isMap(item["metadata"]));
  return objects
    ? { list: items, at: ["items"], kind: { apiVersion, kind: kind.slice(0, -"List".length) } }
    : undefined;
}
