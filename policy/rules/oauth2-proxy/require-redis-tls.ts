import { oauth2ProxyDocs, weakness } from "../identitySources";
import { proxyRule, whereListed } from "./proxyRule";
import { asvs } from "../frameworks";

/** Sessions travel to their store over TLS, or stay on the machine. */
export const requireRedisTls = proxyRule(
  {
    name: "require-redis-tls",
    title: "Sessions travel to Redis over TLS",
    why:
      "The connection to Redis carries its password and every session. Whoever is on the path of a plain one takes the " +
      "password, and then deletes or replaces sessions.",
    mend: "Write rediss:// into the URL, and name a private CA in redis_ca_path.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      319,
      "Cleartext Transmission of Sensitive Information",
      oauth2ProxyDocs("redis_connection_url; rediss:// speaks TLS"),
      asvs("12.3.1", "all connections are encrypted, to databases too"),
    ),
    settings: [],
  },
  ...whereListed(["redis_connection_url", "redis_cluster_connection_urls", "redis_sentinel_connection_urls"], (url) =>
    /^(rediss|unix):\/\//i.test(url)
      ? undefined
      : `is no rediss:// URL, so sessions travel in the open. Write rediss://, and name a private CA in redis_ca_path.`,
  ),
);
