/** Browser sessions. */
import { z } from "zod";
import { dnsName, duration } from "../fields";

export const sessionsSettings = z
  .strictObject({
    cookieDomain: dnsName
      .optional()
      .describe("The domain of the session cookie; the session spans its subdomains. Default: `domain`."),
    lifetime: duration
      .default("12h")
      .describe("How long a browser session lasts at the most; also the lifetime of Dex's refresh tokens."),
    refresh: duration.default("45m").describe("Age at which a session gets a new ID token; must be below `idToken`."),
    idToken: duration.default("1h").describe("Lifetime of Dex's ID tokens, and so how long a stolen one is good for."),
  })
  .prefault({})
  .describe("Browser sessions.");
