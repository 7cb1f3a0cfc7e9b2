/**
 * What single fields cannot know: settings that exclude or need each other. Each check is a pure function of the whole;
 * its problems carry the path of the setting that a person would change.
 */
import * as ipaddr from "ipaddr.js";
import { namespaces } from "./namespaces";
import { durationSeconds } from "./fields";
import { type Complaint, type Quote } from "./problems";
import { type Settings } from "./schema";

/** Complains about the settings as far as they are sound; a mend takes values from `quote`, which keeps secrets. */
export type CrossCheck = (sound: Partial<Settings>, quote: Quote) => Complaint[];

/** A check that is silent unless all settings that it compares are sound: half a picture would give false alarms. */
function comparing<K extends keyof Settings>(
  keys: readonly K[],
  check: (settings: Pick<Settings, K>, quote: Quote) => Iterable<Complaint>,
): CrossCheck {
  return (sound, quote) => (keys.every((key) => sound[key] !== undefined) ? [...check(sound as Settings, quote)] : []);
}

/** Namespaces whose routes are the platform's or the cluster's own. */
const ownNamespaces: readonly string[] = [...Object.values(namespaces), "kube-system"];

/** Metadata servers of AWS, Azure and Google Cloud. */
const metadataServers = ["169.254.169.254", "fd00:ec2::254", "fd20:ce::254"].map((address) => ipaddr.parse(address));

const developmentOnly = comparing(
  ["environment", "identity", "echo"],
  function* ({ environment, identity, echo }, quote) {
    if (environment !== "dev" && identity.staticUsers.length > 0) {
      yield {
        path: ["identity", "staticUsers"],
        value: identity.staticUsers.map((user) => user.email),
        mend: `passwords in Dex are for dev only, and this stack is ${quote("environment", environment)}: remove the users and add identity.connectors`,
      };
    }
    if (environment !== "dev" && echo.enabled) {
      yield {
        path: ["echo", "enabled"],
        value: true,
        mend: `the echo shows request headers and is for dev only, and this stack is ${quote("environment", environment)}: remove the setting`,
      };
    }
  },
);

const somebodyCanSignIn = comparing(["environment", "identity"], function* ({ environment, identity }, quote) {
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
        mend: `this user could not sign in: add ${quote("identity", domain)} to identity.emailDomains`,
      };
    }
    if (allowedGroups.length > 0 && !user.groups.some((group) => allowedGroups.includes(group))) {
      yield {
        path: ["identity", "staticUsers", index, "groups"],
        value: user.groups,
        mend: `this user could not sign in: give one of the groups in identity.allowedGroups (${quote("identity", allowedGroups.join(", "))})`,
      };
    }
  }
});

const shorter = (a: string, b: string) => durationSeconds(a) < durationSeconds(b);

const sessionsNest = comparing(["sessions"], function* ({ sessions }, quote) {
  if (!shorter(sessions.refresh, sessions.idToken)) {
    yield {
      path: ["sessions", "refresh"],
      value: sessions.refresh,
      mend: `must be below sessions.idToken (${quote("sessions", sessions.idToken)}), or the gateway refuses the token before it is renewed`,
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

const certificatesNest = comparing(["certificates"], function* ({ certificates }, quote) {
  if (!shorter(certificates.renewBefore, certificates.duration)) {
    yield {
      path: ["certificates", "renewBefore"],
      value: certificates.renewBefore,
      mend: `must be below certificates.duration (${quote("certificates", certificates.duration)})`,
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
      mend: `must be above certificates.duration (${quote("certificates", certificates.duration)}): a certificate cannot outlive its CA`,
    };
  }
});

const cookieReachesTheHost = comparing(["domain", "sessions"], function* ({ domain, sessions }, quote) {
  const { cookieDomain } = sessions;
  if (cookieDomain !== undefined && domain !== cookieDomain && !domain.endsWith(`.${cookieDomain}`)) {
    yield {
      path: ["sessions", "cookieDomain"],
      value: cookieDomain,
      mend: `a browser drops a cookie for a domain that is not the host or its parent (RFC 6265, section 5.3): write ${quote("domain", domain)} or one of its parents`,
    };
  }
});

const dexIssuer = (domain: string) => `https://${domain}/dex`;

const machineIssuersAreDistinct = comparing(["domain", "machines"], function* ({ domain, machines }) {
  const issuers = machines.issuers.map(({ issuer }) => issuer);
  for (const index of repeated([dexIssuer(domain), ...issuers])) {
    yield {
      path: ["machines", "issuers", index - 1, "issuer"],
      value: issuers[index - 1],
      mend: "this issuer is configured already (Dex always is): put all its audiences into one entry",
    };
  }
  const names = machines.issuers.map(({ name }) => name);
  for (const index of repeated(names)) {
    yield {
      path: ["machines", "issuers", index, "name"],
      value: names[index],
      mend: "give each issuer a name of its own",
    };
  }
  for (const [index, { jwks, jwksUri }] of machines.issuers.entries()) {
    if (jwks !== undefined && jwksUri !== undefined) {
      yield {
        path: ["machines", "issuers", index, "jwksUri"],
        value: jwksUri,
        mend: "keys come from one place: remove jwksUri or jwks",
      };
    }
  }
});

const connectorsAreDistinct = comparing(["domain", "identity"], function* ({ domain, identity }) {
  const ids = identity.connectors.map(({ id }) => id);
  for (const index of repeated(ids)) {
    yield {
      path: ["identity", "connectors", index, "id"],
      value: ids[index],
      mend: "give each connector an id of its own",
    };
  }
  for (const [index, { issuer }] of identity.connectors.entries()) {
    if (issuer === dexIssuer(domain)) {
      yield {
        path: ["identity", "connectors", index, "issuer"],
        value: issuer,
        mend: "this is Dex itself, which would send people round in circles: name the provider behind it",
      };
    }
  }
});

const usersAreDistinct = comparing(["identity"], function* ({ identity }) {
  const emails = identity.staticUsers.map(({ email }) => email);
  for (const index of repeated(emails.map((email) => email.toLowerCase()))) {
    yield {
      path: ["identity", "staticUsers", index, "email"],
      value: emails[index],
      mend: "name each user once; Dex ignores the case of e-mail addresses",
    };
  }
});

/** Indices of the texts that stand earlier in the list already. */
function repeated(texts: readonly string[]): number[] {
  const seen = new Set<string>();
  return [...texts.keys()].filter((index) => seen.size === seen.add(texts[index] ?? "").size);
}

const metadataServerStaysClosed = comparing(["cluster"], function* ({ cluster }) {
  for (const [index, cidr] of cluster.apiServer.cidrs.entries()) {
    const block = ipaddr.parseCIDR(cidr);
    const server = metadataServers.find((address) => address.kind() === block[0].kind() && address.match(block));
    if (server !== undefined) {
      yield {
        path: ["cluster", "apiServer", "cidrs", index],
        value: cidr,
        mend: `this block holds ${server.toString()}, where clouds hand out credentials: name the API server's own addresses`,
      };
    }
  }
});

const gatewayMakesSense = comparing(
  ["environment", "ingress", "replicas"],
  function* ({ environment, ingress, replicas }, quote) {
    const { min, max } = ingress.replicas;
    if (min > max) {
      yield {
        path: ["ingress", "replicas", "min"],
        value: min,
        mend: `must not be above ingress.replicas.max (${quote("ingress", max)})`,
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
    const { type, nodePorts } = ingress.service;
    if (type === "NodePort" && nodePorts.http === nodePorts.https) {
      yield {
        path: ["ingress", "service", "nodePorts", "https"],
        value: nodePorts.https,
        mend: "plain HTTP has this port already: write another one",
      };
    }
    const { preload, includeSubdomains, maxAge } = ingress.hsts;
    if (preload && (!includeSubdomains || shorter(maxAge, "8760h"))) {
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
  },
);

/** Every cross-check; a new one is a function in this list. */
export const crossChecks: readonly CrossCheck[] = [
  developmentOnly,
  somebodyCanSignIn,
  sessionsNest,
  certificatesNest,
  cookieReachesTheHost,
  machineIssuersAreDistinct,
  connectorsAreDistinct,
  usersAreDistinct,
  metadataServerStaysClosed,
  gatewayMakesSense,
];
