import { type Complaint, type Quote } from "../problems";
import { type Settings } from "../schema";
import { durationSeconds } from "../fields";

/** Complains about the settings as far as they are sound; a mend takes values from `quote`, which keeps secrets. */
export type CrossCheck = (sound: Partial<Settings>, quote: Quote) => Complaint[];

/** A check that is silent unless all settings that it compares are sound: half a picture would give false alarms. */
export function comparing<K extends keyof Settings>(
  keys: readonly K[],
  check: (settings: Pick<Settings, K>, quote: Quote) => Iterable<Complaint>,
): CrossCheck {
  return (sound, quote) => (keys.every((key) => sound[key] !== undefined) ? [...check(sound as Settings, quote)] : []);
}

export const shorter = (a: string, b: string) => durationSeconds(a) < durationSeconds(b);

/** Indices of the texts that stand earlier in the list already. */
export function repeated(texts: readonly string[]): number[] {
  const seen = new Set<string>();
  return [...texts.keys()].filter((index) => seen.size === seen.add(texts[index] ?? "").size);
}
