/** The identity providers that Dex can ask, each with what Dex's connector of that type needs (Dex 2.45, connector/). */
import { z } from "zod";
import { authority, signingPem } from "./authority";
import { dnsName, httpsUrl, line, listOf, port, someOf, text, unreadable } from "./fields";
import { identifier } from "./issuers";
import { serverNetwork } from "./network";
import { offlineAccess } from "./offlineAccess";
import { givenSecret } from "./secrets";

/** What every connector has. */
const common = {
  id: identifier("company").describe(
    "Dex's identifier of the connector; part of the callback URL's state, so it never changes.",
  ),
  name: line("write the text for the sign-in button, 64 characters at the most", { longest: 64 }).describe(
    "The text of the button on Dex's login page.",
  ),
};

/** What every connector of an OAuth 2.0 provider has. */
const client = {
  clientId: line("write the client ID that the provider gave").describe(
    "The client ID that the provider gave for Dex; its redirect URI is `https://<domain>/dex/callback`.",
  ),
  clientSecret: givenSecret.describe("The client secret: a Pulumi secret, or a Secret that is in the cluster already."),
};

// RFC 6749, section 3.3: scopes are sent with blanks between them, so one cannot hold a blank.
export const scope = text({
  title: "scope",
  mend: "write one scope each, without blanks, such as groups",
  pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/,
});

const oidc = z.strictObject({
  type: z.literal("oidc").describe("An OpenID Connect provider."),
  ...common,
  issuer: httpsUrl.describe(
    "The provider's issuer URL, exactly as its discovery document spells it (OpenID Connect Discovery 1.0, section 4.3).",
  ),
  ...client,
  scopes: listOf(scope)
    .default(["openid", "profile", "email"])
    .describe("Scopes asked of the provider, beside `offline_access` where `offlineAccess` is `scope`."),
  offlineAccess: offlineAccess("Dex"),
  groupsClaim: line("write the name of a claim, such as groups", { longest: 255 })
    .default("groups")
    .describe("The provider's claim that holds the groups."),
  groupsPrefix: text({
    title: "prefix of groups",
    mend: "write up to 63 letters, digits, dots, dashes and underscores, and a colon or a slash at the end, such as partners:",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}[:/]$/,
  })
    .optional()
    .describe(
      "What Dex puts before each group of this provider, such as `partners:`, so that no other connector's groups are the same. Default: nothing.",
    ),
  ca: authority.describe("Who vouches for the provider's certificate; Dex trusts a given CA beside the system's."),
});

const team = text({
  title: "GitHub team",
  mend: "write the team's slug as its URL has it, such as ml-engineers",
  pattern: /^[a-z0-9_](?:[-a-z0-9_]{0,98}[a-z0-9_])?$/,
});

const github = z.strictObject({
  type: z.literal("github").describe("GitHub."),
  ...common,
  ...client,
  organizations: someOf(
    z.strictObject({
      name: text({
        title: "GitHub organisation",
        mend: "write the organisation's name as its URL has it, such as example",
        pattern: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/,
      }).describe("The organisation's login."),
      teams: listOf(team)
        .default([])
        .describe("Teams of which a person has to be in one, by slug; empty admits the whole organisation."),
    }),
    "name at least one organisation: without one everybody with an account at GitHub could sign in",
  ).describe("Organisations whose members may sign in. Teams become groups, `<organisation>:<team>`."),
  preferredEmailDomain: dnsName
    .optional()
    .describe("Which of a person's verified e-mail addresses names them, by its domain. Default: the primary address."),
});

const google = z.strictObject({
  type: z.literal("google").describe("Google Workspace or Cloud Identity; it gives no groups."),
  ...common,
  ...client,
  hostedDomains: someOf(
    dnsName,
    "name the domains of your organisation: without one everybody with a Google account could sign in",
  ).describe("Domains of the organisations whose people may sign in, Google's claim `hd`."),
});

const microsoft = z.strictObject({
  type: z.literal("microsoft").describe("Microsoft Entra ID."),
  ...common,
  ...client,
  tenant: text({
    title: "tenant",
    mend: "write your tenant's ID or one of its domains, such as example.onmicrosoft.com; common, organizations and consumers would let other tenants in",
    // The last is the ID of `consumers`.
    pattern:
      /^(?!9188040d-6c67-4c5b-b112-36a304b66dad$)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.{1,253}$)(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63})$/,
  }).describe("The tenant whose people may sign in."),
  groupNameFormat: z
    .enum(["id", "name"], "write id or name")
    .default("id")
    .describe(
      "How groups are named: by object ID, or by display name, which is not unique and which members may be free to choose.",
    ),
});

/** RFC 4512, section 1.4: a short name or a numeric OID. */
const attributeSource = "(?:[A-Za-z][A-Za-z0-9-]{0,63}|\\d{1,9}(?:\\.\\d{1,9}){1,20})";

const attribute = (example: string) =>
  text({
    title: "attribute",
    mend: `write the name of an attribute, such as ${example}`,
    pattern: new RegExp(`^${attributeSource}$`),
  });

const distinguishedName = (example: string) =>
  text({
    title: "distinguished name",
    mend: `write a distinguished name (RFC 4514), such as ${example}`,
    pattern: new RegExp(`^${attributeSource}=[^${unreadable}]{1,1000}$`, "u"),
  });

const filterPattern = new RegExp(`^\\([^${unreadable}]{1,1000}\\)$`, "u");

const filter = text({
  title: "LDAP filter",
  mend: "write one filter in parentheses (RFC 4515), such as (objectClass=person)",
  pattern: filterPattern,
  accepts: isFilter,
});

const searchScope = z
  .enum(["sub", "one"], "write sub or one")
  .default("sub")
  .describe("Whether the whole tree below is searched, or one level.");

const ldap = z.strictObject({
  type: z.literal("ldap").describe("An LDAP directory; people type their password into Dex's own form."),
  ...common,
  host: dnsName.describe("The directory's host, for which its certificate must be."),
  port: port.optional().describe("Its port. Default: 636 for `ldaps`, 389 for `startTLS`."),
  encryption: z
    .enum(["ldaps", "startTLS"], "write ldaps or startTLS: nothing is ever sent in the open")
    .default("ldaps")
    .describe("TLS from the first byte, or after StartTLS (RFC 4511, section 4.14), without which Dex sends nothing."),
  ca: authority.describe("Who vouches for the directory's certificate; Dex trusts a given CA and no other."),
  network: serverNetwork.describe("Where the directory is, for the NetworkPolicy of Dex."),
  bindDN: distinguishedName("cn=dex,ou=services,dc=example,dc=com").describe(
    "The account that looks people up; it needs to read no more than the attributes below.",
  ),
  bindPassword: givenSecret.describe("Its password: a Pulumi secret, or a Secret that is in the cluster already."),
  usernamePrompt: line("write the label of the form's first field, 64 characters at the most", { longest: 64 })
    .optional()
    .describe("The label of the form's first field. Default: Username."),
  userSearch: z
    .strictObject({
      baseDN: distinguishedName("ou=people,dc=example,dc=com").describe("Where people are."),
      filter: filter.optional().describe("A further condition for people who may sign in."),
      username: attribute("uid").describe(
        "The attribute that people type as their name; it must find one person only.",
      ),
      scope: searchScope,
      idAttr: attribute("uid").default("uid").describe("The attribute that names a person for ever."),
      emailAttr: attribute("mail")
        .default("mail")
        .describe("The attribute that becomes `kubeflow-userid`; people must not be able to write their own."),
      nameAttr: attribute("cn").default("cn").describe("The attribute with the name to show."),
    })
    .describe("How a person is found."),
  groupSearch: z
    .strictObject({
      baseDN: distinguishedName("ou=groups,dc=example,dc=com").describe("Where groups are."),
      filter: filter.optional().describe("A further condition for groups."),
      scope: searchScope,
      userMatchers: someOf(
        z.strictObject({
          userAttr: attribute("DN").describe(
            "The person's attribute that the group holds; `DN` is the entry's own name.",
          ),
          groupAttr: attribute("member").describe("The group's attribute that holds it."),
          recursionGroupAttr: attribute("member")
            .optional()
            .describe("The attribute by which a group holds other groups, whose members then count. Default: none."),
        }),
        "say at least once how a group holds a person, such as userAttr: DN and groupAttr: member",
      ).describe("How a group holds its members; a person is in every group that one of the entries finds."),
      nameAttr: attribute("cn").default("cn").describe("The attribute that becomes the group's name."),
    })
    .optional()
    .describe("How groups are found; without it nobody has any."),
});

const assertionAttribute = (example: string) =>
  line(`write the name of an attribute of the assertion, such as ${example}`, { longest: 255 });

const saml = z.strictObject({
  type: z.literal("saml").describe("A SAML 2.0 identity provider; its sessions end after `sessions.idToken`."),
  ...common,
  ssoURL: httpsUrl.describe("Where people are sent to, with the binding HTTP-POST."),
  ssoIssuer: line("write the provider's entityID, as its metadata has it").describe(
    "The provider's entityID, which its responses must name as `Issuer`.",
  ),
  signingCertificate: signingPem.describe("The certificate with which the provider signs, or several, as PEM."),
  entityIssuer: line("write the name under which the provider knows this gate, such as its URL")
    .optional()
    .describe(
      "The name of this gate at the provider, the audience of its assertions. Default: `https://<domain>/dex/callback`.",
    ),
  nameIDPolicyFormat: z
    .enum(["persistent", "emailAddress", "unspecified"], "write persistent, emailAddress or unspecified")
    .default("persistent")
    .describe("The format of `NameID`, which becomes the token's `sub`."),
  usernameAttr: assertionAttribute("name").describe("The attribute with the name to show."),
  emailAttr: assertionAttribute("email").describe("The attribute that becomes `kubeflow-userid`."),
  groupsAttr: assertionAttribute("groups")
    .optional()
    .describe("The attribute with the groups, which then every assertion must have. Default: no groups."),
});

/** Another type is one more member. */
export const connector = z.discriminatedUnion("type", [oidc, github, google, microsoft, ldap, saml]);

export type Connector = z.output<typeof connector>;

/** Whether Dex can ask this provider again who may come in: of its connectors of these types all but SAML's can (`RefreshConnector`). */
export function canRefresh({ type }: Connector): boolean {
  return type !== "saml";
}

/** Whether people of this provider can have groups at all. */
export function givesGroups(connector: Connector): boolean {
  switch (connector.type) {
    case "google":
      return false;
    case "ldap":
      return connector.groupSearch !== undefined;
    case "saml":
      return connector.groupsAttr !== undefined;
    case "oidc":
    case "github":
    case "microsoft":
      return true;
  }
}

/** One parenthesised filter: RFC 4515 writes parentheses of a value as \28 and \29, so that the others must match. */
export function isFilter(value: string): boolean {
  if (!filterPattern.test(value)) {
    return false;
  }
  let depth = 0;
  for (let index = 0; index < value.length; index++) {
    depth += value[index] === "(" ? 1 : value[index] === ")" ? -1 : 0;
    if (depth === 0 && index < value.length - 1) {
      return false;
    }
  }
  return depth === 0;
}
