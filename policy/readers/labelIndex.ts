/**
 * Things that ask for labels, found by the labels that something has.
 *
 * Each stands under the rarest of the labels that it asks for, so that a label which everything asks for, such as the
 * gateway's, puts nothing beside things that ask for another besides.
 */
export class LabelIndex<T> {
  readonly #byLabel = new Map<string, T[]>();
  readonly #all: T[] = [];

  constructor(entries: readonly (readonly [labels: Readonly<Record<string, unknown>>, one: T])[]) {
    const asked = entries.map(([labels, one]) => ({ keys: keysOf(labels), one }));
    const counts = new Map<string, number>();
    for (const key of asked.flatMap(({ keys }) => keys)) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const { keys, one } of asked) {
      const [rarest] = keys.sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
      if (rarest === undefined) this.#all.push(one);
      else {
        const group = this.#byLabel.get(rarest);
        if (group) group.push(one);
        else this.#byLabel.set(rarest, [one]);
      }
    }
  }

  /** All that may ask for no other labels than these; whether one does has to be looked at. */
  candidates(labels: Readonly<Record<string, unknown>>): T[] {
    return [...this.#all, ...keysOf(labels).flatMap((key) => this.#byLabel.get(key) ?? [])];
  }
}

function keysOf(labels: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(labels).map((pair) => JSON.stringify(pair));
}
