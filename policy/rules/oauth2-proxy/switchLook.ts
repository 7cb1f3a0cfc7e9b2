import { asSwitch, type Setting, shown, spelled } from "../../readers/oauth2Proxy/setting";
import { type Look, whereSet } from "./proxyRule";

/** Switches that must have one value where they are set at all. */
export function switchedTo(safe: boolean, switches: Readonly<Record<string, string>>): Look[] {
  return Object.entries(switches).flatMap(([name, effect]) =>
    whereSet([name], (value, setting) => complaintAbout(setting, value, safe, effect)),
  );
}

/** What is wrong with a switch; `effect` says what its other value does. */
export function complaintAbout(setting: Setting, value: unknown, safe: boolean, effect: string): string | undefined {
  const state = asSwitch(value);
  if (state === safe) return undefined;
  const mend = `Write ${spelled(setting.name, String(safe), setting.origin)}`;
  if (state === undefined) return `= ${shown(value)} is neither true nor false. ${mend}.`;
  return `= ${shown(value)} ${effect}. ${mend}, or remove it.`;
}
