import { type Known, known } from "./known";

/** The same reader, which looks only once, also where it meets a value that is unknown at preview. */
export function once<T>(read: () => T): () => T {
  let result: Known<T> | undefined;
  return () => {
    result ??= known(read);
    if (!result.known) throw result.cause;
    return result.value;
  };
}
