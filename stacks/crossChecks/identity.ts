import { dexIssuer } from "./machines";
import { namesSecret } from "../hiding";
import { comparing, repeated } from "./comparing";

export const somebodyCanSignIn = comparing(["environment", "identity"], function* ({ environment, identity }, quote) {
  const { provider, connectors, staticUsers, emailDomains, allowedGroups } = identity;
  if (provider.type === "dex" && connectors.length === 0 && staticUsers.length === 0) {
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

export const connectorsAreDistinct = comparing(["domain", "identity"], function* ({ domain, identity }) {
  const ids = identity.connectors.map(({ id }) => id);
  for (const index of repeated(ids)) {
    yield {
      path: ["identity", "connectors", index, "id"],
      value: ids[index],
      mend: "give each connector an id of its own",
    };
  }
  for (const [index, connector] of identity.connectors.entries()) {
    if (connector.id === "local") {
      yield {
        path: ["identity", "connectors", index, "id"],
        value: connector.id,
        mend: "local is what Dex calls its own passwords: give the connector another id",
      };
    }
    if (connector.type === "oidc" && connector.issuer === dexIssuer(domain)) {
      yield {
        path: ["identity", "connectors", index, "issuer"],
        value: connector.issuer,
        mend: "this is Dex itself, which would send people round in circles: name the provider behind it",
      };
    }
  }
});

/** Either port is registered for one of the two ways, and a server waits there for that one alone. */
export const directorySpeaksTls = comparing(["identity"], function* ({ identity }) {
  for (const [index, connector] of identity.connectors.entries()) {
    if (connector.type === "ldap") {
      const { port, encryption } = connector;
      const [other, own] = encryption === "ldaps" ? [389, 636] : [636, 389];
      if (port === other) {
        yield {
          path: ["identity", "connectors", index, "port"],
          value: port,
          mend: `a directory waits for ${encryption === "ldaps" ? "StartTLS" : "TLS from the first byte"} at this port: write ${own}, or encryption: ${encryption === "ldaps" ? "startTLS" : "ldaps"}`,
        };
      }
    }
  }
});

export const usersAreDistinct = comparing(["identity"], function* ({ identity }) {
  const emails = identity.staticUsers.map(({ email }) => email);
  for (const index of repeated(emails.map((email) => email.toLowerCase()))) {
    yield {
      path: ["identity", "staticUsers", index, "email"],
      value: emails[index],
      mend: "name each user once; Dex ignores the case of e-mail addresses",
    };
  }
});

export const providerStandsAlone = comparing(["identity"], function* ({ identity }, quote) {
  const { provider, connectors, staticUsers, emailDomains, allowedGroups } = identity;
  if (provider.type === "dex") {
    return;
  }
  if (connectors.length > 0) {
    yield {
      path: ["identity", "connectors"],
      value: connectors.map(({ id }) => id),
      mend: "connectors are Dex's, and identity.provider takes its place: remove one of the two",
    };
  }
  if (staticUsers.length > 0) {
    yield {
      path: ["identity", "staticUsers"],
      value: staticUsers.map(({ email }) => email),
      mend: "these users are Dex's, and identity.provider takes its place: remove one of the two",
    };
  }
  if (provider.userClaim !== "email" && emailDomains.length > 0) {
    yield {
      path: ["identity", "emailDomains"],
      value: emailDomains,
      mend: `nobody verifies the domain in the claim ${quote("identity", provider.userClaim)}, because oauth2-proxy looks at email_verified for email alone: write userClaim: email, or name groups in identity.allowedGroups and no domains`,
    };
  }
  for (const [index, group] of allowedGroups.entries()) {
    // Istio's policies, which read the same list for tokens, take it for any beginning or end.
    if (group.startsWith("*") || group.endsWith("*")) {
      yield {
        path: ["identity", "allowedGroups", index],
        value: group,
        mend: "with identity.provider in place of Dex a group must not begin or end with an asterisk",
      };
    }
  }
  const { issuer, backendLogoutUrl } = provider;
  const parameters = new URLSearchParams(backendLogoutUrl?.replace(/^[^?]*/, "") ?? "");
  for (const [parameter, value] of parameters) {
    if (value !== "{id_token}" && namesSecret(parameter)) {
      yield {
        path: ["identity", "provider", "backendLogoutUrl"],
        value: backendLogoutUrl,
        mend: `whoever may read ConfigMaps would read this secret: remove the parameter ${quote("identity", parameter)}`,
      };
    }
  }
  if (backendLogoutUrl !== undefined && new URL(backendLogoutUrl).origin !== new URL(issuer).origin) {
    yield {
      path: ["identity", "provider", "backendLogoutUrl"],
      value: backendLogoutUrl,
      mend: `the ID token is for the provider alone: name an address at ${quote("identity", new URL(issuer).origin)}`,
    };
  }
});
