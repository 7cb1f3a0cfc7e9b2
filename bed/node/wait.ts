import { reasonOf } from "../command";
import { heedInterruption } from "../interruption";

/** Tries until it works; after `seconds` the last error is what is wrong. */
export async function patiently<T>(what: string, seconds: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    heedInterruption();
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        throw new Error(`${what} was not ready after ${seconds} s: ${reasonOf(error)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
