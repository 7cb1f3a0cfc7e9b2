import { isIP } from "node:net";
import { type Server, serverParts } from "./check";
import { type Report } from "./target";

/** Reads `--server`: an address with a port, and the parts of the platform that may connect there. */
export function readServers(texts: readonly string[] = [], problem: Report): Server[] {
  return texts.flatMap((text): Server[] => {
    const [, host = "", digits = "", names = ""] = /^([^=\s]+):([1-9]\d{0,4})=([a-z0-9,-]+)$/.exec(text) ?? [];
    const address = host.replace(/^\[(.*)\]$/, "$1");
    const port = Number(digits);
    const parts = serverParts.filter((part) => names.split(",").includes(part));
    if (isIP(address) === 0 || port > 65535 || parts.length !== names.split(",").length) {
      problem(
        "--server",
        text,
        `write ADDRESS:PORT=PART, such as 10.20.0.5:636=dex; the parts are ${serverParts.join(", ")}, with commas between them`,
      );
      return [];
    }
    return [{ address, port, parts }];
  });
}
