/**
 * Does something with every item, a few at a time and with the results in the items' order. The first error ends it:
 * nothing more is begun, and what is under way is waited for.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
  atOnce = 6,
): Promise<Result[]> {
  const results: Result[] = new Array<Result>(items.length);
  const queue = [...items.entries()];
  let failed = false;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !failed; next = queue.shift()) {
      const [index, item] = next;
      try {
        results[index] = await act(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, work));
  const broken = ends.find((end) => end.status === "rejected");
  if (broken !== undefined) {
    throw broken.reason;
  }
  return results;
}
