import { type Redactor } from "./engine/redactor";

type Write = typeof process.stdout.write;

/**
 * The standard output, kept for a command's own report: what a program or a library prints goes to the standard error,
 * without the secrets that are known by then.
 */
export class Output {
  readonly #write: Write;
  readonly #writeAside: Write;
  readonly #redactor: Redactor;
  #held: string[] | undefined;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
    this.#write = process.stdout.write.bind(process.stdout);
    this.#writeAside = process.stderr.write.bind(process.stderr);
    const divert = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      const callback = rest.find((argument) => typeof argument === "function") as
        ((error?: Error | null) => void) | undefined;
      if (this.#held === undefined) {
        this.#writeAside(redactor.redact(text));
      } else {
        this.#held.push(text);
      }
      callback?.();
      return true;
    }) as Write;
    process.stdout.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        throw error;
      }
    });
    process.stdout.write = divert;
    process.stderr.write = divert;
    process.on("exit", () => this.release());
  }

  /** The standard error for what this program itself has to say. */
  readonly aside = (text: string): void => {
    this.#writeAside(text);
  };

  /** Keeps what others print until `release`: a program may print a secret before anybody knows that it is one. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held?.join("") ?? "";
    this.#held = undefined;
    if (held !== "") {
      this.#writeAside(this.#redactor.redact(held));
    }
  }

  /** Writes to the standard output, and waits until a pipe has taken it. */
  print(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#write(text.endsWith("\n") ? text : `${text}\n`, (error) => {
        // A reader that has seen enough, such as `head`, is no failure.
        if (error === undefined || error === null || (error as NodeJS.ErrnoException).code === "EPIPE") {
          resolve();
        } else {
          reject(error);
        }
      });
    });
  }
}
