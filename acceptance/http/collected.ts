/** More than any page of a deployment has. What is longer is not read: it would fill the memory, or keep its reader busy. */
export const mostBytes = 256 * 1024;

/** The bytes of one answer as they come. */
export class Collected {
  readonly #chunks: Buffer[] = [];
  #length = 0;

  /** Takes a piece; an error once there are too many, after which nothing more is to be read. */
  take(chunk: Buffer): Error | undefined {
    this.#length += chunk.length;
    if (this.#length > mostBytes) {
      return new Error(`the answer was longer than ${mostBytes / 1024} KB, which is more than the suite reads`);
    }
    this.#chunks.push(chunk);
    return undefined;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString("utf8");
  }
}
