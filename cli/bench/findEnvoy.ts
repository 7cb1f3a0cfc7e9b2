import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The Envoy to measure: the one that GATEHOUSE_ENVOY names, or the one on PATH. */
export function findEnvoy(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GATEHOUSE_ENVOY: named = "", PATH = "" } = env;
  return named !== ""
    ? named
    : PATH.split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => join(folder, "envoy"))
        .find((file) => {
          try {
            accessSync(file, constants.X_OK);
            return true;
          } catch {
            return false;
          }
        });
}
