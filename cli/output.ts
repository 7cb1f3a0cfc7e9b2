import { type Redactor } from "./engine/redactor";

type Write = typeof process.stdout.write;

/**
 * The standard output, kept for a command's own report: what a program or a library prints goes to the standard error,
 * without the secrets that are known by then.
 */
export class Output {
  readonly #write: Write;

  constructor(redactor: Redactor) {
    this.#write = process.stdout.write.bind(process.stdout);
    const aside = process.stderr.write.bind(process.stderr);
    const divert = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      const text = typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
      const callback = rest.find((argument) => typeof argument === "function") as
        ((error?: Error | null) => void) | undefined;
      return callback === undefined ? aside(redactor.redact(text)) : aside(redactor.redact(text), callback);
    }) as Write;
    process.stdout.write = divert;
    process.stderr.write = divert;
  }

  /** Writes to the standard output, and waits until a pipe has taken it. */
  print(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#write(text.endsWith("\n") ? text : `${text}\n`, (error) => {
        if (error === undefined || error === null) {
          resolve();
        } else {
          reject(error);
        }
      });
    });
  }
}
