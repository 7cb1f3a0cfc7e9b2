import { stringify } from "smol-toml";
import { type OAuth2ProxyConfig } from "./schema";

/** Writes oauth2-proxy's configuration; it holds no secret, only the names of the files that do. */
export function writeOAuth2ProxyConfig(config: OAuth2ProxyConfig): string {
  return `${stringify(config)}\n`;
}
