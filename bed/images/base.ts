import { existsSync } from "node:fs";
import { type Files } from "./layer";

/** Where Debian keeps the authorities that it trusts; Go looks there too. */
export const authorities = "/etc/ssl/certs/ca-certificates.crt";

/** The accounts of the images that these stand in for. */
const accounts: readonly (readonly [string, number])[] = [
  ["root", 0],
  ["dex", 1001],
  ["istio-proxy", 1337],
  ["nobody", 65534],
  ["nonroot", 65532],
];

/** What every image has, like a distroless base. */
export function base(): Files {
  return {
    "/etc/passwd": { text: accounts.map(([name, id]) => `${name}:x:${id}:${id}:${name}:/:/sbin/nologin\n`).join("") },
    "/etc/group": { text: accounts.map(([name, id]) => `${name}:x:${id}:\n`).join("") },
    "/etc/nsswitch.conf": { text: "hosts: files dns\n" },
    "/tmp": { folder: true, mode: 0o1777 },
    "/run": { folder: true, mode: 0o755 },
    "/var/run": { link: "/run" },
    // Nothing in the bed asks the outside, so a machine without them is no reason to stop.
    ...(existsSync(authorities) ? { [authorities]: { from: authorities } } : {}),
  };
}
