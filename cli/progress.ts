/** Only what takes longer than this is worth a line. */
const patienceMs = 1000;
/** How often a line is repeated where it can't be rewritten. */
const repeatMs = 10_000;

/** Says on the standard error what a command is busy with, when it takes longer than a second. */
export class Progress {
  readonly #write: (text: string) => void;
  readonly #isTTY: boolean;
  #label: (() => string) | undefined;
  #since = 0;
  #nextLine = 0;
  #timer: NodeJS.Timeout | undefined;
  #drawn = false;

  constructor(write: (text: string) => void, isTTY: boolean) {
    this.#write = write;
    this.#isTTY = isTTY;
  }

  /** Begins a phase; the one before has ended. */
  phase(label: string | (() => string)): void {
    this.stop();
    this.#label = typeof label === "string" ? () => label : label;
    this.#since = performance.now();
    this.#nextLine = patienceMs;
    // The timer must not keep a program alive that has nothing left to do.
    this.#timer = setInterval(() => this.#tick(), 200).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    if (this.#drawn) {
      this.#write("\r\u001b[K");
      this.#drawn = false;
    }
    this.#label = undefined;
  }

  #tick(): void {
    const elapsed = performance.now() - this.#since;
    if (this.#label === undefined || elapsed < this.#nextLine) {
      return;
    }
    const line = `${this.#label()} (${Math.floor(elapsed / 1000)} s)`;
    if (this.#isTTY) {
      this.#write(`\r\u001b[K${line}`);
      this.#drawn = true;
    } else {
      this.#write(`${line}\n`);
      this.#nextLine = elapsed + repeatMs;
    }
  }
}
