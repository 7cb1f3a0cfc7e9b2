import { createHash } from "node:crypto";
import { undecrypted } from "../../stacks/undecrypted";

/** Shorter texts are words of the language (`true`, `admin`): taking them out of every message would hide nothing. */
const shortestSecret = 6;
/** Below this length a plain value that contains the text is more likely a coincidence than a copy. */
const shortestCopy = 8;

const mask = "[secret]";

/** Knows what must not be shown, and takes it out of texts that others wrote: errors, findings, a tool's complaints. */
export class Redactor {
  readonly #texts = new Set<string>();
  readonly #searched = new Set<string>();
  readonly #placeholders = new Map<string, string>();
  #longestFirst: string[] = [];

  /** A stand-in for a configuration secret that cannot be decrypted here; no output ever holds it. */
  placeholderFor(configKey: string): string {
    const placeholder = `${undecrypted}${createHash("sha256").update(`gatehouse ${configKey}`).digest("hex").slice(0, 40)}`;
    this.#placeholders.set(placeholder, configKey);
    this.learn(placeholder);
    return placeholder;
  }

  /** Takes a text out of messages from now on; `searched` also looks for copies of it in values nobody marked. */
  learn(text: string, { searched = false } = {}): void {
    for (const form of [text, Buffer.from(text).toString("base64")]) {
      if (text.length >= shortestSecret && !this.#texts.has(form)) {
        this.#texts.add(form);
        this.#longestFirst = [];
      }
      if (searched && text.length >= shortestCopy) {
        this.#searched.add(form);
      }
    }
  }

  /** The configuration keys whose stand-ins a text contains. */
  configKeysIn(text: string): string[] {
    return [...this.#placeholders].filter(([placeholder]) => text.includes(placeholder)).map(([, key]) => key);
  }

  /** Whether a value that nobody marked as secret holds a copy of one. */
  holdsCopy(text: string): boolean {
    for (const known of this.#searched) {
      if (text.includes(known)) {
        return true;
      }
    }
    return false;
  }

  redact(text: string): string {
    return this.#sorted().reduce((redacted, known) => redacted.replaceAll(known, mask), text);
  }

  #sorted(): string[] {
    if (this.#longestFirst.length === 0) {
      this.#longestFirst = [...this.#texts].sort((a, b) => b.length - a.length);
    }
    return this.#longestFirst;
  }
}
