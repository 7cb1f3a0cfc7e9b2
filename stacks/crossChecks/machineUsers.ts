import { type Connector } from "../schema";
import { comparing } from "./comparing";

/** Issuers from whom anybody in the world can have a token, and what the beginning of a user must have there. */
const publicIssuers: readonly { issuer: string; real?: RegExp; mend: string }[] = [
  {
    // https://docs.github.com/actions/reference/security/oidc
    issuer: "https://token.actions.githubusercontent.com",
    real: /\//,
    mend: "this lets in jobs of anybody on GitHub: name the owner as far as the slash, such as repo:example/*",
  },
  {
    // https://docs.gitlab.com/ci/secrets/id_token_authentication/
    issuer: "https://gitlab.com",
    real: /\//,
    mend: "this lets in jobs of anybody on GitLab: name the group as far as the slash, such as project_path:example/*",
  },
  {
    issuer: "https://accounts.google.com",
    mend: "Google gives numbers and addresses that begin alike to anybody: write whole users",
  },
];

/** What to write in place of a beginning that strangers have, too. */
function mayBeAnybody(of: string, user: string): string | undefined {
  const known = publicIssuers.find(({ issuer }) => issuer === of);
  return known !== undefined && user.endsWith("*") && known.real?.test(user) !== true ? known.mend : undefined;
}

/** The issuers of a connector by which people sign in; the others' tokens are no JWTs. */
function peoplesIssuers(connector: Connector): { test: (issuer: string) => boolean }[] {
  switch (connector.type) {
    case "oidc":
      return [{ test: (issuer) => issuer === connector.issuer }];
    case "google":
      return [/^https:\/\/accounts\.google\.com$/];
    case "microsoft":
      // Issuers have the tenant's number, which its domain doesn't tell; there are two versions.
      return [microsoftIssuer(connector.tenant)];
    case "github":
    case "ldap":
    case "saml":
      return [];
  }
}

/** Whether two users, or beginnings of users, can be one and the same. */
function overlap(one: string, other: string): boolean {
  const [a, b] = [one.replace(/\*$/, ""), other.replace(/\*$/, "")];
  return one === other || (one.endsWith("*") && b.startsWith(a)) || (other.endsWith("*") && a.startsWith(b));
}

/** Who names a user already, as a mend. */
function sharedMend(user: string, named: readonly { name: string; users: readonly string[] }[]): string | undefined {
  const same = named.find(({ users }) => users.some((other) => overlap(user, other)));
  return same === undefined
    ? undefined
    : `${same.name} may name the same user, and applications could not tell one from the other: name users that only this issuer has, such as system:serviceaccount:team-a:*`;
}

function microsoftIssuer(tenant: string): RegExp {
  return new RegExp(
    `^https://(login\\.microsoftonline\\.com|sts\\.windows\\.net)/${tenant.includes(".") ? "" : `${tenant}/`}`,
  );
}

/** Applications know a person or a machine by one text, so that two issuers may never write the same. */
export const machinesAreNobodyElse = comparing(["identity", "machines"], function* ({ identity, machines }, quote) {
  const { cluster, connectors, clients, issuers } = machines;
  const people = identity.connectors.flatMap(peoplesIssuers);
  const isPerson = (user: string, userClaim: string) => {
    const [, domain] = user.split("@");
    return (
      (userClaim === "email" && user.endsWith("*")) ||
      (domain !== undefined && identity.emailDomains.includes(domain.toLowerCase())) ||
      identity.staticUsers.some(({ email }) => email.toLowerCase() === user.toLowerCase())
    );
  };
  /** Who else names users, the cluster first and then each issuer. */
  const named = [
    ...(cluster.type === "none" ? [] : [{ name: "machines.cluster", users: cluster.users }]),
    ...issuers.map(({ name, users }) => ({ name: quote("machines", name), users })),
  ];
  const personMend =
    "this may be a person's e-mail address, and whoever has such a token would be that person: name users that no person is";
  for (const [at, { issuer, users, userClaim }] of issuers.entries()) {
    if (people.some((theirs) => theirs.test(issuer))) {
      yield {
        path: ["machines", "issuers", at, "issuer"],
        value: issuer,
        mend: "people sign in with this issuer, and its tokens for other clients would come in past their groups and domains: give machines an issuer of their own",
      };
    }
    for (const [index, user] of users.entries()) {
      const path = ["machines", "issuers", at, "users", index];
      if (isPerson(user, userClaim)) {
        yield { path, value: user, mend: personMend };
      }
      const mend = mayBeAnybody(issuer, user) ?? sharedMend(user, named.slice(0, named.length - issuers.length + at));
      if (mend !== undefined) {
        yield { path, value: user, mend };
      }
    }
  }
  for (const [at, { issuer }] of connectors.entries()) {
    if (people.some((theirs) => theirs.test(issuer))) {
      yield {
        path: ["machines", "connectors", at, "issuer"],
        value: issuer,
        mend: "people sign in with this issuer, and a person's token could be exchanged for a machine's: give machines an issuer of their own",
      };
    }
  }
  for (const [at, { connectors: allowed, users }] of clients.entries()) {
    const theirs = connectors.filter(({ id }) => allowed.includes(id));
    const byEmail = theirs.some(({ userClaim }) => userClaim === "email");
    for (const [index, user] of users.entries()) {
      const path = ["machines", "clients", at, "users", index];
      if (isPerson(user, byEmail ? "email" : "sub")) {
        yield { path, value: user, mend: personMend };
      }
      const anybody = theirs.map(({ issuer }) => mayBeAnybody(issuer, user)).find((mend) => mend !== undefined);
      const mend = anybody ?? sharedMend(user, named);
      if (mend !== undefined) {
        yield { path, value: user, mend };
      }
    }
  }
});
