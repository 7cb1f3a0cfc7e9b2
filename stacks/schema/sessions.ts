/** Browser sessions. */
import { z } from "zod";
import { authority } from "../authority";
import { dnsName, duration, line, port } from "../fields";
import { serverNetwork } from "../network";
import { givenSecret } from "../secrets";

const storage = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("cookie").describe("The encrypted cookie itself; a copy of it outlives a sign-out."),
  }),
  z.strictObject({
    type: z.literal("redis").describe("A Redis server; the cookie is a ticket, and sign-out ends every copy of it."),
    host: dnsName.describe("The server's host, for which its certificate must be."),
    port: port.default(6379).describe("Its port, which speaks TLS."),
    username: line("write the name of an ACL user of Redis", { longest: 255 })
      .default("default")
      .describe("The ACL user, who needs to write keys that begin with `__Secure-gatehouse` and to run scripts."),
    password: givenSecret.describe("Its password: a Pulumi secret, or a Secret that is in the cluster already."),
    ca: authority.describe(
      "Who vouches for the server's certificate; oauth2-proxy trusts a given CA beside the system's.",
    ),
    network: serverNetwork.describe("Where the server is, for the NetworkPolicy of oauth2-proxy."),
  }),
]);

export const sessionsSettings = z
  .strictObject({
    cookieDomain: dnsName
      .optional()
      .describe(
        "The domain of the session cookie, `domain` or a parent that is no public suffix; the session spans its subdomains. Default: `domain`.",
      ),
    lifetime: duration
      .default("12h")
      .describe(
        "How long a browser session lasts, 9600h at the most; also the lifetime of Dex's refresh tokens. The last ID token, given just before, is good until its own end, so up to `idToken` longer.",
      ),
    refresh: duration.default("45m").describe("Age at which a session gets a new ID token; must be below `idToken`."),
    idToken: duration.default("1h").describe("Lifetime of Dex's ID tokens, and so how long a stolen one is good for."),
    storage: storage.prefault({ type: "cookie" }).describe("Where sessions are kept."),
  })
  .prefault({})
  .describe("Browser sessions.");

export type SessionStorage = z.output<typeof storage>;
