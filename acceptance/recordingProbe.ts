import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { type Probe } from "./check";
import { visible } from "./visible";

export interface Figure {
  name: string;
  value: number;
  unit: string;
}

/** Keeps what a check says. Texts go through `redact` and `visible`, because a check may quote what a server sent. */
export class RecordingProbe implements Probe {
  readonly right: string[] = [];
  readonly faults: string[] = [];
  readonly figures: Figure[] = [];
  readonly files: string[] = [];
  readonly #directory: string;
  readonly #redact: (text: string) => string;
  readonly #busy: (what: string) => void;

  constructor({
    directory,
    redact = (text) => text,
    busy = () => undefined,
  }: {
    /** Where the files of the report go. */
    directory: string;
    redact?: (text: string) => string;
    busy?: (what: string) => void;
  }) {
    this.#directory = directory;
    this.#redact = (text) => visible(redact(text));
    this.#busy = busy;
  }

  /** How many things were tried, right and wrong ones. */
  get tried(): number {
    return this.right.length + this.faults.length;
  }

  seen(what: string): void {
    this.right.push(this.#redact(what));
  }

  wrong(what: string): void {
    this.faults.push(this.#redact(what));
  }

  expect(condition: boolean, what: string, otherwise = `not so: ${what}`): void {
    if (condition) {
      this.seen(what);
    } else {
      this.wrong(otherwise);
    }
  }

  figure(name: string, value: number, unit: string): void {
    this.figures.push({ name: this.#redact(name), value, unit });
  }

  file(name: string): string {
    // A name, not a path: nothing of a report lies outside its folder.
    if (!/^[a-z0-9][a-z0-9.-]*$/i.test(name)) {
      throw new Error(`"${name}" is no plain file name`);
    }
    mkdirSync(this.#directory, { recursive: true });
    const path = resolve(this.#directory, name);
    if (!this.files.includes(path)) {
      this.files.push(path);
    }
    return path;
  }

  busy(what: string): void {
    this.#busy(this.#redact(what));
  }
}
