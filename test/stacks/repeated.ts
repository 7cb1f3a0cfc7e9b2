import { errorOf, settingsOf, type Surroundings, type Tree } from "./fixture";

/** The settings that say nothing, because preset and defaults say the same. */
export function repeatedIn(settings: Tree, surroundings: Surroundings): string[] {
  const whole = JSON.stringify(settingsOf(settings, surroundings));
  return [...without(settings)]
    .filter(([, less]) => {
      const passes = errorOf(less, surroundings) === undefined;
      return passes && JSON.stringify(settingsOf(less, surroundings)) === whole;
    })
    .map(([path]) => path);
}

/** The same tree with one key less, for each key at any depth. */
function* without(tree: Tree, path = ""): Iterable<[path: string, less: Tree]> {
  for (const [key, value] of Object.entries(tree)) {
    yield [`${path}${key}`, Object.fromEntries(Object.entries(tree).filter(([other]) => other !== key))];
    if (typeof value === "object" && value !== null) {
      for (const [inner, smaller] of without(value as Tree, `${path}${key}.`)) {
        const same = Array.isArray(value) ? Object.values(smaller) : smaller;
        yield [inner, { ...tree, [key]: same }];
      }
    }
  }
}
