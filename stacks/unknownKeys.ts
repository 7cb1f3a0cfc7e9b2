/** What is said of a setting that does not exist at its place: what was meant, or which other mode has it. */
import { inside, type Node, type Path, root, unwrapped } from "./schemaPlaces";
import { closest } from "./spelling";

export function mendOfUnknown(path: Path, key: string, settings: unknown): string {
  const { own, elsewhere } = keysAt(path, settings);
  const [first = ""] = key.split(/[.[]/);
  const known = [...own, ...elsewhere.map((setting) => setting.key)];
  if (first !== key && known.includes(first)) {
    return `there is no such setting: a path into ${first} needs pulumi config set --path`;
  }
  const moved = elsewhere.find((setting) => setting.key === key);
  if (moved !== undefined) {
    return `this setting belongs to ${belonging(moved)}: remove it, or change the ${moved.discriminator}`;
  }
  const suggestion = closest(key, own) ?? closest(key, known);
  const meant = elsewhere.find((setting) => setting.key === suggestion);
  return suggestion === undefined
    ? "there is no such setting: remove it"
    : meant === undefined
      ? `there is no such setting: did you mean ${suggestion}?`
      : `there is no such setting: did you mean ${suggestion}? It belongs to ${belonging(meant)}`;
}

/** Own properties only: what every object inherits is not a setting. */
export function memberOf(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

/** A setting that another branch of the union at its place has. */
interface Elsewhere {
  key: string;
  /** The setting that decides between the branches: `type`. */
  discriminator: string;
  /** The branch that the settings have, in the schema's word and not in theirs. */
  chosen: string;
  branches: readonly string[];
}

function belonging({ discriminator, chosen, branches }: Elsewhere): string {
  const last = branches.at(-1) ?? "";
  const others = branches.slice(0, -1);
  return `${discriminator}: ${others.length === 0 ? last : `${others.join(", ")} or ${last}`}; ${discriminator} is ${chosen}`;
}

/** The settings of a place, and those that it would have in another mode. */
function keysAt(path: Path, settings: unknown): { own: string[]; elsewhere: Elsewhere[] } {
  let places = [{ node: root, value: settings }];
  for (const step of path) {
    places = places.flatMap(({ node, value }) =>
      branchesFor(node, value)
        .flatMap((branch) => inside(branch, step) ?? [])
        .map((inner) => ({ node: inner, value: memberOf(value, step) })),
    );
  }
  const own = places.flatMap(({ node, value }) => branchesFor(node, value)).flatMap(keysOf);
  const elsewhere = places.flatMap(({ node, value }) => keysOfOthers(node, value));
  return { own, elsewhere: elsewhere.filter(({ key }) => !own.includes(key)) };
}

interface Branch {
  node: Node;
  /** The value by which it is chosen. */
  name: string;
  chosen: boolean;
}

/** The branches of a union, and which of them its value chooses; none of another schema. */
function branchesOf(node: Node, value: unknown): Branch[] {
  const { options = [], def: { discriminator } = {} } = innermost(node);
  return options.flatMap((option) => {
    const decides =
      typeof option === "object" && discriminator !== undefined ? option.shape?.[discriminator] : undefined;
    if (typeof option !== "object" || discriminator === undefined || decides === undefined) {
      return [];
    }
    const given = memberOf(value, discriminator) ?? decides.def?.defaultValue;
    const values = innermost(decides).def?.values ?? [];
    return [{ node: option, name: values.join(" or "), chosen: values.includes(given) }];
  });
}

/** What a place is made of, as far as its value decides it. */
function branchesFor(node: Node, value: unknown): readonly Node[] {
  const chosen = branchesOf(node, value).filter((branch) => branch.chosen);
  return chosen.length > 0 ? chosen.map((branch) => branch.node) : unwrapped(node);
}

function keysOfOthers(node: Node, value: unknown): Elsewhere[] {
  const branches = branchesOf(node, value);
  const chosen = branches.find((branch) => branch.chosen)?.name;
  const { discriminator } = innermost(node).def ?? {};
  if (chosen === undefined || discriminator === undefined) {
    return [];
  }
  return [...new Set(branches.flatMap((branch) => keysOf(branch.node)))].map((key) => ({
    key,
    discriminator,
    chosen,
    branches: branches.filter((branch) => keysOf(branch.node).includes(key)).map(({ name }) => name),
  }));
}

const innermost = (node: Node): Node => (node.def?.innerType === undefined ? node : innermost(node.def.innerType));

const keysOf = ({ shape = {} }: Node) => Object.keys(shape);
