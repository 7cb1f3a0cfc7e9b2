import { stringify } from "yaml";
import { type DexConfig } from "./schema";

/**
 * Writes Dex's configuration; it holds no secret, only the names of the environment variables that do. In YAML 1.1, because
 * Dex's parser takes a group that is called `on` or `no` for true or false where it isn't quoted.
 */
export function writeDexConfig(config: DexConfig): string {
  return stringify(config, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}
