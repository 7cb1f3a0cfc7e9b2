import { isMap, join } from "../../manifest";
import { type Finding, violation } from "../../rule";

/** The `ssl.mode`s of Dex's SQL storages that verify the server (storage/sql/config.go); without one Dex verifies too. */
const verifyingModes: Readonly<Record<string, readonly string[]>> = {
  postgres: ["verify-full", "verify-ca"],
  mysql: ["true", "custom"],
};

/** Dex's connection to its database, whose switch is a word of its own instead of a boolean. */
export function dexStorageFindings(field: string, storage: unknown): Finding[] {
  const [, type] = entryAt(storage, "type");
  const modes = typeof type === "string" ? verifyingModes[type] : undefined;
  if (!modes) return [];
  const [config, settings] = entryAt(storage, "config");
  const [ssl, options] = entryAt(settings, "ssl");
  const [key, mode] = entryAt(options, "mode");
  if (mode === undefined || mode === null || mode === "") return [];
  if (modes.includes(typeof mode === "boolean" ? String(mode) : (mode as string))) return [];
  const place = [config, ssl, key].reduce(join, field);
  const shown = typeof mode === "string" ? JSON.stringify(mode.slice(0, 40)) : `a ${typeof mode}`;
  const message =
    `${place} = ${shown} doesn't verify the database's certificate. ` +
    `Use ${modes.map((good) => JSON.stringify(good)).join(" or ")}, with the CA in storage.config.ssl.caFile.`;
  return [violation(place, message)];
}

/** A map's key with its value, in any case, as Dex reads it. */
function entryAt(map: unknown, name: string): readonly [key: string, value: unknown] {
  const key = isMap(map) ? Object.keys(map).find((own) => own.toLowerCase() === name) : undefined;
  return key === undefined || !isMap(map) ? [name, undefined] : [key, map[key]];
}
