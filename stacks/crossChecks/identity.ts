import { dexIssuer } from "./machines";
import { comparing, repeated } from "./comparing";

export const somebodyCanSignIn = comparing(["environment", "identity"], function* ({ environment, identity }, quote) {
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

export const connectorsAreDistinct = comparing(["domain", "identity"], function* ({ domain, identity }) {
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
