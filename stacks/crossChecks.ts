/**
 * What single fields cannot know: settings that exclude or need each other. Each check is a pure function of the whole;
 * its problems carry the path of the setting that a person would change.
 */
import { durationSeconds } from "./fields";
import { type Settings } from "./schema";

export interface CrossCheckProblem {
  /** Path of the setting that is to change. */
  path: readonly (string | number)[];
  /** The offending value. */
  value: unknown;
  /** What to write instead. */
  mend: string;
}

type CrossCheck = (settings: Settings) => Iterable<CrossCheckProblem>;

/** Namespaces that the program owns; no application is routed from them by their name alone. */
const ownNamespaces = ["auth", "cert-manager", "gatehouse-echo", "ingress", "istio-cni", "istio-system", "kube-system"];

function* developmentOnly({ environment, identity, echo }: Settings): Iterable<CrossCheckProblem> {
  if (environment !== "dev" && identity.staticUsers.length > 0) {
    yield {
      path: ["identity", "staticUsers"],
      value: identity.staticUsers.map((user) => user.email),
      mend: `passwords in Dex are for dev only, and this stack is ${environment}: remove the users and add identity.connectors`,
    };
  }
  if (environment !== "dev" && echo.enabled) {
    yield {
      path: ["echo", "enabled"],
      value: true,
      mend: `the echo shows request headers and is for dev only, and this stack is ${environment}: remove the setting`,
    };
  }
}

function* somebodyCanSignIn({ environment, identity }: Settings): Iterable<CrossCheckProblem> {
  const { connectors, staticUsers, emailDomains, allowedGroups } = identity;
  if (connectors.length === 0 && staticUsers.length === 0) {
    yield {
      path: ["identity", "connectors"],
      value: [],
      mend:
        "nobody could sign in: add a connector of type oidc" +
        (environment === "dev" ? ", or a user to identity.staticUsers" : ""),
    };
  }
  if (emailDomains.length === 0 && allowedGroups.length === 0) {
    yield {
      path: ["identity", "emailDomains"],
      value: [],
      mend: "everybody whom the provider knows would be let in: name the e-mail domains, or groups in identity.allowedGroups",
    };
  }
  for (const [index, user] of staticUsers.entries()) {
    const domain = user.email.split("@")[1] ?? "";
    if (emailDomains.length > 0 && !emailDomains.includes(domain)) {
      yield {
        path: ["identity", "staticUsers", index, "email"],
        value: user.email,
        mend: `this user could not sign in: add ${domain} to identity.emailDomains`,
      };
    }
    if (allowedGroups.length > 0 && !user.groups.some((group) => allowedGroups.includes(group))) {
      yield {
        path: ["identity", "staticUsers", index, "groups"],
        value: user.groups,
        mend: `this user could not sign in: give one of the groups in identity.allowedGroups (${allowedGroups.join(", ")})`,
      };
    }
  }
}

function* lifetimesNest({ sessions, certificates }: Settings): Iterable<CrossCheckProblem> {
  const shorter = (a: string, b: string) => durationSeconds(a) < durationSeconds(b);
  if (!shorter(sessions.refresh, sessions.idToken)) {
    yield {
      path: ["sessions", "refresh"],
      value: sessions.refresh,
      mend: `must be below sessions.idToken (${sessions.idToken}), or the gateway refuses the token before it is renewed`,
    };
  }
  if (shorter(sessions.lifetime, sessions.idToken)) {
    yield {
      path: ["sessions", "idToken"],
      value: sessions.idToken,
      mend: `must not outlive the session (sessions.lifetime is ${sessions.lifetime})`,
    };
  }
  if (!shorter(certificates.renewBefore, certificates.duration)) {
    yield {
      path: ["certificates", "renewBefore"],
      value: certificates.renewBefore,
      mend: `must be below certificates.duration (${certificates.duration})`,
    };
  }
  if (shorter(certificates.duration, "1h")) {
    yield {
      path: ["certificates", "duration"],
      value: certificates.duration,
      mend: "cert-manager issues nothing shorter than 1h",
    };
  }
  if (shorter(certificates.renewBefore, "5m")) {
    yield {
      path: ["certificates", "renewBefore"],
      value: certificates.renewBefore,
      mend: "cert-manager accepts nothing shorter than 5m",
    };
  }
  if (!shorter(certificates.duration, certificates.caDuration)) {
    yield {
      path: ["certificates", "caDuration"],
      value: certificates.caDuration,
      mend: `must be above certificates.duration (${certificates.duration}): a certificate cannot outlive its CA`,
    };
  }
}

function* cookieReachesTheHost({ domain, sessions }: Settings): Iterable<CrossCheckProblem> {
  const { cookieDomain } = sessions;
  if (cookieDomain !== undefined && domain !== cookieDomain && !domain.endsWith(`.${cookieDomain}`)) {
    yield {
      path: ["sessions", "cookieDomain"],
      value: cookieDomain,
      mend: `a browser drops a cookie for a domain that is not the host or its parent (RFC 6265, section 5.3): write ${domain} or one of its parents`,
    };
  }
}

function* issuersAreDistinct({ domain, identity, machines }: Settings): Iterable<CrossCheckProblem> {
  const seen = new Set([`https://${domain}/dex`]);
  for (const [index, { issuer, jwks, jwksUri }] of machines.issuers.entries()) {
    if (seen.has(issuer)) {
      yield {
        path: ["machines", "issuers", index, "issuer"],
        value: issuer,
        mend: "this issuer is configured already (Dex always is): put all its audiences into one entry",
      };
    }
    seen.add(issuer);
    if (jwks !== undefined && jwksUri !== undefined) {
      yield {
        path: ["machines", "issuers", index, "jwksUri"],
        value: jwksUri,
        mend: "keys come from one place: remove jwksUri or jwks",
      };
    }
  }
  const ids = new Set<string>();
  for (const [index, { id }] of identity.connectors.entries()) {
    if (ids.has(id)) {
      yield { path: ["identity", "connectors", index, "id"], value: id, mend: "give each connector an id of its own" };
    }
    ids.add(id);
  }
  const emails = new Set<string>();
  for (const [index, { email }] of identity.staticUsers.entries()) {
    if (emails.has(email.toLowerCase())) {
      yield {
        path: ["identity", "staticUsers", index, "email"],
        value: email,
        mend: "name each user once; Dex ignores the case of e-mail addresses",
      };
    }
    emails.add(email.toLowerCase());
  }
}

function* gatewayMakesSense({ environment, ingress, replicas }: Settings): Iterable<CrossCheckProblem> {
  const { min, max } = ingress.replicas;
  if (min > max) {
    yield {
      path: ["ingress", "replicas", "min"],
      value: min,
      mend: `must not be above ingress.replicas.max (${max})`,
    };
  }
  if (environment === "prod" && min < 2) {
    yield {
      path: ["ingress", "replicas", "min"],
      value: min,
      mend: "with one gateway pod every node drain closes the gate: write 2 or more in prod",
    };
  }
  if (environment === "prod" && replicas < 2) {
    yield {
      path: ["replicas"],
      value: replicas,
      mend: "with one pod every node drain ends sign-in: write 2 or more in prod",
    };
  }
  const { preload, includeSubdomains, maxAge } = ingress.hsts;
  if (preload && (!includeSubdomains || durationSeconds(maxAge) < 31_536_000)) {
    yield {
      path: ["ingress", "hsts", "preload"],
      value: true,
      mend: "browsers' preload lists ask for includeSubdomains: true and maxAge of at least 8760h",
    };
  }
  for (const [index, namespace] of ingress.applicationNamespaces.entries()) {
    if (ownNamespaces.includes(namespace)) {
      yield {
        path: ["ingress", "applicationNamespaces", index],
        value: namespace,
        mend: "this namespace belongs to the platform and has its routes already: name the namespaces of applications",
      };
    }
  }
}

/** Every cross-check; a new one is a function in this list. */
export const crossChecks: readonly CrossCheck[] = [
  developmentOnly,
  somebodyCanSignIn,
  lifetimesNest,
  cookieReachesTheHost,
  issuersAreDistinct,
  gatewayMakesSense,
];
