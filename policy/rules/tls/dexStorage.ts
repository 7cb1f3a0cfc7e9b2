import { isMap } from "../../manifest";
import { type Finding, violation } from "../../rule";

/** The `ssl.mode`s of Dex's SQL storages that verify the server (storage/sql/config.go); without one Dex verifies too. */
const verifyingModes: Readonly<Record<string, readonly string[]>> = {
  postgres: ["verify-full", "verify-ca"],
  mysql: ["true", "custom"],
};

/** Dex's connection to its database, whose switch is a word of its own instead of a boolean. */
export function dexStorageFindings(root: string, config: Record<string, unknown>): Finding[] {
  const storage = config["storage"];
  if (!isMap(storage) || !isMap(storage["config"]) || !isMap(storage["config"]["ssl"])) return [];
  const modes = typeof storage["type"] === "string" ? verifyingModes[storage["type"]] : undefined;
  const mode = storage["config"]["ssl"]["mode"];
  if (!modes || mode === undefined || mode === null || mode === "") return [];
  if (modes.includes(typeof mode === "boolean" ? String(mode) : (mode as string))) return [];
  const field = `${root}storage.config.ssl.mode`;
  const shown = typeof mode === "string" ? JSON.stringify(mode.slice(0, 40)) : `a ${typeof mode}`;
  const message =
    `${field} = ${shown} doesn't verify the database's certificate. ` +
    `Use ${modes.map((good) => JSON.stringify(good)).join(" or ")}, with the CA in storage.config.ssl.caFile.`;
  return [violation(field, message)];
}
