import { stringify } from "yaml";
import { type DexConfig } from "./schema";

/** Writes Dex's configuration; it holds no secret, only the names of the environment variables that do. */
export function writeDexConfig(config: DexConfig): string {
  return stringify(config, { lineWidth: 0, aliasDuplicateObjects: false });
}
