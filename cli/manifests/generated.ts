import { type Provenance } from "../engine/provenance";
import { type Manifest } from "./object";
import { type ObjectId } from "./objectId";
import { showPath } from "./path";
import { Withheld, withheldIn } from "./shape";

/** A value that is left out of an object's manifest. */
export interface GeneratedValue extends ObjectId {
  /** Where it belongs in the object; places in lists are counted with the missing items. */
  path: string;
  /** `unknown` when only a real run makes it, `secret` when it is one that the program has already. */
  why: "unknown" | "secret";
  /** What makes it: URNs of resources, or `config:` and a key; empty where that cannot be told. */
  from: string[];
}

/**
 * Opens the data of Secrets that are unknown as a whole, so that each value can be listed by its key. All that is known
 * about the origin of such a value is what the whole was made from, and of a value that is known not even that.
 */
export async function openSecrets(manifests: readonly Manifest[], provenance: Provenance): Promise<void> {
  for (const { id, urn, value } of manifests) {
    for (const field of id.apiVersion === "v1" && id.kind === "Secret" ? ["data", "stringData"] : []) {
      if (value[field] instanceof Withheld) {
        const keys = await provenance.keysOf(urn, [field]);
        if (keys.size > 0) {
          value[field] = Object.fromEntries(
            [...keys].map(([key, unknown]) => [key, new Withheld(unknown ? "unknown" : "secret", [], unknown)]),
          );
        }
      }
    }
  }
}

/** Lists every value that the manifests leave out, with what would make it. */
export async function generatedValues(
  manifests: readonly Manifest[],
  provenance: Provenance,
): Promise<GeneratedValue[]> {
  const values: GeneratedValue[] = [];
  for (const { id, urn, chart, value } of manifests) {
    for (const { path, withheld } of withheldIn(value)) {
      const traced = chart !== undefined ? [chart] : withheld.traceable ? await provenance.of(urn, path) : [];
      const from = [...new Set([...traced, ...withheld.from])].sort();
      values.push({ ...id, path: showPath(path), why: withheld.why, from });
    }
  }
  return values;
}
