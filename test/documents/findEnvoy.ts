import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The Envoy to ask: the one that is named, or the one in PATH. */
export function findEnvoy(): string | undefined {
  const named = process.env.GATEHOUSE_ENVOY;
  if (named !== undefined && named !== "") {
    return named;
  }
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((directory) => join(directory, "envoy"))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
