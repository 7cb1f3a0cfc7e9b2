import { protoField } from "../../documents/istio/envoyTls";
import { UnreadableText } from "../../documents/unreadable";
import { readYaml } from "../../documents/yaml";
import { groupOf, isMap, join, type Manifest, mapAt, nameOf } from "../manifest";
import { type TextEntry, textMaps } from "../texts";
import { type Placed, specOf } from "./istio";
import { valuesIn } from "./istioValues";

/** Fields of which a text named `mesh` has at least one if it is Istio's and no other program's. */
const telling = ["trust_domain", "default_config", "extension_providers", "root_namespace", "path_normalization"];

/**
 * Istio's mesh configuration (istio.mesh.v1alpha1.MeshConfig) wherever it hides: the key `mesh` of the ConfigMap `istio` or
 * `istio-<revision>`, and `meshConfig` in values of the istiod chart and in an operator's resource.
 */
export function meshConfigsOf(manifest: Manifest): Placed[] {
  const operator = groupOf(manifest) === "install.istio.io" ? [placed("spec", specOf(manifest))] : [];
  const values = [...operator, ...valuesIn(manifest)]
    .filter(({ map }) => Object.hasOwn(map, "meshConfig"))
    .map(({ field, map }) => {
      const place = join(field, "meshConfig");
      return placed(place, mapAt(map["meshConfig"], place));
    });
  return [...inConfigMap(manifest), ...values];
}

function inConfigMap(manifest: Manifest): Placed[] {
  if (manifest.kind !== "ConfigMap") return [];
  return textMaps(manifest).flatMap((texts) =>
    texts
      .entries()
      .filter(({ name }) => name === "mesh")
      .flatMap((entry) => {
        const isNamedSo = /^istio(-|$)/.test(nameOf(manifest));
        // Another program's text of this name need not be YAML.
        const documents = documentsOf(entry);
        if (documents instanceof UnreadableText) {
          if (isNamedSo) throw documents;
          return [];
        }
        return documents
          .filter(isMap)
          .filter((map) => isNamedSo || telling.some((name) => protoField(map, name)[1] !== undefined))
          .map((map) => placed(`${entry.field}: `, map));
      }),
  );
}

const remembered = new WeakMap<TextEntry, readonly unknown[] | UnreadableText>();

/** What a text holds, or why that can't be read. Every rule about the mesh asks for the same. */
function documentsOf(entry: TextEntry): readonly unknown[] | UnreadableText {
  const documents = remembered.get(entry) ?? attempt(() => readYaml(entry.read() ?? "", "Kubernetes"));
  remembered.set(entry, documents);
  return documents;
}

function attempt(read: () => unknown[]): unknown[] | UnreadableText {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreadableText) return error;
    throw error;
  }
}

function placed(field: string, map: Record<string, unknown>): Placed {
  return { field, map };
}

/** A field of a message of Protocol Buffers by its name there, in either spelling, with its path; Istio writes camelCase. */
export function fieldOf({ field, map }: Placed, name: string): { readonly field: string; readonly value: unknown } {
  const [key, value] = protoField(map, name);
  const written = Object.hasOwn(map, key)
    ? key
    : name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { field: join(field, written), value };
}

/** The same for a field that holds a message; an empty one where it is absent. */
export function messageAt(message: Placed, name: string): Placed {
  const { field, value } = fieldOf(message, name);
  return { field, map: mapAt(value, field) };
}
