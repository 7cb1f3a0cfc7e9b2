import { type DexConnector } from "../documents/dex/schema";
import { scopesAsked } from "../stacks/offlineAccess";
import { type Connector } from "../stacks/schema";
import { type GivenSecret } from "../stacks/secrets";

/** The directory in Dex's pods with the certificates that the settings give. */
const authorities = "/etc/dex-authorities";

/**
 * Dex takes every `$` in the settings of a connector or a storage for a variable and knows no way to escape one, so a `$`
 * that is meant is a variable, too.
 */
export const dollar = { reference: "${DOLLAR}", variable: { name: "DOLLAR", value: "$" } };

export const literal = (text: string) => text.replaceAll("$", () => dollar.reference);

/** Dex's files of certificates that the settings give, by name. */
export class CertificateFiles {
  readonly directory = authorities;
  readonly contents: Record<string, string> = {};

  /** The path at which Dex finds the certificates. */
  path(name: string, pem: string): string {
    this.contents[`${name}.pem`] = pem.endsWith("\n") ? pem : `${pem}\n`;
    return `${this.directory}/${name}.pem`;
  }
}

/** A connector's secret, and the environment variable that carries it to Dex. */
export function secretOf(connector: Connector, index: number): { variable: string; given: GivenSecret } | undefined {
  switch (connector.type) {
    case "ldap":
      return { variable: `CONNECTOR_BIND_PASSWORD_${index}`, given: connector.bindPassword };
    case "saml":
      return undefined;
    case "oidc":
    case "github":
    case "google":
    case "microsoft":
      return { variable: `CONNECTOR_CLIENT_SECRET_${index}`, given: connector.clientSecret };
  }
}

/** A connector of the settings in Dex's words. */
export function dexConnector(
  connector: Connector,
  index: number,
  issuer: string,
  certificates: CertificateFiles,
): DexConnector {
  const { id, name } = connector;
  const secret = `$${secretOf(connector, index)?.variable}`;
  const redirectURI = `${issuer}/callback`;
  switch (connector.type) {
    case "oidc":
      return { type: connector.type, id, name, config: oidcConfig(connector, secret, redirectURI, certificates) };
    case "github":
      return { type: connector.type, id, name, config: githubConfig(connector, secret, redirectURI) };
    case "google":
      return {
        type: connector.type,
        id,
        name,
        config: { ...client(connector, secret, redirectURI), hostedDomains: connector.hostedDomains },
      };
    case "microsoft":
      return {
        type: connector.type,
        id,
        name,
        config: {
          ...client(connector, secret, redirectURI),
          tenant: connector.tenant,
          groupNameFormat: connector.groupNameFormat,
          // Anybody may make a Microsoft 365 group, unless a tenant forbids it; a security group takes a right.
          onlySecurityGroups: true,
        },
      };
    case "ldap":
      return { type: connector.type, id, name, config: ldapConfig(connector, secret, certificates) };
    case "saml":
      return { type: connector.type, id, name, config: samlConfig(connector, redirectURI, certificates) };
  }
}

type Of<Type extends Connector["type"]> = Extract<Connector, { type: Type }>;

function client({ clientId }: { clientId: string }, clientSecret: string, redirectURI: string) {
  return { clientID: literal(clientId), clientSecret, redirectURI };
}

function oidcConfig(connector: Of<"oidc">, secret: string, redirectURI: string, certificates: CertificateFiles) {
  const { id, issuer, groupsClaim, groupsPrefix, ca } = connector;
  return {
    issuer: literal(issuer),
    ...client(connector, secret, redirectURI),
    scopes: scopesAsked(connector).map(literal),
    // Dex's name for handing groups on at all; whose groups are believed is the provider's `issuer` above.
    insecureEnableGroups: true as const,
    // Without the override a claim named `groups` would still come first, whatever the provider puts there.
    ...(groupsClaim === "groups"
      ? {}
      : { overrideClaimMapping: true as const, claimMapping: { groups: literal(groupsClaim) } }),
    ...(groupsPrefix === undefined ? {} : { claimModifications: { modifyGroupNames: { prefix: groupsPrefix } } }),
    getUserInfo: true,
    ...(ca.type === "given" ? { rootCAs: [certificates.path(`connector-${id}`, ca.certificate)] } : {}),
  };
}

function githubConfig(connector: Of<"github">, secret: string, redirectURI: string) {
  const { organizations, preferredEmailDomain } = connector;
  return {
    ...client(connector, secret, redirectURI),
    orgs: organizations.map(({ name, teams }) => ({ name, ...(teams.length === 0 ? {} : { teams }) })),
    // A team's display name may be changed, and a new team may then take it.
    teamNameField: "slug" as const,
    ...(preferredEmailDomain === undefined ? {} : { preferredEmailDomain }),
  };
}

/** The port that LDAP has in both its forms (RFC 4513, section 3, and IANA's registry). */
export function ldapPort({ port, encryption }: Of<"ldap">): number {
  return port ?? (encryption === "ldaps" ? 636 : 389);
}

function ldapConfig(connector: Of<"ldap">, bindPW: string, certificates: CertificateFiles) {
  const { id, host, encryption, ca, bindDN, usernamePrompt, userSearch, groupSearch } = connector;
  const filtered = (filter: string | undefined) => (filter === undefined ? {} : { filter: literal(filter) });
  return {
    host: `${host}:${ldapPort(connector)}`,
    ...(encryption === "startTLS" ? { startTLS: true as const } : {}),
    ...(ca.type === "given" ? { rootCA: certificates.path(`connector-${id}`, ca.certificate) } : {}),
    bindDN: literal(bindDN),
    bindPW,
    ...(usernamePrompt === undefined ? {} : { usernamePrompt: literal(usernamePrompt) }),
    userSearch: {
      ...userSearch,
      baseDN: literal(userSearch.baseDN),
      ...filtered(userSearch.filter),
    },
    ...(groupSearch === undefined
      ? {}
      : {
          groupSearch: {
            ...groupSearch,
            baseDN: literal(groupSearch.baseDN),
            ...filtered(groupSearch.filter),
          },
        }),
  };
}

function samlConfig(connector: Of<"saml">, redirectURI: string, certificates: CertificateFiles) {
  const { id, ssoURL, ssoIssuer, entityIssuer, signingCertificate, nameIDPolicyFormat } = connector;
  const { usernameAttr, emailAttr, groupsAttr } = connector;
  return {
    ssoURL: literal(ssoURL),
    ssoIssuer: literal(ssoIssuer),
    ...(entityIssuer === undefined ? {} : { entityIssuer: literal(entityIssuer) }),
    redirectURI,
    ca: certificates.path(`connector-${id}`, signingCertificate),
    nameIDPolicyFormat,
    usernameAttr: literal(usernameAttr),
    emailAttr: literal(emailAttr),
    ...(groupsAttr === undefined ? {} : { groupsAttr: literal(groupsAttr) }),
  };
}
