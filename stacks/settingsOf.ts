/** Settings that a program gives itself, in place of `Pulumi.<stack>.yaml`. */
import * as pulumi from "@pulumi/pulumi";
import { type Complaint, Wording } from "./problems";
import { type Path, textsOfSecrets } from "./schemaPlaces";
import { checkGiven, type Json } from "./readSettings";
import { type Settings, type SettingsInput } from "./schema";
import { undecrypted } from "./undecrypted";

/** A text may come from an Output where it is a secret; elsewhere one is refused. */
type WithSecrets<T> = T extends string
  ? string extends T
    ? T | pulumi.Output<string>
    : T
  : T extends readonly (infer Element)[]
    ? readonly WithSecrets<Element>[]
    : T extends object
      ? { [Key in keyof T]: WithSecrets<T[Key]> }
      : T;

/** Settings as a program writes them: as in a stack's file, with Outputs for secrets. */
export type SettingsInCode = WithSecrets<Omit<SettingsInput, "environment">> &
  Partial<Pick<SettingsInput, "environment">>;

export interface SettingsOptions {
  /** Whose preset counts where `environment` is not given. Default: the running stack. */
  stack?: string;
}

/**
 * Checks settings as those of a stack's file are checked, with the presets and the defaults of one, and throws a
 * `SettingsError` with every problem there is. A secret is an Output, such as `new pulumi.Config().requireSecret("…")`.
 */
export function settingsOf(input: SettingsInCode, { stack = pulumi.getStack() }: SettingsOptions = {}): Settings {
  const outputs = new Map<string, { path: Path; output: pulumi.Output<string> }>();
  const given = plain(input, [], (path, output) => {
    outputs.set(JSON.stringify(path), { path, output });
    return `${undecrypted}${outputs.size}`;
  }) as Record<string, Json>;

  const secrets = textsOfSecrets(given);
  const secretPlaces = new Set(secrets.map(({ path }) => JSON.stringify(path)));
  const misplaced = [...outputs.values()].filter(({ path }) => !secretPlaces.has(JSON.stringify(path)));
  const also = secrets
    .filter(({ path }) => !outputs.has(JSON.stringify(path)))
    .map(({ path, value }): Complaint => ({
      path,
      value,
      mend: 'a text in the program is no secret: give an Output, such as new pulumi.Config().requireSecret("…")',
    }));
  const unread = misplaced.map(({ path }): Complaint => ({
    path,
    value: "an Output",
    mend: "write the value itself: settings decide what is made, and are checked before anything is; only secrets may be Outputs",
  }));
  const settings = checkGiven(given, { stack, wording: new Wording(undefined, new Set()), also, unread });
  for (const { path, output } of outputs.values()) {
    put(settings, path, pulumi.secret(output));
  }
  return settings;
}

/** A copy in the form that a stack's file has once it is read; what is set to `undefined` is not set. */
function plain(value: unknown, path: Path, standIn: (path: Path, output: pulumi.Output<string>) => string): unknown {
  if (pulumi.Output.isInstance<string>(value)) {
    return standIn(path, value);
  }
  if (Array.isArray(value)) {
    return value.map((inner, index) => plain(inner, [...path, index], standIn));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, plain(inner, [...path, key], standIn)]),
    );
  }
  return value;
}

/** Puts a secret where its stand-in is; the checks have made an Output of that. */
function put(settings: Settings, path: Path, secret: pulumi.Output<string>): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((place, key) => (place as Record<string | number, unknown>)[key], settings);
  (parent as Record<string | number, unknown>)[path.at(-1) ?? ""] = secret;
}
