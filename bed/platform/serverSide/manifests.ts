import { type GeneratedValue } from "../../../cli/manifests/generated";
import { objectKey } from "../../../cli/manifests/objectId";
import { type KubernetesObject } from "../cluster/object";
import { fill, readPath } from "../values/path";
import { type Recipes } from "../values/recipes";

/** Puts every value that was left out into its object, in memory only. */
export async function fillGenerated(
  objects: readonly KubernetesObject[],
  generated: readonly GeneratedValue[],
  recipes: Pick<Recipes, "make">,
): Promise<void> {
  const byKey = new Map(objects.map((object) => [keyOf(object), object]));
  for (const value of generated) {
    const object = byKey.get(objectKey(value));
    if (object === undefined) {
      throw new Error(`a value is left out of ${value.kind} ${value.name}, which was not written`);
    }
    fill(object, readPath(value.path), await recipes.make(value));
  }
}

export function keyOf({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): string {
  return objectKey({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) });
}
