import { directory } from "../beside/servers/directory";
import { connectorClient, loginConnector, loginIssuer } from "../beside/servers/login";
import { publicIssuer } from "../beside/servers/publicIssuer";
import { saml } from "../beside/servers/saml";
import { secretKey, secretNames } from "../beside/servers/company";
import { serverNames } from "../node/layout";
import { audience, unreachableIssuer } from "../platform/stackFile";
import { atServers, given, kubeadmIssuer } from "./inModes";
import { type Mode, theWayIn } from "./mode";

/** A cluster that a cloud runs, as far as the platform can tell. */
export const publicCluster: Mode = {
  name: "public-cluster",
  stack: "dev",
  settings: {
    // Nothing but this, as on EKS, GKE and AKS: the platform knows where the keys are, and the system's store who vouches.
    "machines.cluster": { type: "public", issuer: publicIssuer, audiences: [audience] },
    "machines.issuers": [
      { name: "unreachable", issuer: unreachableIssuer, audiences: [audience], users: ["unreachable:*"] },
    ],
  },
  beside: ["public-issuer"],
  only: ["machines", "fail-closed/network-flows", "login/comes-back"],
  skip: ["machines/cluster-keys", "machines/job"],
  breaks: "own",
  why: "Whose keys istiod believes about the cluster's tokens, fetched from a cloud, shows in tokens and in who connects there.",
};

/** People of a company's directory and of its partners' issuer. */
export const ownDirectory: Mode = {
  name: "own-directory",
  stack: "dev",
  settings: ({ authority }) => ({
    identity: {
      connectors: [
        {
          type: "ldap",
          id: directory.connector,
          name: "Company account",
          host: serverNames.directory,
          ca: given(authority),
          network: atServers,
          bindDN: directory.bindDN,
          bindPassword: { secretName: secretNames.directory, key: secretKey },
          userSearch: {
            baseDN: directory.people,
            filter: "(objectClass=person)",
            username: "uid",
            idAttr: "entryUUID",
          },
          groupSearch: {
            baseDN: directory.groups,
            filter: "(objectClass=groupOfNames)",
            userMatchers: [{ userAttr: "DN", groupAttr: "member" }],
          },
        },
        {
          type: "oidc",
          ...loginConnector,
          name: "Partners",
          issuer: loginIssuer,
          clientId: connectorClient,
          clientSecret: { secretName: secretNames.connector, key: secretKey },
          scopes: ["openid", "profile", "email", "groups"],
          ca: given(authority),
        },
      ],
      emailDomains: ["example.com"],
      allowedGroups: ["ml-engineers", `${loginConnector.groupsPrefix}ml-engineers`],
    },
    // With an issuer outside istiod would be one more part that may connect to any server's HTTPS port.
    "machines.issuers": [],
    "machines.cluster": { type: "selfSigned", issuer: kubeadmIssuer, audiences: [audience] },
  }),
  beside: ["directory", "connector-at-login"],
  only: [
    "redirects/links-of-dex",
    "login/each-person",
    "login/outsider",
    "login/wrong-password",
    "login/browser-sign-in",
    "login/session-refresh",
    "fail-closed/network-flows",
    "fail-closed/secrets-in-the-open",
    ...theWayIn,
  ],
  breaks: "own",
  why: "What Dex makes of the people of its connectors, and whom it asks, shows where they come in; the rest is as in `core`.",
};

/** People whom a company's identity provider sends by SAML. */
export const ownSaml: Mode = {
  name: "own-saml",
  stack: "dev",
  settings: ({ signing }) => ({
    identity: {
      connectors: [
        {
          type: "saml",
          id: saml.connector,
          name: "Company sign-in",
          ssoURL: saml.sso,
          ssoIssuer: saml.entityId,
          entityIssuer: saml.audience,
          signingCertificate: signing,
          usernameAttr: saml.attributes.name,
          emailAttr: saml.attributes.email,
          groupsAttr: saml.attributes.groups,
        },
      ],
      emailDomains: ["example.com"],
      allowedGroups: ["ml-engineers"],
    },
    // SAML knows no refresh.
    sessions: { lifetime: "8h", idToken: "8h" },
  }),
  beside: ["saml-provider"],
  only: [
    "login/each-person",
    "login/outsider",
    "login/forged-assertions",
    "login/browser-sign-in",
    "redirects/links-of-dex",
    "fail-closed/network-flows",
    ...theWayIn,
  ],
  breaks: "own",
  why: "A browser carries what the provider says, so that its signature alone tells who somebody is; the rest is as in `own-directory`.",
};
