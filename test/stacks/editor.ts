/** What an editor would underline: the generated JSON Schema, applied by ajv. */
import Ajv2020 from "ajv/dist/2020";
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { project, type Tree } from "./fixture";

export const root = join(__dirname, "../..");

const schema = JSON.parse(readFileSync(join(root, "docs/reference/settings.schema.json"), "utf8")) as Tree;

// Strict: a keyword that no validator knows is a mistake of ours. The two exceptions are things that we do on purpose.
const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
  schema,
);

/** Complaints about a whole file of a stack, as places in it. */
export function complaintsAbout(file: unknown): string[] {
  if (validate(file)) {
    return [];
  }
  const places = (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
  assert.notEqual(places.length, 0);
  return places;
}

/** Complaints about settings alone. */
export const complaintsAboutSettings = (settings: Tree): string[] =>
  complaintsAbout({
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${project}:${key}`, value])),
  });
