import { isMap, join } from "./manifest";

/** The part of JSON Schema that the pack's settings are written in. The engine checks the same schemas with all of it. */
export interface ConfigSchema {
  readonly type: "string" | "integer" | "boolean" | "array" | "object";
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: ConfigSchema;
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

/** What is wrong with a value, and where. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  /** In words that follow the field's name. */
  readonly wrong: string;
}

const known = new Set([
  ...["type", "description", "default", "pattern", "minLength", "enum", "minimum", "maximum", "minItems"],
  ...["items", "properties", "required", "additionalProperties"],
]);

/** Checks a value as the engine would; every problem at once. */
export function schemaProblems(
  schema: ConfigSchema,
  value: unknown,
  path: readonly (string | number)[] = [],
): SchemaProblem[] {
  for (const keyword of Object.keys(schema)) {
    // A keyword that is passed over would be a check that nobody makes.
    if (!known.has(keyword)) throw new Error(`the schema keyword ${keyword} is not supported`);
  }
  const wrong = (text: string): SchemaProblem[] => [{ path, wrong: text }];
  if (typeOf(value) !== schema.type)
    return wrong(`is ${withArticle(typeOf(value))}; write ${withArticle(schema.type)}`);
  if (schema.enum && !schema.enum.includes(value)) return wrong(`is none of ${schema.enum.map(String).join(", ")}`);
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0)) return wrong(`has less than ${schema.minLength} characters`);
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, "u").test(value)) {
      return wrong(`doesn't match ${schema.pattern}`);
    }
  }
  if (typeof value === "number") {
    if (value < (schema.minimum ?? -Infinity)) return wrong(`is less than ${schema.minimum}`);
    if (value > (schema.maximum ?? Infinity)) return wrong(`is more than ${schema.maximum}`);
  }
  if (Array.isArray(value)) {
    const { items, minItems = 0 } = schema;
    if (value.length < minItems) return wrong(`has less than ${minItems} items`);
    return items ? value.flatMap((item, index) => schemaProblems(items, item, [...path, index])) : [];
  }
  return isMap(value) ? mapProblems(schema, value, path) : [];
}

function mapProblems(
  schema: ConfigSchema,
  value: Record<string, unknown>,
  path: readonly (string | number)[],
): SchemaProblem[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const keys = Object.keys(value);
  return [
    ...required.filter((key) => !keys.includes(key)).map((key) => ({ path, wrong: `has no ${key}` })),
    ...keys.flatMap((key) => {
      const property = Object.entries(properties).find(([name]) => name === key)?.[1];
      if (property) return schemaProblems(property, value[key], [...path, key]);
      const names = Object.keys(properties).join(", ");
      return additionalProperties === false ? [{ path: [...path, key], wrong: `is unknown; there are ${names}` }] : [];
    }),
  ];
}

/** A problem's place as one searches for it. */
export function placeOf({ path }: SchemaProblem): string {
  return path.reduce<string>((place, step) => join(place, step), "");
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function withArticle(type: string): string {
  if (type === "null") return "null";
  return `${/^[aio]/.test(type) ? "an" : "a"} ${type}`;
}
