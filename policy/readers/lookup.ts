/**
 * Things by the keys that each has, so that looking for those of a key is no walk through all of them: a cluster's dump
 * holds thousands, and a walk for each of them is their square.
 *
 * A thing whose keys can't be told, because a value is unknown at preview or of a shape that nobody can read, may be the one
 * that is looked for. Whoever finds nothing else gets the signal or the error.
 */
export class Lookup<T> {
  readonly #byKey = new Map<string, T[]>();
  readonly #unread: unknown[] = [];

  constructor(all: readonly T[], keysOf: (one: T) => readonly string[]) {
    for (const one of all) {
      try {
        for (const key of new Set(keysOf(one))) {
          const group = this.#byKey.get(key);
          if (group) group.push(one);
          else this.#byKey.set(key, [one]);
        }
      } catch (error) {
        this.#unread.push(error);
      }
    }
  }

  /** All of a key, in their order. */
  of(key: string): readonly T[] {
    this.#throwUnread();
    return this.#byKey.get(key) ?? [];
  }

  /** The first of a key. */
  first(key: string): T | undefined {
    const found = this.#byKey.get(key)?.[0];
    if (found === undefined) this.#throwUnread();
    return found;
  }

  #throwUnread(): void {
    if (this.#unread.length > 0) throw this.#unread[0];
  }
}
