import { maxDepth, type Path, type SourceDocument, type SourceText, type Unreadable } from "./document";

class JsonError extends Error {
  constructor(readonly unreadable: Unreadable) {
    super(unreadable.reason);
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
/** What fits into Node's memory with places: a dump of some 200 MB. */
const mostValues = 8_000_000;

const words: Record<string, unknown> = { true: true, false: false, null: null };

/**
 * Reads JSON with the line of every value; several values may follow each other, as for kubectl.
 *
 * A reader of its own, because JSON.parse tells no lines and takes the last of two equal keys without a word, and a YAML
 * parser needs many times as long for a cluster's dump.
 */
export function readJson(text: string): SourceText {
  const documents: SourceDocument[] = [];
  const reader = new JsonReader(text);
  try {
    while (reader.more()) documents.push(reader.document());
    return { documents, unreadable: [] };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { documents, unreadable: [error.unreadable] };
  }
}

/** The line of each part: of an object by its keys, of an array by its places. */
type Lines = ReadonlyMap<string, number> | readonly number[];

function lineIn(lines: Lines | undefined, step: string | number): number | undefined {
  if (lines === undefined) return undefined;
  return "get" in lines ? lines.get(String(step)) : lines[Number(step)];
}

class JsonReader {
  readonly #text: string;
  readonly #lines = new WeakMap<object, Lines>();
  #at = 0;
  #line = 1;
  #depth = 0;
  #values = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Whether there is another value. */
  more(): boolean {
    this.#space();
    return this.#at < this.#text.length;
  }

  document(): SourceDocument {
    const line = this.#line;
    const value = this.#value();
    return { value, lineOf: (path) => this.#lineOf(value, line, path) };
  }

  #lineOf(value: unknown, start: number, path: Path): number {
    let [here, line]: [unknown, number] = [value, start];
    for (const step of path) {
      const next = typeof here === "object" && here !== null ? lineIn(this.#lines.get(here), step) : undefined;
      if (next === undefined) break;
      line = next;
      here = (here as Record<string | number, unknown>)[step];
    }
    return line;
  }

  #value(): unknown {
    if ((this.#values += 1) > mostValues) throw this.#error("more than 8 million values; take it apart");
    const first = this.#text[this.#at];
    if (first === "{") return this.#nested(() => this.#object());
    if (first === "[") return this.#nested(() => this.#array());
    if (first === '"') return this.#string();
    number.lastIndex = this.#at;
    const digits = number.exec(this.#text)?.[0];
    const word = digits ?? Object.keys(words).find((candidate) => this.#text.startsWith(candidate, this.#at));
    if (word === undefined) throw this.#error("a value is missing");
    this.#at += word.length;
    if (/[\w.+-]/.test(this.#text[this.#at] ?? "")) throw this.#error("a value without quotes");
    return digits === undefined ? words[word] : Number(digits);
  }

  #nested<T>(read: () => T): T {
    if ((this.#depth += 1) > maxDepth) throw this.#error("nested too deeply");
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    const lines = new Map<string, number>();
    this.#items("}", () => {
      if (this.#text[this.#at] !== '"') throw this.#error("a key in quotes is missing");
      const line = this.#line;
      const key = this.#string();
      if (lines.has(key)) throw this.#error("a key stands twice");
      this.#space();
      if (this.#text[this.#at] !== ":") throw this.#error("a colon is missing");
      this.#at += 1;
      this.#space();
      lines.set(key, line);
      const item = this.#value();
      // An assignment would make `__proto__` the object's prototype.
      if (key === "__proto__") Object.defineProperty(value, key, { value: item, enumerable: true, configurable: true });
      else value[key] = item;
    });
    this.#lines.set(value, lines);
    return value;
  }

  #array(): unknown[] {
    const value: unknown[] = [];
    const lines: number[] = [];
    this.#items("]", () => {
      lines.push(this.#line);
      value.push(this.#value());
    });
    this.#lines.set(value, lines);
    return value;
  }

  #items(end: string, item: () => void): void {
    this.#at += 1;
    this.#space();
    if (this.#text[this.#at] === end) {
      this.#at += 1;
      return;
    }
    for (;;) {
      item();
      this.#space();
      const next = this.#text[this.#at];
      this.#at += 1;
      if (next === end) return;
      if (next !== ",") throw this.#error(`a comma or ${end} is missing`);
      this.#space();
    }
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let end = start;
    do {
      end = text.indexOf('"', end + 1);
      if (end < 0) throw this.#error("a text without an end");
    } while (escaped(text, end));
    this.#at = end + 1;
    try {
      // Its own message would quote the text.
      return JSON.parse(text.slice(start, end + 1)) as string;
    } catch {
      throw this.#error("a text with a character that JSON doesn't allow");
    }
  }

  #space(): void {
    for (; ; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 10) this.#line += 1;
      else if (code !== 32 && code !== 9 && code !== 13) return;
    }
  }

  #error(reason: string): JsonError {
    return new JsonError({ line: this.#line, reason: `not readable as JSON: ${reason}` });
  }
}

/** Whether an odd number of backslashes stands before a place. */
function escaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}
