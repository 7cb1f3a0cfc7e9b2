/** The settings as JSON Schema: what the reference and the editors' schema are both written from. */
import { z } from "zod";
import { type Environment, presets } from "./presets";
import { settingsSchema } from "./schema";

/** The part of JSON Schema (draft 2020-12) that the settings need. */
export interface Described {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Described>;
  required?: string[];
  items?: Described;
  anyOf?: Described[];
  oneOf?: Described[];
  /** Our own mark: a text that must be a secret. */
  secret?: boolean;
  /** Our own mark, in place of `default`: what the presets make of it, where they differ. */
  defaults?: Record<Environment, unknown>;
  [keyword: string]: unknown;
}

/** What a person may write: everything with a default may be missing, transforms are seen from their outside. */
export function describedSettings(): Described {
  const described = z.toJSONSchema(settingsSchema, {
    io: "input",
    override: ({ jsonSchema }) => {
      // A default of {} says no more than that the mapping may be missing, and `required` says that already.
      if (jsonSchema.type === "object" || JSON.stringify(jsonSchema.default) === "{}") {
        delete jsonSchema.default;
      }
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
    },
  }) as Described;
  // The stack's name stands in for it, see environmentOf.
  described.required = described.required?.filter((key) => key !== "environment");
  return withPresets(described, presets);
}

/** The settings with the defaults that a person gets, which are the presets' before they are the schema's. */
function withPresets(setting: Described, values: Record<Environment, unknown>): Described {
  const { properties, default: fallback, ...rest } = setting;
  if (properties !== undefined) {
    const below = Object.entries(properties).map(([key, inner]) => {
      const at = (environment: Environment) => (values[environment] as Record<string, unknown> | undefined)?.[key];
      return [key, withPresets(inner, { dev: at("dev"), staging: at("staging"), prod: at("prod") })];
    });
    return { ...rest, properties: Object.fromEntries(below) as Record<string, Described> };
  }
  const { dev = fallback, staging = fallback, prod = fallback } = values;
  const texts = new Set([dev, staging, prod].map((value) => JSON.stringify(value)));
  return texts.size > 1
    ? { ...rest, defaults: { dev, staging, prod } }
    : dev === undefined
      ? rest
      : { ...rest, default: dev };
}
