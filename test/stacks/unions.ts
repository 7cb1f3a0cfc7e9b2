/** The places of the schema where one setting decides which others there are, found by walking through it. */
import { strict as assert } from "node:assert";
import { settingsSchema } from "../../stacks/schema";
import { type Tree } from "./fixture";

interface Schema {
  shape?: Record<string, Schema>;
  element?: Schema;
  options?: readonly Schema[];
  def: { innerType?: Schema; discriminator?: string; values?: readonly string[] };
}

export interface Union {
  /** The settings and their types that lead there; one path may be there by several of them. */
  way: string;
  /** As Pulumi spells it; the first entry stands for every one of a list. */
  path: string;
  /** The setting that decides. */
  by: string;
  branches: readonly { type: string; keys: readonly string[] }[];
  /** Puts a value at that place, with the types on the way that lead there. */
  place: (settings: Tree, value: Tree) => Tree;
}

type Step = { key: string } | { type: string; by: string } | "list";

export function unionsOf(): Union[] {
  return [...walk(settingsSchema as unknown as Schema, [])].map(({ steps, union, by }) => ({
    by,
    way: steps.map((step) => (step === "list" ? "[0]" : "key" in step ? step.key : `(${step.type})`)).join(" "),
    path: steps
      .map((step) => (step === "list" ? "[0]" : "key" in step ? `.${step.key}` : ""))
      .join("")
      .slice(1),
    branches: union.map((branch) => ({ type: typeOf(branch, by), keys: Object.keys(branch.shape ?? {}) })),
    place: (settings, value) => laid(settings, steps, value) as Tree,
  }));
}

function* walk(schema: Schema, steps: Step[]): Generator<{ steps: Step[]; union: readonly Schema[]; by: string }> {
  const { innerType, discriminator } = schema.def;
  if (innerType !== undefined) {
    yield* walk(innerType, steps);
  } else if (discriminator !== undefined) {
    const union = schema.options ?? [];
    yield { steps, union, by: discriminator };
    for (const branch of union) {
      yield* walk(branch, [...steps, { type: typeOf(branch, discriminator), by: discriminator }]);
    }
  } else if (schema.element !== undefined) {
    yield* walk(schema.element, [...steps, "list"]);
  } else {
    for (const option of schema.options ?? []) {
      if (typeof option === "object") {
        yield* walk(option, steps);
      }
    }
    for (const [key, inner] of Object.entries(schema.shape ?? {})) {
      yield* walk(inner, [...steps, { key }]);
    }
  }
}

function typeOf({ shape = {} }: Schema, by: string): string {
  let type = shape[by];
  while (type?.def.innerType !== undefined) {
    type = type.def.innerType;
  }
  const [value, ...more] = type?.def.values ?? [];
  assert(value !== undefined && more.length === 0);
  return value;
}

/** The settings of the way there are replaced where their type is another one. */
function laid(given: unknown, [step, ...rest]: readonly Step[], value: Tree): unknown {
  if (step === undefined) {
    return value;
  }
  if (step === "list") {
    return [laid(Array.isArray(given) ? given[0] : undefined, rest, value)];
  }
  const tree = (given ?? {}) as Tree;
  if ("key" in step) {
    return { ...tree, [step.key]: laid(tree[step.key], rest, value) };
  }
  return laid(tree[step.by] === step.type ? tree : { [step.by]: step.type }, rest, value);
}
