/** Growth from one bucket to the next: percentiles are right to two per cent. */
const factor = 1.02;
const smallest = 0.01;
const width = Math.log(factor);

/** Durations in milliseconds by size, in as much memory however many there are. */
export class Histogram {
  #counts: number[] = [];
  #total = 0;
  #largest = 0;

  add(milliseconds: number): void {
    const bucket = milliseconds <= smallest ? 0 : Math.ceil(Math.log(milliseconds / smallest) / width);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
    this.#largest = Math.max(this.#largest, milliseconds);
  }

  get count(): number {
    return this.#total;
  }

  /** The duration that this share of all did not exceed; 0 without any. */
  percentile(share: number): number {
    let left = Math.ceil(share * this.#total);
    for (const [bucket, count = 0] of this.#counts.entries()) {
      left -= count;
      if (left <= 0 && count > 0) {
        return Math.min(this.#largest, smallest * factor ** bucket);
      }
    }
    return this.#largest;
  }
}
