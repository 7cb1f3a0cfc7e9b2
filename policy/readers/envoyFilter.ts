import { isMap, join, type Manifest, mapAt } from "../manifest";
import { mapsAt, type Placed, specOf, textAt } from "./istio";

/** One change that an EnvoyFilter makes to what Istio sends to Envoy. */
export interface EnvoyPatch {
  readonly field: string;
  readonly applyTo: string;
  readonly operation: string;
  /** The filter that it is about, where it names one: the HTTP filter, or else the network's or the listener's. */
  readonly filter: string;
  /** The listener's port; nothing for all of them. */
  readonly port: number | undefined;
  readonly value: Placed;
}

export function patchesOf(manifest: Manifest): EnvoyPatch[] {
  return mapsAt(specOf(manifest)["configPatches"], "spec.configPatches").map(({ field, map }) => {
    const match = mapAt(map["match"], `${field}.match`);
    const listener = mapAt(match["listener"], `${field}.match.listener`);
    const chain = mapAt(listener["filterChain"], `${field}.match.listener.filterChain`);
    const filter = mapAt(chain["filter"], `${field}.match.listener.filterChain.filter`);
    const inner = mapAt(filter["subFilter"], `${field}.match.listener.filterChain.filter.subFilter`);
    const patch = mapAt(map["patch"], `${field}.patch`);
    const applyTo = textAt(map["applyTo"], `${field}.applyTo`);
    const named = applyTo === "HTTP_FILTER" ? inner["name"] : (listener["listenerFilter"] ?? filter["name"]);
    const port = listener["portNumber"];
    return {
      field,
      applyTo,
      operation: textAt(patch["operation"], `${field}.patch.operation`),
      filter: textAt(named, `${field}.match.listener`),
      port: typeof port === "number" && port !== 0 ? port : undefined,
      value: { field: `${field}.patch.value`, map: mapAt(patch["value"], `${field}.patch.value`) },
    };
  });
}

/** A message with a type: protobuf's Any, a TypedStruct taken apart, or the configuration of a filter by its name alone. */
export interface EnvoyMessage extends Placed {
  /** The type's full name, for example `envoy.extensions.filters.http.lua.v3.Lua`; a filter's name where it has none. */
  readonly type: string;
}

/** Deeper than any configuration. */
const maxDepth = 64;

/** Every map in a value, from the outside in. */
export function mapsIn({ field, map }: Placed, depth = 0): Placed[] {
  if (depth > maxDepth) throw new Error(`${field} is nested too deep`);
  return [{ field, map }, ...Object.keys(map).flatMap((key) => inside(join(field, key), map[key], depth + 1))];
}

function inside(field: string, value: unknown, depth: number): Placed[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => inside(`${field}[${index}]`, item, depth + 1));
  return isMap(value) ? mapsIn({ field, map: value }, depth) : [];
}

/** Every message with a type in a patch; without one of its own, what is merged has that of the filter it is merged into. */
export function messagesOf({ value, operation, filter }: EnvoyPatch): EnvoyMessage[] {
  return messagesIn(value, operation === "MERGE" ? filter : undefined);
}

/** Every message with a type below a value. */
export function messagesIn(value: Placed, mergedInto?: string): EnvoyMessage[] {
  return mapsIn(value).flatMap(({ field, map }) => {
    const url = map["@type"];
    const inner = map["type_url"] ?? map["typeUrl"];
    // In any other message a type_url is a field that Istio takes no notice of.
    if (typeof inner === "string" && (typeof url !== "string" || shortType(url).endsWith(".TypedStruct"))) {
      const place = join(field, "value");
      return [{ field: place, map: mapAt(map["value"], place), type: shortType(inner) }];
    }
    if (typeof url === "string") return [{ field, map, type: shortType(url) }];
    // Releases before typed_config, and patches that leave the type to what they are merged into.
    return (["config", "typed_config", "typedConfig"] as const).flatMap((key) => {
      const config = map[key];
      const untyped = isMap(config) && config["@type"] === undefined;
      const name = map["name"] ?? (field === value.field ? mergedInto : undefined);
      return untyped ? [{ field: join(field, key), map: config, type: typeof name === "string" ? name : "" }] : [];
    });
  });
}

function shortType(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** Lua that a patch brings along, whatever the field is called that holds it. */
export function luaIn(value: Placed): { readonly field: string; readonly text: string }[] {
  return mapsIn(value).flatMap(({ field, map }) =>
    Object.keys(map).flatMap((key) => {
      const written = map[key];
      if (typeof written !== "string") return [];
      const text = /^inline_?bytes$/i.test(key) ? Buffer.from(written, "base64").toString("utf8") : written;
      const isCode = /^inline_?(string|code)$/i.test(key) || /envoy_on_re/.test(text);
      return isCode ? [{ field: join(field, key), text }] : [];
    }),
  );
}

/** Places from which Lua is taken that nobody sees here: a file, or a variable of the proxy's. */
export function hiddenLuaIn(value: Placed): string[] {
  return messagesIn(value)
    .filter(({ type }) => /(^|\.)lua(\.v3)?(\.Lua\w*)?$/.test(type))
    .flatMap((message) => mapsIn(message))
    .flatMap(({ field, map }) =>
      Object.keys(map)
        .filter((key) => /^(filename|environment_?variable)$/i.test(key))
        .map((key) => join(field, key)),
    );
}
