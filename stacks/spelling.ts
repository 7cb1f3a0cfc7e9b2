const mostSlips = 2;

/** Finds what somebody meant who wrote `word`: the candidate at most two slips away (Levenshtein), or none. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    // The distance is at least the difference in length; without this, a word of a megabyte would take seconds.
    .filter((candidate) => Math.abs(candidate.length - word.length) <= mostSlips)
    .map((candidate) => ({ candidate, slips: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, slips }) => slips <= Math.min(mostSlips, Math.floor(candidate.length / 2)))
    .sort((a, b) => a.slips - b.slips);
  return ranked[0]?.candidate;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
