import { join } from "node:path";
import { addresses, serverNames } from "../../node/layout";
import { type ProgramPaths } from "../../node/controlPlane";
import { type Started } from "../../node/processes";
import { writePrivate } from "../../platform/privateFiles";
import { keptSecret, secretNames, serverFiles, startServer } from "./company";

export const redisPort = 6379;

/** The user that oauth2-proxy is, with the rights that docs/10-identity-providers.md names and no others. */
export const redisUser = "gatehouse";

/** A Redis that speaks nothing but TLS and keeps nothing on a disk. Returns the Secrets that the platform needs. */
export async function redisServer(machine: Started, programs: ProgramPaths): Promise<Record<string, string>> {
  const { folder, certificate, key } = await serverFiles(serverNames.redis);
  const password = keptSecret(folder, redisUser);
  const users = writePrivate(
    join(folder, "users.acl"),
    [
      "user default off",
      `user ${redisUser} on >${password} ~__Secure-gatehouse* -@all +@read +@write +@scripting +@connection -@dangerous`,
      "",
    ].join("\n"),
  );
  const config = writePrivate(
    join(folder, "redis.conf"),
    [
      `bind ${addresses.servers}`,
      "port 0",
      `tls-port ${redisPort}`,
      `tls-cert-file ${certificate}`,
      `tls-key-file ${key}`,
      "tls-auth-clients no",
      `aclfile ${users}`,
      `dir ${folder}`,
      'save ""',
      "appendonly no",
      "",
    ].join("\n"),
  );
  await startServer(machine, "redis", redisPort, [programs("redis-server"), config]);
  return { [secretNames.redis]: password };
}
