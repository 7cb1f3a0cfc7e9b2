import { isIP } from "node:net";
import { checkServerIdentity, type ConnectionOptions } from "node:tls";

/** How a server is named in TLS: an address stands in its certificate, and never in SNI (RFC 6066, section 3). */
export function namedInTls(name: string): Pick<ConnectionOptions, "servername" | "checkServerIdentity"> {
  return isIP(name) === 0
    ? { servername: name }
    : { servername: "", checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate) };
}
