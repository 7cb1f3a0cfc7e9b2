/** What the settings' schema has at a path: which settings, and which of them are secrets. */
import { settingsSchema } from "./schema";

export type Path = readonly (string | number)[];

/** What a schema may be made of, as far as a path can lead through it. */
export interface Node {
  shape?: Record<string, Node>;
  element?: Node;
  options?: readonly (Node | string)[];
  def?: { innerType?: Node; discriminator?: string; values?: readonly unknown[]; defaultValue?: unknown };
  meta?: () => { secret?: unknown } | undefined;
}

export const root = settingsSchema as unknown as Node;

/** The texts that stand where the schema has a secret, with their places. */
export function textsOfSecrets(given: Record<string, unknown>): { path: Path; value: string }[] {
  return [...secretTexts(given, unwrapped(root), [])];
}

/** The same below a place of the schema. */
function* secretTexts(value: unknown, places: readonly Node[], path: Path): Iterable<{ path: Path; value: string }> {
  if (!places.some(leadsToSecret)) {
    return;
  }
  if (typeof value === "string") {
    if (value !== "" && places.some(isSecret)) {
      yield { path, value };
    }
  } else if (Array.isArray(value)) {
    for (const [index, inner] of value.entries()) {
      yield* secretTexts(inner, below(places, index), [...path, index]);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield* secretTexts(inner, below(places, key), [...path, key]);
    }
  }
}

/** Whether a setting of this place is a secret, so that an unknown key beside it may be that secret misspelt. */
export function takesSecrets(path: Path): boolean {
  return placesAt(path)
    .flatMap((node) => Object.values(node.shape ?? {}))
    .flatMap(unwrapped)
    .some(isSecret);
}

/**
 * A value of a place with `hidden` for each text that may be a secret: one where the schema has a secret or something that
 * holds one, so that a text there is all of it in the wrong form, and one where the schema has nothing, below such a place.
 */
export function withoutTexts(value: unknown, path: Path, hidden: string): unknown {
  const start: Place = { nodes: unwrapped(root), mayHoldSecret: true };
  return shownAt(value, path.reduce(stepped, start), hidden);
}

interface Place {
  nodes: readonly Node[];
  mayHoldSecret: boolean;
}

function stepped({ nodes, mayHoldSecret }: Place, key: string | number): Place {
  const inner = below(nodes, key);
  return { nodes: inner, mayHoldSecret: inner.length === 0 ? mayHoldSecret : inner.some(leadsToSecret) };
}

function shownAt(value: unknown, place: Place, hidden: string): unknown {
  if (typeof value === "string") {
    return place.mayHoldSecret ? hidden : value;
  }
  if (Array.isArray(value)) {
    return value.map((inner, index) => shownAt(inner, stepped(place, index), hidden));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, shownAt(inner, stepped(place, key), hidden)]),
      )
    : value;
}

/** What the schema has at a place. */
function placesAt(path: Path): readonly Node[] {
  return path.reduce<readonly Node[]>(below, unwrapped(root));
}

/** What the schema has one step further; what every object inherits, such as `toString`, is not in it. */
function below(places: readonly Node[], key: string | number): Node[] {
  return places.flatMap((node) => inside(node, key) ?? []).flatMap(unwrapped);
}

export function inside({ element, shape = {} }: Node, key: string | number): Node | undefined {
  return typeof key === "number" ? element : Object.hasOwn(shape, key) ? shape[key] : undefined;
}

// The schema never changes, and each check of settings walks it: what it says of a node is worked out once.
export const unwrapped = once((node): readonly Node[] => {
  const inner = node.def?.innerType;
  if (inner !== undefined) {
    return unwrapped(inner);
  }
  const branches = (node.options ?? []).filter((option) => typeof option === "object");
  return branches.length > 0 ? branches.flatMap(unwrapped) : [node];
});

const isSecret = once((node) => node.meta?.()?.secret === true);

const leadsToSecret: (node: Node) => boolean = once(
  (node) =>
    isSecret(node) ||
    [...Object.values(node.shape ?? {}), ...(node.element === undefined ? [] : [node.element])]
      .flatMap(unwrapped)
      .some(leadsToSecret),
);

/** Works out a node's answer at the first question. */
function once<T>(answer: (node: Node) => T): (node: Node) => T {
  const known = new WeakMap<Node, T>();
  return (node) => {
    if (!known.has(node)) {
      known.set(node, answer(node));
    }
    return known.get(node) as T;
  };
}
