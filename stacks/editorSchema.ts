/** The JSON Schema of `Pulumi.<stack>.yaml`, which lets an editor complete settings and underline mistakes. */
import { type Described, describedSettings } from "./described";

/** The project's name in Pulumi.yaml, the namespace of its settings. */
export const project = "kubeflow-gatehouse";

/** What Pulumi writes in place of a secret; without a `type`, so that it says nothing about texts beside it. */
const secure: Described = {
  properties: {
    secure: { type: "string", description: "The encrypted value, written by pulumi config set --secret." },
  },
  required: ["secure"],
  additionalProperties: false,
};

export function editorSchema(): Described {
  const { properties = {}, required = [] } = describedSettings();
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Pulumi.<stack>.yaml of ${project}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        description: "The settings of this stack: docs/reference/settings.md.",
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, setting]) => [`${project}:${key}`, topLevel(written(setting))]),
        ),
        required: required.map((key) => `${project}:${key}`),
        // Providers have settings of their own, such as kubernetes:context.
        patternProperties: { [`^(?!${project}:)[^:]+:.+$`]: {} },
        additionalProperties: false,
      },
      // What Pulumi itself keeps in the file.
      secretsprovider: { type: "string" },
      encryptedkey: { type: "string" },
      encryptionsalt: { type: "string" },
      environment: { type: ["array", "object"] },
    },
    additionalProperties: false,
    $defs: { secure },
  };
}

/** A setting as it stands in the file, where every text may be a secret and some must. */
function written(setting: Described): Described {
  const { secret, defaults, properties, items, anyOf, oneOf, ...rest } = setting;
  if (defaults !== undefined) {
    const list = Object.entries(defaults).map(([environment, value]) => `${environment} ${JSON.stringify(value)}`);
    rest.description = `${rest.description ?? ""} Default: ${list.join(", ")}.`.trim();
  }
  if (secret === true) {
    return { type: "object", $ref: "#/$defs/secure" };
  }
  if (rest.type === "string" && rest.enum === undefined && rest.const === undefined) {
    return { ...rest, type: ["string", "object"], $ref: "#/$defs/secure" };
  }
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, written(inner)])),
    }),
    ...(items && { items: written(items) }),
    ...(anyOf && { anyOf: anyOf.map(written) }),
    ...(oneOf && { oneOf: oneOf.map(written) }),
  };
}

/** `pulumi config set` without `--path` writes numbers as texts, and Pulumi hands every scalar on as a text anyhow. */
function topLevel(setting: Described): Described {
  return setting.type === "integer" ? { ...setting, type: ["integer", "string"], pattern: "^[0-9]+$" } : setting;
}
