import * as pulumi from "@pulumi/pulumi";
import { crossChecks } from "./crossChecks";
import { environmentOf, presets } from "./presets";
import { type Complaint, complaintsOf, keyOfGivenCertificate, plainSecrets, Wording } from "./problems";
import { type Settings, settingsSchema } from "./schema";
import { SettingsError } from "./settingsError";

// The SDK exports it without declaring it. Were it gone, every value would count as secret and stay out of messages.
const { isConfigSecret = () => true } = pulumi.runtime as { isConfigSecret?: (key: string) => boolean };

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What `Pulumi.<stack>.yaml` says, before any check. */
export interface RawSettings {
  /** The project's name, which is the namespace of its configuration keys. */
  project: string;
  /** The stack's name. */
  stack: string;
  /** Configuration values by key within the namespace, as Pulumi hands them on: strings, or JSON of anything else. */
  values: Record<string, string>;
  /** Keys that hold a secret anywhere in their value. */
  secretKeys: ReadonlySet<string>;
}

/** Reads the whole configuration of the running stack; nothing else in the program reads any. */
export function readSettings(): Settings {
  const project = pulumi.getProject();
  const prefix = `${project}:`;
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return checkSettings({
    project,
    stack: pulumi.getStack(),
    values: Object.fromEntries(ours.map(([key, value]) => [key.slice(prefix.length), value])),
    secretKeys: new Set(ours.filter(([key]) => isConfigSecret(key)).map(([key]) => key.slice(prefix.length))),
  });
}

/** Checks a stack's settings as a whole; throws a `SettingsError` with every problem there is. */
export function checkSettings({ project, stack, values, secretKeys }: RawSettings): Settings {
  // fromEntries, here and below, makes `__proto__` a key like any other, where an assignment would not.
  const given = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, decode(key, value)]));
  const wording = new Wording(project, secretKeys);
  return checkGiven(given, { stack, wording, also: plainSecrets(given, wording) });
}

/**
 * The checks that all settings pass, wherever they stand. `also` are complaints that the place itself makes, and `unread`
 * those of them about a value that is not there to be read, so that no other check can say anything about it.
 */
export function checkGiven(
  given: Record<string, Json>,
  {
    stack,
    wording,
    also,
    unread = [],
  }: { stack: string; wording: Wording; also: readonly Complaint[]; unread?: readonly Complaint[] },
): Settings {
  const environment = given.environment ?? environmentOf(stack);
  const preset = Object.entries(presets).find(([name]) => name === environment)?.[1] ?? {};
  const merged = overlay(preset as Json, { ...given, environment });

  const parsed = settingsSchema.safeParse(merged);
  const sound = parsed.success ? parsed.data : soundParts(merged);
  const silent = new Set(unread.map(({ path }) => JSON.stringify(path)));
  const complaints = [
    ...also,
    ...unread,
    ...keyOfGivenCertificate(given),
    ...(parsed.success
      ? []
      : complaintsOf(parsed.error, merged).filter(({ path }) => !silent.has(JSON.stringify(path)))),
    ...crossChecks.flatMap((check) => check(sound, wording.quote)),
  ];
  if (!parsed.success || complaints.length > 0) {
    throw new SettingsError(complaints.map((complaint) => wording.problem(complaint)));
  }
  return parsed.data;
}

/** The settings that are right in themselves, so that cross-checks speak while others are still wrong. */
function soundParts(merged: Record<string, Json>): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(settingsSchema.shape).flatMap(([key, schema]) => {
      const part = schema.safeParse(merged[key]);
      return part.success ? [[key, part.data]] : [];
    }),
  );
}

/** Pulumi hands structured values on as JSON and plain strings as they are. */
function decode(key: string, text: string): Json {
  const schema = settingsSchema.shape[key as keyof typeof settingsSchema.shape] as { type?: string } | undefined;
  if (schema?.type === "string" || schema?.type === "enum") {
    return text;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** Objects are merged key by key; everything else, lists included, replaces what the preset said. */
function overlay<T extends Json>(base: Json, top: T): T {
  if (!isObject(base) || !isObject(top)) {
    return top;
  }
  const laid = Object.entries(top).map(([key, value]): [string, Json] => [
    key,
    Object.hasOwn(base, key) ? overlay(base[key] ?? null, value) : value,
  ]);
  return Object.fromEntries([...Object.entries(base), ...laid]) as T;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
