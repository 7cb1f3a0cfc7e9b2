import { getPublicSuffix } from "tldts";
import { canRefresh } from "../connectors";
import { offlineMend } from "../offlineAccess";
import { comparing, shorter } from "./comparing";

export const sessionsNest = comparing(["identity", "sessions"], function* ({ identity, sessions }, quote) {
  const { provider } = identity;
  if (!shorter(sessions.refresh, sessions.lifetime)) {
    yield {
      path: ["sessions", "refresh"],
      value: sessions.refresh,
      mend: `must be below sessions.lifetime (${quote("sessions", sessions.lifetime)}), or oauth2-proxy does not start`,
    };
  }
  if (shorter("9600h", sessions.lifetime)) {
    yield {
      path: ["sessions", "lifetime"],
      value: sessions.lifetime,
      mend: "browsers keep no cookie for longer than 400 days (RFC 6265bis, section 5.5): write 9600h at the most",
    };
  }
  if (shorter(sessions.refresh, "1m")) {
    yield {
      path: ["sessions", "refresh"],
      value: sessions.refresh,
      mend: "this would ask the provider anew with almost every request: write at least 1m",
    };
  }
  if (provider.type === "oidc") {
    if (!shorter(sessions.refresh, provider.idTokenLifetime)) {
      yield {
        path: ["sessions", "refresh"],
        value: sessions.refresh,
        mend: `must be below identity.provider.idTokenLifetime (${quote("identity", provider.idTokenLifetime)}), or the gateway refuses the token before it is renewed`,
      };
    }
    return;
  }
  if (!shorter(sessions.refresh, sessions.idToken)) {
    yield {
      path: ["sessions", "refresh"],
      value: sessions.refresh,
      mend: `must be below sessions.idToken (${quote("sessions", sessions.idToken)}), or the gateway refuses the token before it is renewed`,
    };
  }
  if (shorter("24h", sessions.idToken)) {
    yield {
      path: ["sessions", "idToken"],
      value: sessions.idToken,
      mend: "for so long a stolen one is good, and nothing can take it back: write 24h at the most",
    };
  }
  if (shorter(sessions.lifetime, sessions.idToken)) {
    yield {
      path: ["sessions", "idToken"],
      value: sessions.idToken,
      mend: `must not outlive the session (sessions.lifetime is ${quote("sessions", sessions.lifetime)})`,
    };
  }
});

/** Dex renews a token only by asking the provider again; where it asks nobody, the first token is the session. */
export const sessionsCanLast = comparing(["identity", "sessions"], function* ({ identity, sessions }, quote) {
  const { provider, connectors, staticUsers } = identity;
  const asked = [
    ...(provider.type === "oidc" ? [{ at: ["provider"], given: provider }] : []),
    ...connectors.flatMap((given, index) => (given.type === "oidc" ? [{ at: ["connectors", index], given }] : [])),
  ];
  for (const { at, given } of asked) {
    const mend = offlineMend(given);
    if (mend !== undefined) {
      yield { path: ["identity", ...at, "offlineAccess"], value: given.offlineAccess, mend };
    }
  }
  const nobodyCan = connectors.length > 0 && staticUsers.length === 0 && !connectors.some(canRefresh);
  if (provider.type === "dex" && nobodyCan && shorter(sessions.idToken, sessions.lifetime)) {
    yield {
      path: ["sessions", "lifetime"],
      value: sessions.lifetime,
      mend: `SAML knows no refresh, so that every session ends after sessions.idToken (${quote("sessions", sessions.idToken)}): write the same for both, 24h at the most, or connect the provider by OpenID Connect`,
    };
  }
});

export const cookieReachesTheHost = comparing(["domain", "sessions"], function* ({ domain, sessions }, quote) {
  const { cookieDomain } = sessions;
  if (cookieDomain !== undefined && domain !== cookieDomain && !domain.endsWith(`.${cookieDomain}`)) {
    yield {
      path: ["sessions", "cookieDomain"],
      value: cookieDomain,
      mend: `a browser drops a cookie for a domain that is not the host or its parent (RFC 6265, section 5.3): write ${quote("domain", domain)} or one of its parents`,
    };
  } else if (cookieDomain !== undefined && cookieDomain !== domain && isPublicSuffix(cookieDomain)) {
    yield {
      path: ["sessions", "cookieDomain"],
      value: cookieDomain,
      mend: `a browser drops a cookie for a public suffix, below which everybody may have names (RFC 6265, section 5.3, step 5; https://publicsuffix.org): write ${quote("domain", domain)}, or a parent of it that is yours alone`,
    };
  }
});

/** Browsers' list has what registries sell, such as co.uk, and what others give away, such as github.io. */
function isPublicSuffix(name: string): boolean {
  return getPublicSuffix(name, { allowPrivateDomains: true }) === name;
}
