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

export const cookieReachesTheHost = comparing(["domain", "sessions"], function* ({ domain, sessions }, quote) {
  const { cookieDomain } = sessions;
  if (cookieDomain !== undefined && domain !== cookieDomain && !domain.endsWith(`.${cookieDomain}`)) {
    yield {
      path: ["sessions", "cookieDomain"],
      value: cookieDomain,
      mend: `a browser drops a cookie for a domain that is not the host or its parent (RFC 6265, section 5.3): write ${quote("domain", domain)} or one of its parents`,
    };
  }
});
