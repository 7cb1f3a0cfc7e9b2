/** The values of each dimension, by the dimension's name. */
export type Dimensions = Readonly<Record<string, readonly string[]>>;

/** One value of each dimension. */
export type Combination = Readonly<Record<string, string>>;

/** A value of a dimension. */
export type Choice = readonly [dimension: string, value: string];
export type Pair = readonly [Choice, Choice];

/** A pair as a text; the dimensions in the order of their names, so that each pair has one. */
export const spelled = ([a, b]: Pair): string =>
  [a, b]
    .map(([dimension, value]) => `${dimension}: ${value}`)
    .sort()
    .join(", ");

/** Every pair of choices of two dimensions. */
function* crossed(choices: readonly (readonly Choice[])[]): Generator<Pair> {
  for (const [index, some] of choices.entries()) {
    for (const others of choices.slice(index + 1)) {
      for (const a of some) {
        for (const b of others) {
          yield [a, b];
        }
      }
    }
  }
}

/** Every pair of values that there is. */
export const pairsOf = (dimensions: Dimensions): Pair[] => [
  ...crossed(Object.entries(dimensions).map(([name, values]) => values.map((value): Choice => [name, value]))),
];

/** The pairs of one combination. */
export const pairsIn = (combination: Combination): Pair[] => [
  ...crossed(Object.entries(combination).map((choice): Choice[] => [choice])),
];

/**
 * Few combinations in which every pair of values occurs but those that are ruled out, which occur in none. Greedy, as the
 * smallest such set is hard to find: each combination begins with a pair that is still missing, and every further
 * dimension takes the value that adds most, or the one that was used least. The same dimensions always give the same combinations.
 */
export function cover(dimensions: Dimensions, ruledOut: readonly Pair[] = []): Combination[] {
  const never = new Set(ruledOut.map(spelled));
  const missing = new Map(
    pairsOf(dimensions)
      .map((pair): [string, Pair] => [spelled(pair), pair])
      .filter(([text]) => !never.has(text)),
  );
  // The dimension with most values has most to say.
  const order = Object.keys(dimensions).sort((a, b) => (dimensions[b]?.length ?? 0) - (dimensions[a]?.length ?? 0));

  const uses = new Map<string, number>();
  const usesOf = (choice: Choice) => uses.get(choice.join()) ?? 0;

  const complete = (chosen: readonly Choice[]): readonly Choice[] | undefined => {
    const dimension = order.find((name) => !chosen.some(([taken]) => taken === name));
    if (dimension === undefined) {
      return chosen;
    }
    const candidates = (dimensions[dimension] ?? [])
      .map((value): Choice => [dimension, value])
      .map((choice) => ({ choice, pairs: chosen.map((other) => spelled([other, choice])) }))
      .filter(({ pairs }) => !pairs.some((text) => never.has(text)))
      .map(({ choice, pairs }) => ({ choice, gain: pairs.filter((text) => missing.has(text)).length }))
      .sort((a, b) => b.gain - a.gain || usesOf(a.choice) - usesOf(b.choice));
    for (const { choice } of candidates) {
      const found = complete([...chosen, choice]);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  };

  const combinations: Combination[] = [];
  for (const [text, pair] of missing) {
    const chosen = complete(pair);
    if (chosen === undefined) {
      throw new Error(`no combination has ${text}: what is ruled out leaves it no third value`);
    }
    chosen.forEach((choice) => uses.set(choice.join(), usesOf(choice) + 1));
    const byName = new Map(chosen);
    const combination = Object.fromEntries(Object.keys(dimensions).map((name) => [name, byName.get(name) ?? ""]));
    combinations.push(combination);
    for (const covered of pairsIn(combination)) {
      missing.delete(spelled(covered));
    }
  }
  return combinations;
}
