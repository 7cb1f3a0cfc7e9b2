import { LabelIndex } from "./labelIndex";
import { covers, type Reach } from "./istioReach";

/** A thing with the workloads that it is about. */
export interface Reaching<T> {
  readonly one: T;
  readonly reach: Reach;
}

/**
 * Things by the workloads that they are about, so that those which cover a reach are found without a walk through all.
 *
 * Where a reach can't be told, because it is unknown at preview or can't be read, the thing may cover anything; it is
 * among `unread`, with what was thrown.
 */
export class ReachIndex<T> {
  readonly unread: readonly unknown[];
  readonly #inRoot: LabelIndex<Reaching<T>>;
  readonly #byNamespace = new Map<string, LabelIndex<Reaching<T>>>();
  readonly #byTarget = new Map<string, Reaching<T>[]>();

  constructor(all: readonly T[], reachOf: (one: T) => Reach) {
    const unread: unknown[] = [];
    const groups = new Map<string, Reaching<T>[]>();
    const root: Reaching<T>[] = [];
    for (const one of all) {
      try {
        const reaching = { one, reach: reachOf(one) };
        const { inRoot, namespace, targets } = reaching.reach;
        if (targets.length > 0) {
          for (const target of new Set(targets)) push(this.#byTarget, targetKey(namespace, target), reaching);
        } else if (inRoot) root.push(reaching);
        else push(groups, namespace, reaching);
      } catch (error) {
        unread.push(error);
      }
    }
    this.unread = unread;
    this.#inRoot = indexOf(root);
    for (const [namespace, group] of groups) this.#byNamespace.set(namespace, indexOf(group));
  }

  /** All that are about every workload of a reach. */
  covering(narrow: Reach): T[] {
    const { namespace, labels, targets } = narrow;
    const candidates = [
      ...this.#inRoot.candidates(labels),
      ...(this.#byNamespace.get(namespace)?.candidates(labels) ?? []),
      ...(targets[0] === undefined ? [] : (this.#byTarget.get(targetKey(namespace, targets[0])) ?? [])),
    ];
    return candidates.filter(({ reach }) => covers(reach, narrow)).map(({ one }) => one);
  }
}

function indexOf<T>(all: readonly Reaching<T>[]): LabelIndex<Reaching<T>> {
  return new LabelIndex(all.map((reaching) => [reaching.reach.labels, reaching]));
}

function targetKey(namespace: string, target: string): string {
  return `${namespace} ${target}`;
}

function push<T>(groups: Map<string, T[]>, key: string, one: T): void {
  const group = groups.get(key);
  if (group) group.push(one);
  else groups.set(key, [one]);
}
