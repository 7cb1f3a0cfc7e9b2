import { type Quote } from "../problems";
import { type Connector, type Settings } from "../schema";
import { comparing } from "./comparing";
import { noClustersMend, strangersMend } from "./publicIssuers";

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
function sharedMend(user: string, named: readonly Named[]): string | undefined {
  const same = named.find(({ users }) => users.some((other) => overlap(user, other)));
  return same === undefined
    ? undefined
    : `${same.name} may name the same user, and applications could not tell one from the other: name users that only this issuer has, such as system:serviceaccount:team-a:*, or give an entry of machines.issuers a userPrefix`;
}

interface Named {
  name: string;
  users: readonly string[];
}

/** What no address has outside of quotes (RFC 5322, section 3.2.3). */
const inNoAddress = /[\s:;,<>()[\]\\"]/;

/** Whether a user, or whoever a beginning stands for, may be a person's e-mail address. */
function mayBeAddress(user: string, { emailDomains, staticUsers }: Settings["identity"]): boolean {
  if (inNoAddress.test(user)) {
    return false;
  }
  const [, domain] = user.replace(/\*$/, "").toLowerCase().split("@");
  if (user.endsWith("*")) {
    return domain === undefined || emailDomains.length === 0 || emailDomains.some((each) => each.startsWith(domain));
  }
  const ofAnyDomain = emailDomains.length === 0 && domain?.includes(".") === true;
  return (
    ofAnyDomain ||
    (domain !== undefined && emailDomains.includes(domain)) ||
    staticUsers.some(({ email }) => email.toLowerCase() === user.toLowerCase())
  );
}

/** What has a person's address by its name: `mail` (RFC 4524, section 2.16), and what assertions call it. */
const addressAttribute = /^(.*[/:#])?(e-?)?mail(_?address)?$|^(urn:oid:)?0\.9\.2342\.19200300\.100\.1\.3$/i;

/** By what people are known where that may be no address, in the words of a mend. */
function knownBy({ provider, connectors }: Settings["identity"], quote: Quote): string | undefined {
  if (provider.type === "oidc") {
    return provider.userClaim === "email" ? undefined : `the claim ${quote("identity", provider.userClaim)}`;
  }
  for (const connector of connectors) {
    const attribute =
      connector.type === "ldap"
        ? connector.userSearch.emailAttr
        : connector.type === "saml"
          ? connector.emailAttr
          : undefined;
    if (attribute !== undefined && !addressAttribute.test(attribute)) {
      return `the attribute ${quote("identity", attribute)} of ${quote("identity", connector.id)}`;
    }
  }
  return undefined;
}

/** Why a user may be a person, as a mend. */
function personMend(user: string, userClaim: string, identity: Settings["identity"], quote: Quote): string | undefined {
  const name = knownBy(identity, quote);
  if (name !== undefined && !user.includes(":")) {
    return `people are known by ${name}, which may be this, too: name users with a colon, such as system:serviceaccount:team-a:*, or give the issuer a userPrefix`;
  }
  const anyBeginning = userClaim === "email" && /^[^:]*\*$/.test(user);
  return anyBeginning || mayBeAddress(user, identity)
    ? "this may be a person's e-mail address, and whoever has such a token would be that person: name users that no person is"
    : undefined;
}

function microsoftIssuer(tenant: string): RegExp {
  return new RegExp(
    `^https://(login\\.microsoftonline\\.com|sts\\.windows\\.net)/${tenant.includes(".") ? "" : `${tenant}/`}`,
  );
}

const peoplesMend =
  "people sign in with this issuer, and its tokens for other clients would come in past their groups and domains: give machines an issuer of their own";

/** Applications know a person or a machine by one text, so that two issuers may never write the same. */
export const machinesAreNobodyElse = comparing(["identity", "machines"], function* ({ identity, machines }, quote) {
  const { cluster, connectors, clients, issuers } = machines;
  const people = identity.connectors.flatMap(peoplesIssuers);
  /** Who names users already, as applications see them. */
  const named: Named[] = cluster.type === "none" ? [] : [{ name: "machines.cluster", users: cluster.users }];
  if (cluster.type !== "none") {
    const { issuer } = cluster;
    const mend = people.some((theirs) => theirs.test(issuer)) ? peoplesMend : noClustersMend(issuer);
    if (mend !== undefined) {
      yield { path: ["machines", "cluster", "issuer"], value: issuer, mend };
    }
  }
  for (const [at, { name, issuer, users, userClaim, userPrefix = "" }] of issuers.entries()) {
    if (people.some((theirs) => theirs.test(issuer))) {
      yield {
        path: ["machines", "issuers", at, "issuer"],
        value: issuer,
        mend: peoplesMend,
      };
    }
    const seen = users.map((user) => userPrefix + user);
    for (const [index, user] of users.entries()) {
      const full = userPrefix + user;
      const mend =
        strangersMend(issuer, userClaim, user) ??
        personMend(full, userClaim, identity, quote) ??
        sharedMend(full, named);
      if (mend !== undefined) {
        yield { path: ["machines", "issuers", at, "users", index], value: user, mend };
      }
    }
    named.push({ name: quote("machines", name), users: seen });
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
  const before: (Named & { issuer: string })[] = [];
  for (const [at, { id, connectors: allowed, users }] of clients.entries()) {
    const theirs = connectors.filter((connector) => allowed.includes(connector.id));
    const [issuer = "", ...others] = new Set(theirs.map((connector) => connector.issuer));
    if (others.length > 0) {
      yield {
        path: ["machines", "clients", at, "connectors"],
        value: allowed,
        mend: "these are of several issuers, of which each could name the other's users: give each issuer a client of its own",
      };
    }
    const userClaim = theirs.some((connector) => connector.userClaim === "email") ? "email" : "sub";
    const elsewhere = [...named, ...before.filter((client) => client.issuer !== issuer)];
    for (const [index, user] of users.entries()) {
      const mend =
        theirs
          .map((connector) => strangersMend(connector.issuer, connector.userClaim, user))
          .find((each) => each !== undefined) ??
        personMend(user, userClaim, identity, quote) ??
        sharedMend(user, elsewhere);
      if (mend !== undefined) {
        yield { path: ["machines", "clients", at, "users", index], value: user, mend };
      }
    }
    before.push({ name: quote("machines", id), users, issuer });
  }
});
