import { goDurationSeconds } from "../../../documents/istio/goDuration";
import { join, listAt } from "../../manifest";
import { sectionOf } from "../../readers/dex";
import { violation } from "../../rule";
import { dexDocs, rfc, weakness } from "../identitySources";
import { dexRule, shown } from "./dexRule";
import { asvs } from "../frameworks";

const longestHours = 720;

/** A session ends, and a stolen refresh token is noticed. */
export const limitDexRefreshTokens = dexRule(
  {
    name: "limit-dex-refresh-tokens",
    title: "Refresh tokens end within 30 days",
    why:
      "Dex asks no provider again while a refresh token lives, and without a lifetime that is forever: who left, or lost a " +
      "group, keeps what he had. Without rotation nobody notices a stolen one.",
    mend: "Write expiry.refreshTokens.absoluteLifetime of at most 720h, and leave disableRotation out.",
    severity: "medium",
    enforcementLevel: "mandatory",
    ...weakness(
      613,
      "Insufficient Session Expiration",
      rfc(9700, "2.2.2", "refresh tokens are rotated or bound to their client"),
      dexDocs("configuration/tokens", "absoluteLifetime is unlimited by default"),
      asvs("10.4.8", "refresh tokens end for good one day"),
      asvs("10.4.5", "replayed refresh tokens are noticed"),
    ),
    settings: [],
  },
  {
    documents: [
      (document) => {
        const oauth2 = sectionOf(document, "oauth2");
        const grants = listAt(oauth2.section["grantTypes"], join(oauth2.field, "grantTypes"));
        if (grants.length > 0 && !grants.includes("refresh_token")) return [];
        const { field, section } = sectionOf(document, "expiry", "refreshTokens");
        const place = join(field, "absoluteLifetime");
        const lifetime = section["absoluteLifetime"];
        const seconds = typeof lifetime === "string" ? goDurationSeconds(lifetime) : Number.NaN;
        if (seconds > 0 && seconds <= longestHours * 3600) return [];
        const state =
          lifetime === undefined || lifetime === null
            ? "isn't set, so refresh tokens never end"
            : `= ${shown(lifetime)} is no time of at most ${longestHours}h`;
        return [violation(place, `${place} ${state}. Write ${longestHours}h or less.`)];
      },
      (document) => {
        const { field, section } = sectionOf(document, "expiry", "refreshTokens");
        const disabled = section["disableRotation"];
        if (disabled === undefined || disabled === null || disabled === false) return [];
        const place = join(field, "disableRotation");
        return [violation(place, `${place} = ${shown(disabled)} lets a stolen refresh token go unnoticed. Remove it.`)];
      },
    ],
  },
);
