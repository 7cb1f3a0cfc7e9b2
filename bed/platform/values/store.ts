import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writePrivateJson } from "../privateFiles";

const schema = z.object({
  format: z.literal("gatehouse.bed-values/v1"),
  /** By the URN of the resource that would have made it. */
  made: z.record(z.string(), z.object({ from: z.string(), value: z.record(z.string(), z.string()) })),
});

/**
 * What `pulumi up` would keep in its state: what each resource made. A resource with the same URN and the same inputs
 * keeps its values; a rotated one has another URN.
 */
export class ValueStore {
  readonly #made = new Map<string, { from: string; value: Record<string, string> }>();
  readonly #used = new Set<string>();

  constructor(readonly file: string) {
    if (existsSync(file)) {
      const { made } = schema.parse(JSON.parse(readFileSync(file, "utf8")));
      Object.entries(made).forEach(([urn, entry]) => this.#made.set(urn, entry));
    }
  }

  /** The values of a resource, made now when they never were, or from other inputs. */
  async of<T extends Record<string, string>>(urn: string, inputs: unknown, make: () => T | Promise<T>): Promise<T> {
    this.#used.add(urn);
    const from = JSON.stringify(inputs);
    const known = this.#made.get(urn);
    if (known?.from === from) {
      return known.value as T;
    }
    const value = await make();
    this.#made.set(urn, { from, value });
    this.save();
    return value;
  }

  /** Forgets what no resource of this run has made, as Pulumi deletes it. */
  prune(): void {
    for (const urn of [...this.#made.keys()].filter((key) => !this.#used.has(key))) {
      this.#made.delete(urn);
    }
    this.save();
  }

  /** Written at once: a run that fails half-way has handed values to the cluster already. */
  save(): void {
    const made = Object.fromEntries([...this.#made].sort(([a], [b]) => (a < b ? -1 : 1)));
    writePrivateJson(this.file, { format: "gatehouse.bed-values/v1", made });
  }
}
