import { z } from "zod";
import { type Redactor } from "../engine/redactor";
import { BadInput } from "../exit";
import { type Project, readYaml } from "./project";

const stackFileSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  environment: z.unknown().optional(),
});

/** The configuration of a stack, as Pulumi's runtime takes it. */
export interface StackConfig {
  /** Values by full key, `project:name`; anything but a string is written as JSON. */
  values: Record<string, string>;
  /** Keys whose value is a secret, or holds one. */
  secretKeys: string[];
  /** What of the configuration cannot be had offline, in a person's words. */
  missing: string[];
}

/** Reads a stack's configuration; what is encrypted is replaced by a stand-in that no output ever shows. */
export function readStackConfig(project: Project, file: string, redactor: Redactor): StackConfig {
  const parsed = stackFileSchema.safeParse(readYaml(file) ?? {});
  if (!parsed.success) {
    throw new BadInput(
      "The settings file of the stack cannot be used.",
      parsed.error.issues.map(({ path, message }) => ({
        key: `${file}: ${path.map(String).join(".")}`,
        value: message,
        mend: "write the settings below config:, as a mapping",
      })),
    );
  }
  const config: StackConfig = { values: {}, secretKeys: [], missing: [] };
  const take = (key: string, raw: unknown): void => {
    const full = fullKey(project, key);
    const { value, secure } = decrypt(raw, full, redactor);
    config.values[full] = typeof value === "string" ? value : JSON.stringify(value);
    if (secure) {
      config.secretKeys.push(full);
    }
  };
  for (const [key, declaration] of Object.entries(project.config)) {
    const value = projectDefault(declaration);
    if (value !== undefined) {
      take(key, value);
    }
  }
  for (const [key, value] of Object.entries(parsed.data.config ?? {})) {
    take(key, value);
  }
  if (parsed.data.environment !== undefined && parsed.data.environment !== null) {
    config.missing.push("environment: values of Pulumi ESC environments, which only Pulumi Cloud can open");
  }
  return config;
}

/** `project:name`, also from a bare name and from the old `project:config:name`. */
function fullKey(project: Project, key: string): string {
  const parts = key.split(":");
  if (parts.length === 1) {
    return `${project.name}:${key}`;
  }
  return parts.length === 3 && parts[1] === "config" ? `${parts[0]}:${parts[2]}` : key;
}

/** A declaration in Pulumi.yaml is a plain value, or a mapping with `value` or `default` in it. */
function projectDefault(declaration: unknown): unknown {
  if (typeof declaration !== "object" || declaration === null || Array.isArray(declaration)) {
    return declaration ?? undefined;
  }
  const { value, default: fallback } = declaration as { value?: unknown; default?: unknown };
  return value ?? fallback;
}

/** A mapping with the single key `secure` is a ciphertext, at any depth. */
function decrypt(raw: unknown, path: string, redactor: Redactor): { value: unknown; secure: boolean } {
  if (typeof raw !== "object" || raw === null) {
    return { value: raw, secure: false };
  }
  const entries = Object.entries(raw);
  const [first] = entries;
  if (!Array.isArray(raw) && entries.length === 1 && first?.[0] === "secure") {
    return { value: redactor.placeholderFor(path), secure: true };
  }
  let secure = false;
  const inner = entries.map(([key, value]) => {
    const decrypted = decrypt(value, `${path}.${key}`, redactor);
    secure ||= decrypted.secure;
    return [key, decrypted.value] as const;
  });
  return { value: Array.isArray(raw) ? inner.map(([, value]) => value) : Object.fromEntries(inner), secure };
}
