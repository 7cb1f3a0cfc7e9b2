import { strict as assert } from "node:assert";
import { crossChecks } from "../../stacks/crossChecks";
import {
  changed,
  everything,
  existing,
  problemsOf,
  production,
  project,
  type Surroundings,
  type Tree,
} from "./fixture";
import * as modes from "./modes";
import {
  connectors,
  givenCa,
  productionWithProvider,
  provider,
  withConnector,
  withPostgres,
  withRedis,
} from "./identities";

interface Case {
  /** What is wrong, as a sentence. */
  name: string;
  /** Settings that pass. */
  base?: () => Tree;
  /** The one change, as path and value; another only where the first needs it to be the only one that is wrong. */
  change: readonly (readonly [path: string, value: unknown])[];
  stack?: string;
  problems: readonly { key: string; value: unknown; mend: string }[];
}

const staff = () => changed(production(), "identity.staticUsers", [{ email: "user@example.com" }]);
const issuer = { name: "cluster", issuer: "https://oidc.example.com", audiences: ["pipelines.kubeflow.org"] };
const people = production().identity as Tree;
/** SAML knows no refresh, so that a session is no longer than its first token. */
const lastingAsLongAs = (type: string, tree: Tree) =>
  type === "saml" ? changed(tree, "sessions.lifetime", "1h") : tree;
const withIssuer = () => changed(production(), "machines.issuers", [issuer]);
const withCluster = () =>
  changed(production(), "machines.cluster", { type: "public", issuer: "https://oidc.example.com", audiences: ["a"] });
const withClient = () =>
  changed(production(), "machines", {
    connectors: [{ id: "jobs", issuer: "https://ci.example.com" }],
    clients: [{ id: "ci", connectors: ["jobs"], users: ["a"] }],
  });

const github = "this lets in jobs of anybody on GitHub: name the owner as far as the slash, such as repo:example/*";
const gitlab =
  "this lets in jobs of anybody on GitLab: name the group as far as the slash, such as project_path:example/*";
const google = "Google gives numbers and addresses that begin alike to anybody: write whole users";
const tenant = "00000000-0000-0000-0000-00000000000a";
const sameUser = (name: string) =>
  `${name} may name the same user, and applications could not tell one from the other: name users that only this issuer has, such as system:serviceaccount:team-a:*, or give an entry of machines.issuers a userPrefix`;
const sameGroup = (giver: string, group: string, id: string) =>
  `the connector ${giver} can give the group ${group}, too, and whoever makes one of that name there comes in: write a prefix of this connector's own, such as ${id}:, here and before its groups in identity.allowedGroups and apps`;
const partners = { ...connector(), id: "partners", issuer: "https://partners.example.org" };
const app = {
  name: "grafana",
  service: { name: "grafana", namespace: "monitoring", port: 80 },
  pods: { labels: { app: "grafana" } },
};
const maybePerson =
  "this may be a person's e-mail address, and whoever has such a token would be that person: name users that no person is";
const knownByAttribute = (attribute: string, id: string) =>
  `people are known by the attribute ${attribute} of ${id}, which may be this, too: name users with a colon, such as system:serviceaccount:team-a:*, or give the issuer a userPrefix`;
const apiServerAudience =
  "every pod's own token has this audience, and whoever takes one from a pod could come in: name an audience that a token must be asked for, such as pipelines.kubeflow.org";
const eks = "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const dualStack = "https://oidc-eks.eu-central-1.api.aws/id/0123456789ABCDEF0123456789ABCDEF";
const gke = "https://container.googleapis.com/v1/projects/example/locations/europe-west1/clusters/ml";
const aks =
  "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/";
const jwks = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig"}]}';

const cases: readonly Case[] = [
  {
    name: "refuse users with a password in prod",
    change: [["identity.staticUsers", [{ email: "user@example.com" }]]],
    problems: [
      {
        key: "identity.staticUsers",
        value: ["user@example.com"],
        mend: "passwords in Dex are for dev only, and this stack is prod: remove the users and add identity.connectors",
      },
    ],
  },
  {
    name: "refuse users with a password in staging",
    stack: "staging",
    change: [["identity.staticUsers", [{ email: "user@example.com" }]]],
    problems: [
      {
        key: "identity.staticUsers",
        value: ["user@example.com"],
        mend: "passwords in Dex are for dev only, and this stack is staging: remove the users and add identity.connectors",
      },
    ],
  },
  ...["staging", "prod"].map((stack) => ({
    name: `refuse the echo in ${stack}`,
    stack,
    change: [["echo.enabled", true]] as const,
    problems: [
      {
        key: "echo.enabled",
        value: true,
        mend: `the echo shows request headers and is for dev only, and this stack is ${stack}: remove the setting`,
      },
    ],
  })),
  {
    name: "refuse a gate that nobody could pass",
    change: [["identity.connectors", []]],
    problems: [{ key: "identity.connectors", value: [], mend: "nobody could sign in: add a connector of type oidc" }],
  },
  {
    name: "offer a user where nobody could sign in to dev",
    stack: "dev",
    change: [["identity.connectors", undefined]],
    problems: [
      {
        key: "identity.connectors",
        value: [],
        mend: "nobody could sign in: add a connector of type oidc, or a user to identity.staticUsers",
      },
    ],
  },
  {
    name: "refuse a gate that everybody could pass",
    change: [["identity.emailDomains", []]],
    problems: [
      {
        key: "identity.emailDomains",
        value: [],
        mend: "everybody whom the provider knows would be let in: name the e-mail domains, or groups in identity.allowedGroups",
      },
    ],
  },
  {
    name: "refuse a user whose e-mail domain is not let in",
    base: staff,
    stack: "dev",
    change: [["identity.staticUsers[0].email", "user@other.example"]],
    problems: [
      {
        key: "identity.staticUsers[0].email",
        value: "user@other.example",
        mend: "this user could not sign in: add other.example to identity.emailDomains",
      },
    ],
  },
  {
    name: "refuse a user who is in none of the groups that are let in",
    base: staff,
    stack: "dev",
    change: [["identity.allowedGroups", ["ml-engineers", "admins"]]],
    problems: [
      {
        key: "identity.staticUsers[0].groups",
        value: [],
        mend: "this user could not sign in: give one of the groups in identity.allowedGroups (ml-engineers, admins)",
      },
    ],
  },
  {
    name: "refuse the same user twice",
    base: staff,
    stack: "dev",
    change: [["identity.staticUsers[1]", { email: "User@example.com" }]],
    problems: [
      {
        key: "identity.staticUsers[1].email",
        value: "User@example.com",
        mend: "name each user once; Dex ignores the case of e-mail addresses",
      },
    ],
  },
  ...["1h", "2h"].map((refresh) => ({
    name: `refuse to renew a token of an hour after ${refresh}`,
    change: [["sessions.refresh", refresh]] as const,
    problems: [
      {
        key: "sessions.refresh",
        value: refresh,
        mend: "must be below sessions.idToken (1h), or the gateway refuses the token before it is renewed",
      },
    ],
  })),
  ...["168h", "12h", "1h1s"].map((lifetime) => ({
    name: `refuse a session of ${lifetime} where SAML alone says who comes in`,
    base: () => changed(changed(production(), "identity.connectors", [connectors.saml]), "sessions.lifetime", "1h"),
    change: [["sessions.lifetime", lifetime]] as const,
    problems: [
      {
        key: "sessions.lifetime",
        value: lifetime,
        mend: "SAML knows no refresh, so that every session ends after sessions.idToken (1h): write the same for both, 24h at the most, or connect the provider by OpenID Connect",
      },
    ],
  })),
  {
    name: "refuse to ask for a refresh token where the provider is said to give one unasked",
    base: () => changed(production(), "identity.connectors[0].offlineAccess", "always"),
    change: [["identity.connectors[0].scopes", ["openid", "email", "offline_access"]]],
    problems: [
      {
        key: "identity.connectors[0].offlineAccess",
        value: "always",
        mend: "a provider that gives refresh tokens always needs no offline_access among the scopes: write scope here, or remove it there",
      },
    ],
  },
  {
    name: "refuse the same of a provider in place of Dex",
    base: () => changed(productionWithProvider(), "identity.provider.scopes", ["openid", "email"]),
    change: [
      ["identity.provider.offlineAccess", "always"],
      ["identity.provider.scopes", ["openid", "email", "offline_access"]],
    ],
    problems: [
      {
        key: "identity.provider.offlineAccess",
        value: "always",
        mend: "a provider that gives refresh tokens always needs no offline_access among the scopes: write scope here, or remove it there",
      },
    ],
  },
  {
    name: "refuse a token that outlives its session",
    change: [["sessions.idToken", "12h1s"]],
    problems: [
      {
        key: "sessions.idToken",
        value: "12h1s",
        mend: "must not outlive the session (sessions.lifetime is 12h)",
      },
    ],
  },
  {
    name: "refuse to renew a certificate before it is issued",
    change: [["certificates.renewBefore", "2160h"]],
    problems: [
      { key: "certificates.renewBefore", value: "2160h", mend: "must be below certificates.duration (2160h)" },
    ],
  },
  {
    name: "refuse a certificate that is shorter than cert-manager issues",
    change: [
      ["certificates.duration", "59m"],
      ["certificates.renewBefore", "30m"],
    ],
    problems: [{ key: "certificates.duration", value: "59m", mend: "cert-manager issues nothing shorter than 1h" }],
  },
  {
    name: "refuse a renewal that is closer to the end than cert-manager accepts",
    change: [["certificates.renewBefore", "4m59s"]],
    problems: [
      { key: "certificates.renewBefore", value: "4m59s", mend: "cert-manager accepts nothing shorter than 5m" },
    ],
  },
  {
    name: "refuse a CA that ends with its certificates",
    change: [["certificates.caDuration", "2160h"]],
    problems: [
      {
        key: "certificates.caDuration",
        value: "2160h",
        mend: "must be above certificates.duration (2160h): a certificate cannot outlive its CA",
      },
    ],
  },
  ...["other.example", "beflow.example.com", "dev.kubeflow.example.com"].map((cookieDomain) => ({
    name: `refuse a session cookie for ${cookieDomain}`,
    change: [["sessions.cookieDomain", cookieDomain]] as const,
    problems: [
      {
        key: "sessions.cookieDomain",
        value: cookieDomain,
        mend: "a browser drops a cookie for a domain that is not the host or its parent (RFC 6265, section 5.3): write kubeflow.example.com or one of its parents",
      },
    ],
  })),
  ...(
    [
      ["kubeflow.co.uk", "co.uk"],
      ["kubeflow.example.github.io", "github.io"],
      ["kubeflow.azurewebsites.net", "azurewebsites.net"],
      ["kubeflow.team.eu-west-1.elb.amazonaws.com", "eu-west-1.elb.amazonaws.com"],
    ] as const
  ).map(([domain, cookieDomain]) => ({
    name: `refuse a session cookie for ${cookieDomain}, below which everybody may have names`,
    change: [
      ["domain", domain],
      ["sessions.cookieDomain", cookieDomain],
    ] as const,
    problems: [
      {
        key: "sessions.cookieDomain",
        value: cookieDomain,
        mend: `a browser drops a cookie for a public suffix, below which everybody may have names (RFC 6265, section 5.3, step 5; https://publicsuffix.org): write ${domain}, or a parent of it that is yours alone`,
      },
    ],
  })),
  {
    name: "refuse a machine issuer twice",
    base: withIssuer,
    change: [["machines.issuers[1]", { ...issuer, name: "again", users: ["b:*"] }]],
    problems: [
      {
        key: "machines.issuers[1].issuer",
        value: "https://oidc.example.com",
        mend: "this issuer is configured already (Dex always is): put all its audiences into one entry",
      },
    ],
  },
  {
    name: "refuse Dex as a machine issuer, which it is already",
    base: withIssuer,
    change: [["machines.issuers[0].issuer", "https://kubeflow.example.com/dex"]],
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value: "https://kubeflow.example.com/dex",
        mend: "this issuer is configured already (Dex always is): put all its audiences into one entry",
      },
    ],
  },
  {
    name: "refuse two machine issuers of one name",
    base: withIssuer,
    change: [["machines.issuers[1]", { ...issuer, issuer: "https://ci.example.com", users: ["b:*"] }]],
    problems: [{ key: "machines.issuers[1].name", value: "cluster", mend: "give each issuer a name of its own" }],
  },
  {
    name: "refuse a CA for keys of a machine issuer that are not fetched",
    base: () => changed(withIssuer(), "machines.issuers[0].jwks", jwks),
    change: [["machines.issuers[0].ca", givenCa]],
    problems: [
      {
        key: "machines.issuers[0].ca.type",
        value: "given",
        mend: "with jwks nothing is fetched, and nobody has to vouch for it: remove ca or jwks",
      },
    ],
  },
  {
    name: "refuse keys of a machine issuer from two places",
    base: () => changed(withIssuer(), "machines.issuers[0].jwks", jwks),
    change: [["machines.issuers[0].jwksUri", "https://oidc.example.com/keys"]],
    problems: [
      {
        key: "machines.issuers[0].jwksUri",
        value: "https://oidc.example.com/keys",
        mend: "keys come from one place: remove jwksUri or jwks",
      },
    ],
  },
  {
    name: "refuse the cluster's issuer among the others, too",
    base: () => changed(withIssuer(), "machines.issuers[0].users", ["b:*"]),
    change: [["machines.cluster", { type: "public", issuer: issuer.issuer, audiences: ["a"] }]],
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value: "https://oidc.example.com",
        mend: "machines.cluster has this issuer already: put all its audiences there",
      },
    ],
  },
  {
    name: "refuse Dex as the cluster's issuer",
    base: withCluster,
    change: [["machines.cluster.issuer", "https://kubeflow.example.com/dex"]],
    problems: [
      {
        key: "machines.cluster.issuer",
        value: "https://kubeflow.example.com/dex",
        mend: "this is Dex, which is configured already: name the cluster's own issuer",
      },
    ],
  },
  ...[
    "https://kubernetes.default.svc",
    "https://kubernetes.default.svc.cluster.local",
    "https://kubernetes.default.svc.cluster.local/",
    "kubernetes.default.svc",
    "https://kubernetes.default",
  ].flatMap((audience) => [
    {
      name: `refuse the API server's audience ${audience} of another issuer`,
      base: withIssuer,
      change: [["machines.issuers[0].audiences", ["a", audience]]] as const,
      problems: [{ key: "machines.issuers[0].audiences[1]", value: audience, mend: apiServerAudience }],
    },
    {
      name: `refuse the API server's audience ${audience} of the cluster`,
      base: withCluster,
      change: [["machines.cluster.audiences", ["a", audience]]] as const,
      problems: [{ key: "machines.cluster.audiences[1]", value: audience, mend: apiServerAudience }],
    },
  ]),
  {
    name: "refuse the cluster's issuer as its audience, which is the API server's default",
    base: withCluster,
    change: [["machines.cluster.audiences", ["https://oidc.example.com"]]],
    problems: [{ key: "machines.cluster.audiences[0]", value: "https://oidc.example.com", mend: apiServerAudience }],
  },
  ...(
    [
      ["EKS", eks, `${eks}/`],
      ["EKS", eks, eks.toLowerCase()],
      ["EKS", eks, eks.replace("/id/", "/")],
      ["EKS", eks, `${eks}/.well-known/openid-configuration`],
      ["EKS", eks, `${dualStack}/`],
      ["EKS", eks, dualStack.replace("/id/", "/")],
      ["GKE", gke, `${gke}/`],
      ["GKE", gke, gke.replace("/v1/", "/v1beta1/")],
      ["GKE", gke, gke.replace("/locations/", "/zones/")],
      ["AKS", aks, aks.slice(0, -1)],
      ["AKS", aks, `${aks}openid/v1/jwks`],
    ] as const
  ).map(([cloud, example, value]) => ({
    name: `refuse ${value} as an issuer of ${cloud}`,
    base: withCluster,
    change: [["machines.cluster.issuer", value]] as const,
    problems: [
      {
        key: "machines.cluster.issuer",
        value,
        mend: `an issuer of ${cloud} is spelled as in ${example}, and tokens are refused unless every character is the same`,
      },
    ],
  })),
  ...(
    [
      ["EKS", eks],
      ["EKS", dualStack],
      ["GKE", gke],
      ["AKS", aks],
    ] as const
  ).map(([cloud, of]) => ({
    name: `refuse ${of} of ${cloud} as a cluster whose keys are at its API server`,
    base: withCluster,
    change: [["machines.cluster", { type: "selfSigned", issuer: of, audiences: ["a"] }]] as const,
    problems: [
      {
        key: "machines.cluster.type",
        value: "selfSigned",
        mend: `the keys of ${cloud} are not at its API server: write public`,
      },
    ],
  })),
  ...["https://kubernetes.default.svc.cluster.local", "https://kubernetes.default.svc", "https://localhost:6443"].map(
    (inside) => ({
      name: `refuse ${inside} as a public issuer`,
      base: withCluster,
      change: [["machines.cluster.issuer", inside]] as const,
      problems: [
        {
          key: "machines.cluster.type",
          value: "public",
          mend: "this host is known inside the cluster only, and nobody vouches for it: write selfSigned, and the keys come from the API server",
        },
      ],
    }),
  ),
  {
    name: "refuse two clients of one id, and oauth2-proxy's",
    base: withClient,
    change: [
      ["machines.clients[1]", { id: "ci", connectors: ["jobs"], users: ["a"] }],
      ["machines.clients[2]", { id: "oauth2-proxy", connectors: ["jobs"], users: ["a"] }],
    ],
    problems: [1, 2].map((index) => ({
      key: `machines.clients[${index}].id`,
      value: index === 1 ? "ci" : "oauth2-proxy",
      mend: "give each client an id of its own; oauth2-proxy is the platform's",
    })),
  },
  {
    name: "refuse a client of a connector that isn't there, or is people's",
    base: withClient,
    change: [["machines.clients[0].connectors", ["jobs", "other", "company"]]],
    problems: ["other", "company"].map((value, index) => ({
      key: `machines.clients[0].connectors[${index + 1}]`,
      value,
      mend: "there is no such connector in machines.connectors; those of people are not for machines",
    })),
  },
  ...["local", "company", "jobs"].map((id) => ({
    name: `refuse a second connector ${id}`,
    base: withClient,
    change: [
      ["machines.connectors[1]", { id, issuer: "https://ci.example.com" }],
      ["machines.clients[0].connectors", [...new Set(["jobs", id])]],
    ] as const,
    problems: [
      {
        key: "machines.connectors[1].id",
        value: id,
        mend: "give each connector an id of its own, also apart from identity.connectors and from local, Dex's passwords",
      },
    ],
  })),
  {
    name: "refuse a connector that no client may use",
    base: withClient,
    change: [["machines.connectors[1]", { id: "spare", issuer: "https://other.example.com" }]],
    problems: [
      {
        key: "machines.connectors[1].id",
        value: "spare",
        mend: "no client may exchange its tokens: name it in machines.clients[].connectors, or remove it",
      },
    ],
  },
  ...(
    [
      ["https://kubeflow.example.com/dex", "Dex itself"],
      ["https://oidc.example.com", "an issuer of machines.issuers"],
      ["https://cluster.example.com", "the issuer of machines.cluster"],
    ] as const
  ).map(([value, where]) => ({
    name: `refuse ${where} behind Dex, too`,
    base: () =>
      changed(changed(withClient(), "machines.issuers", [{ ...issuer, users: ["b:*"] }]), "machines.cluster", {
        type: "public",
        issuer: "https://cluster.example.com",
        audiences: ["a"],
      }),
    change: [["machines.connectors[0].issuer", value]] as const,
    problems: [
      {
        key: "machines.connectors[0].issuer",
        value,
        mend: `this is ${where}: let its tokens come in either as they are, or through Dex`,
      },
    ],
  })),
  {
    name: "refuse two connectors of one id",
    change: [["identity.connectors[1]", (production().identity as { connectors: unknown[] }).connectors[0]]],
    problems: [{ key: "identity.connectors[1].id", value: "company", mend: "give each connector an id of its own" }],
  },
  {
    name: "refuse Dex as its own identity provider",
    change: [["identity.connectors[0].issuer", "https://kubeflow.example.com/dex"]],
    problems: [
      {
        key: "identity.connectors[0].issuer",
        value: "https://kubeflow.example.com/dex",
        mend: "this is Dex itself, which would send people round in circles: name the provider behind it",
      },
    ],
  },
  ...(
    [
      ["0.0.0.0/0", "169.254.169.254"],
      ["169.254.169.254/32", "169.254.169.254"],
      ["169.254.0.0/16", "169.254.169.254"],
      ["::/0", "fd00:ec2::254"],
      ["fd20::/16", "fd20:ce::254"],
      ["169.254.170.23/32", "169.254.170.23"],
      ["fd00:ec2::23/128", "fd00:ec2::23"],
      ["169.254.170.2/32", "169.254.170.2"],
      ["169.254.169.252/32", "169.254.169.252"],
    ] as const
  ).map(([cidr, server]) => ({
    name: `refuse ${cidr} as the API server's, since it opens the metadata server`,
    change: [["cluster.apiServer.cidrs", ["10.0.0.0/16", cidr]]] as const,
    problems: [
      {
        key: "cluster.apiServer.cidrs[1]",
        value: cidr,
        mend: `this block holds ${server}, where clouds hand out credentials: name the API server's own addresses`,
      },
    ],
  })),
  ...(
    [
      ["169.254.0.0/16", "169.254.169.254"],
      ["169.254.169.254/31", "169.254.169.254"],
      ["169.254.170.0/24", "169.254.170.23"],
      ["fd00:ec2::/64", "fd00:ec2::254"],
      ["0.0.0.0/0", "169.254.169.254"],
    ] as const
  ).flatMap(([cidr, server]) =>
    [[53], [53, 80]].map((ports) => ({
      name: `refuse ${cidr} as resolvers at ${ports.join(" and ")}, since it opens the metadata server`,
      change: [
        ["cluster.dns.addresses", ["169.254.20.10/32", cidr]],
        ["cluster.dns.ports", ports],
      ] as const,
      problems: [
        {
          key: "cluster.dns.addresses[1]",
          value: cidr,
          mend: `this block holds ${server}, where clouds hand out credentials: name the resolvers' own addresses`,
        },
      ],
    })),
  ),
  ...["169.254.169.254/32", "169.254.169.252/32", "fd20:ce::254/128"].map((cidr) => ({
    name: `refuse ${cidr} as a resolver at another port than that of names`,
    change: [
      ["cluster.dns.addresses", [cidr]],
      ["cluster.dns.ports", [53, 80]],
    ] as const,
    problems: [
      {
        key: "cluster.dns.addresses[0]",
        value: cidr,
        mend: "clouds hand out credentials at this address: where it resolves names, write 53 alone in cluster.dns.ports (53, 80)",
      },
    ],
  })),
  ...(
    [
      ["identity.connectors[0]", "directory's", () => withConnector("ldap")],
      ["identity.provider.storage", "database's", withPostgres],
      ["sessions.storage", "server's", withRedis],
    ] as const
  ).map(([at, whose, base]) => ({
    name: `refuse everything as the addresses of ${at}`,
    base,
    stack: "dev",
    change: [[`${at}.network.cidrs`, ["0.0.0.0/0"]]] as const,
    problems: [
      {
        key: `${at}.network.cidrs[0]`,
        value: "0.0.0.0/0",
        mend: `this block holds 169.254.169.254, where clouds hand out credentials: name the ${whose} own addresses`,
      },
    ],
  })),
  ...(
    [
      ["10.0.0.0/8", 16],
      ["10.0.0.0/15", 16],
      ["2001:db8::/32", 48],
    ] as const
  ).map(([cidr, most]) => ({
    name: `refuse ${cidr} as the API server's, since a whole network would be open`,
    change: [["cluster.apiServer.cidrs", ["172.18.0.0/16", "2001:db8:1::/48", cidr]]] as const,
    problems: [
      {
        key: "cluster.apiServer.cidrs[2]",
        value: cidr,
        mend: `this block is wider than any server's network, and all of it would be open: name the API server's own addresses, in blocks of /${most} or narrower`,
      },
    ],
  })),
  ...(
    [
      ["identity.connectors[0]", "directory's", () => withConnector("ldap")],
      ["identity.provider.storage", "database's", withPostgres],
      ["sessions.storage", "server's", withRedis],
    ] as const
  ).map(([at, whose, base]) => ({
    name: `refuse a company's whole network as the addresses of ${at}`,
    base,
    stack: "dev",
    change: [[`${at}.network.cidrs`, ["10.0.0.0/8"]]] as const,
    problems: [
      {
        key: `${at}.network.cidrs[0]`,
        value: "10.0.0.0/8",
        mend: `this block is wider than any server's network, and all of it would be open: name the ${whose} own addresses, in blocks of /16 or narrower`,
      },
    ],
  })),
  ...(
    [
      ["google", connectors.google, "remove the groups, or use another connector"],
      ["ldap", { ...connectors.ldap, groupSearch: undefined }, "add groupSearch"],
      ["saml", { ...connectors.saml, groupsAttr: undefined }, "add groupsAttr"],
    ] as const
  ).map(([type, connector, mend]) => ({
    name: `refuse groups where a connector of type ${type} gives none`,
    base: () => changed(changed(production(), "sessions.idToken", "12h"), "identity.allowedGroups", ["ml-engineers"]),
    change: [["identity.connectors", [connector]]] as const,
    problems: [
      {
        key: "identity.connectors[0].type",
        value: type,
        mend: `its people have no groups, so that identity.allowedGroups (ml-engineers) lets none of them in: ${mend}`,
      },
    ],
  })),
  ...(
    [
      [
        "github",
        connectors.github,
        "ml-engineers",
        "organizations",
        "write groups as organisation:team, of its organizations and teams, such as example:ml-engineers",
      ],
      [
        "microsoft",
        connectors.microsoft,
        "ml-engineers",
        "groupNameFormat",
        "write object IDs of groups, or groupNameFormat: name",
      ],
      [
        "oidc",
        { ...connectors.oidc, groupsPrefix: "partners:" },
        "ml-engineers",
        "groupsPrefix",
        "write groups with this prefix, or remove it",
      ],
    ] as const
  ).flatMap(([type, connector, group, setting, mend]) => [
    {
      name: `refuse the group ${group} alone where a connector of type ${type} has others`,
      change: [
        ["identity.connectors", [connector]],
        ["identity.allowedGroups", [group]],
      ] as const,
      problems: [
        {
          key: `identity.connectors[0].${setting}`,
          value: (connector as Tree)[setting],
          mend: `its people have other groups, so that identity.allowedGroups (${group}) lets none of them in: ${mend}`,
        },
      ],
    },
    {
      name: `refuse an application for the group ${group} alone where people of type ${type} have others`,
      base: () => changed(production(), "apps", [app]),
      change: [
        ["identity.connectors", [connector]],
        ["apps[0].groups", [group]],
      ] as const,
      problems: [
        {
          key: "apps[0].groups",
          value: [group],
          mend: `nobody who signs in can have one of these, so that grafana is open to nobody: ${mend}`,
        },
      ],
    },
  ]),
  {
    name: "refuse connectors beside a provider in place of Dex",
    base: productionWithProvider,
    change: [["identity.connectors", [connectors.google]]],
    problems: [
      {
        key: "identity.connectors",
        value: ["google"],
        mend: "connectors are Dex's, and identity.provider takes its place: remove one of the two",
      },
    ],
  },
  {
    name: "refuse Dex's users beside a provider in its place",
    base: productionWithProvider,
    stack: "dev",
    change: [["identity.staticUsers", [{ email: "user@example.com" }]]],
    problems: [
      {
        key: "identity.staticUsers",
        value: ["user@example.com"],
        mend: "these users are Dex's, and identity.provider takes its place: remove one of the two",
      },
    ],
  },
  {
    name: "refuse e-mail domains in a claim that nobody verifies",
    base: productionWithProvider,
    change: [["identity.provider.userClaim", "preferred_username"]],
    problems: [
      {
        key: "identity.emailDomains",
        value: ["example.com"],
        mend: "nobody verifies the domain in the claim preferred_username, because oauth2-proxy looks at email_verified for email alone: write userClaim: email, or name groups in identity.allowedGroups and no domains",
      },
    ],
  },
  ...["*", "ml-*", "*-engineers"].map((group) => ({
    name: `refuse the group ${group}, which the gateway would take for many`,
    base: productionWithProvider,
    change: [["identity.allowedGroups", ["admins", group]]] as const,
    problems: [
      {
        key: "identity.allowedGroups[1]",
        value: group,
        mend: "with identity.provider in place of Dex a group must not begin or end with an asterisk",
      },
    ],
  })),
  {
    name: "refuse to hand the ID token to anybody but the provider",
    base: productionWithProvider,
    change: [["identity.provider.backendLogoutUrl", "https://logout.example.org/?id_token_hint={id_token}"]],
    problems: [
      {
        key: "identity.provider.backendLogoutUrl",
        value: "https://logout.example.org/?id_token_hint={id_token}",
        mend: "the ID token is for the provider alone: name an address at https://login.example.com",
      },
    ],
  },
  {
    name: "refuse jobs' tokens where there is no Dex to exchange them",
    base: productionWithProvider,
    change: [
      ["machines.connectors", [{ id: "github-actions", issuer: "https://token.actions.githubusercontent.com" }]],
      ["machines.clients", [{ id: "ci", connectors: ["github-actions"], users: ["repo:example/pipelines:*"] }]],
    ],
    problems: [
      ...(["connectors", "clients"] as const).map((part) => ({
        key: `machines.${part}`,
        value: [part === "clients" ? "ci" : "github-actions"],
        mend: "Dex exchanges jobs' tokens, and identity.provider takes its place: name the jobs' issuer in machines.issuers, or use Dex",
      })),
    ],
  },
  {
    name: "refuse to ask a provider for no ID token",
    base: productionWithProvider,
    change: [["identity.provider.scopes", ["email"]]],
    problems: [
      {
        key: "identity.provider.scopes",
        value: ["email"],
        mend: "write a list with openid, without which a provider gives no ID token (OpenID Connect Core 1.0, section 3.1.2.1)",
      },
    ],
  },
  {
    name: "refuse to renew a provider's token after its end",
    base: productionWithProvider,
    change: [["identity.provider.idTokenLifetime", "45m"]],
    problems: [
      {
        key: "sessions.refresh",
        value: "45m",
        mend: "must be below identity.provider.idTokenLifetime (45m), or the gateway refuses the token before it is renewed",
      },
    ],
  },
  ...(
    [
      ["system:serviceaccount:*", "cluster"],
      ["system:serviceaccount:team-a:*", "cluster"],
      ["system:serviceaccount:team-a:ci", "cluster"],
    ] as const
  ).map(([user, name]) => ({
    name: `refuse that two issuers may name ${user}`,
    base: withIssuer,
    change: [
      ["machines.issuers[1]", { ...issuer, issuer: "https://b.example.com", name: "b", users: [user] }],
    ] as const,
    problems: [{ key: "machines.issuers[1].users[0]", value: user, mend: sameUser(name) }],
  })),
  {
    name: "refuse an account of the cluster's own of another issuer",
    base: () =>
      changed(withCluster(), "machines.issuers", [{ ...issuer, issuer: "https://b.example.com", users: ["b:*"] }]),
    change: [["machines.issuers[0].users", ["system:serviceaccount:team-a:ci"]]],
    problems: [
      {
        key: "machines.issuers[0].users[0]",
        value: "system:serviceaccount:team-a:ci",
        mend: sameUser("machines.cluster"),
      },
    ],
  },
  ...(
    [
      ["user@example.com", "sub"],
      ["User@Example.com", "email"],
      ["a*", "email"],
      ["build@*", "email"],
    ] as const
  ).map(([user, userClaim]) => ({
    name: `refuse ${user} as a machine by ${userClaim}, which may be a person`,
    base: withIssuer,
    change: [["machines.issuers[0]", { ...issuer, userClaim, users: [user] }]] as const,
    problems: [{ key: "machines.issuers[0].users[0]", value: user, mend: maybePerson }],
  })),
  {
    name: "refuse a person's address as a job's user",
    base: withClient,
    change: [["machines.clients[0].users", ["user@example.com"]]],
    problems: [{ key: "machines.clients[0].users[0]", value: "user@example.com", mend: maybePerson }],
  },
  {
    name: "refuse beginnings of addresses as jobs' users",
    base: withClient,
    change: [
      ["machines.connectors[0].userClaim", "email"],
      ["machines.clients[0].users", ["a*"]],
    ],
    problems: [{ key: "machines.clients[0].users[0]", value: "a*", mend: maybePerson }],
  },
  ...(
    [
      ["https://token.actions.githubusercontent.com", "repo:*", github],
      ["https://token.actions.githubusercontent.com", "repo:example*", github],
      ["https://token.actions.githubusercontent.com", "r*", github],
      ["https://gitlab.com", "project_path:*", gitlab],
      ["https://accounts.google.com", "1*", google],
    ] as const
  ).flatMap(([of, user, mend]) => [
    {
      name: `refuse everybody of ${of} by ${user}`,
      base: withIssuer,
      change: [["machines.issuers[0]", { ...issuer, issuer: of, users: [user] }]] as const,
      problems: [{ key: "machines.issuers[0].users[0]", value: user, mend }],
    },
    {
      name: `refuse everybody of ${of} by ${user} behind Dex`,
      base: withClient,
      change: [
        ["machines.connectors[0].issuer", of],
        ["machines.clients[0].users[0]", user],
      ] as const,
      problems: [{ key: "machines.clients[0].users[0]", value: user, mend }],
    },
  ]),
  ...(
    [
      ["bot@other.example", []],
      ["a*", []],
      ["bot@*", []],
      ["a*", ["example.com"]],
      ["build@exa*", ["example.com"]],
    ] as const
  ).map(([user, emailDomains]) => ({
    name: `refuse ${user} as a machine, which a person may be where ${emailDomains.join() || "groups alone"} may sign in`,
    base: () => changed(withIssuer(), "identity", { ...people, emailDomains, allowedGroups: ["ml-engineers"] }),
    change: [["machines.issuers[0].users", [user]]] as const,
    problems: [{ key: "machines.issuers[0].users[0]", value: user, mend: maybePerson }],
  })),
  {
    name: "refuse a machine without a colon where people are known by another claim than email",
    base: () => {
      const base = changed(productionWithProvider(), "machines.issuers", [{ ...issuer, users: ["b:ci"] }]);
      return changed(changed(base, "identity.emailDomains", undefined), "identity.allowedGroups", ["ml-engineers"]);
    },
    change: [
      ["identity.provider.userClaim", "sub"],
      ["machines.issuers[0].users", ["ci", "b:ci"]],
    ],
    problems: [
      {
        key: "machines.issuers[0].users[0]",
        value: "ci",
        mend: "people are known by the claim sub, which may be this, too: name users with a colon, such as system:serviceaccount:team-a:*, or give the issuer a userPrefix",
      },
    ],
  },
  ...(
    [
      ["ldap", "userSearch.emailAttr", "uid", "directory"],
      ["ldap", "userSearch.emailAttr", "userPrincipalName", "directory"],
      ["saml", "emailAttr", "uid", "saml"],
      ["saml", "emailAttr", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "saml"],
    ] as const
  ).flatMap(([type, setting, attribute, id]) => [
    {
      name: `refuse a machine without a colon where people of ${type} are known by ${attribute}`,
      base: () =>
        changed(
          changed(lastingAsLongAs(type, withIssuer()), "identity.connectors", [connectors[type]]),
          "machines.issuers[0].users",
          ["b:ci"],
        ),
      change: [
        [`identity.connectors[0].${setting}`, attribute],
        ["machines.issuers[0].users", ["alice", "b:ci"]],
      ] as const,
      problems: [{ key: "machines.issuers[0].users[0]", value: "alice", mend: knownByAttribute(attribute, id) }],
    },
    {
      name: `refuse a job without a colon where people of ${type} are known by ${attribute}`,
      base: () => changed(lastingAsLongAs(type, withClient()), "identity.connectors", [connectors[type]]),
      change: [
        [`identity.connectors[0].${setting}`, attribute],
        ["machines.clients[0].users", ["alice*"]],
      ] as const,
      problems: [{ key: "machines.clients[0].users[0]", value: "alice*", mend: knownByAttribute(attribute, id) }],
    },
  ]),
  {
    name: "refuse two issuers of one prefix and one user",
    base: withIssuer,
    change: [
      ["machines.issuers[0].userPrefix", "b:"],
      ["machines.issuers[1]", { ...issuer, issuer: "https://b.example.com", name: "b", userPrefix: "b:" }],
    ],
    problems: [{ key: "machines.issuers[1].users[0]", value: "system:serviceaccount:*", mend: sameUser("cluster") }],
  },
  {
    name: "refuse a user that is another issuer's with its prefix",
    base: withIssuer,
    change: [
      ["machines.issuers[0].userPrefix", "b:"],
      ["machines.issuers[1]", { ...issuer, issuer: "https://b.example.com", name: "b", users: ["b:system:*"] }],
    ],
    problems: [{ key: "machines.issuers[1].users[0]", value: "b:system:*", mend: sameUser("cluster") }],
  },
  {
    name: "refuse a client for two issuers, of which each could name the other's users",
    base: withClient,
    change: [
      ["machines.connectors[1]", { id: "more", issuer: "https://more.example.com" }],
      ["machines.clients[0].connectors", ["jobs", "more"]],
    ],
    problems: [
      {
        key: "machines.clients[0].connectors",
        value: ["jobs", "more"],
        mend: "these are of several issuers, of which each could name the other's users: give each issuer a client of its own",
      },
    ],
  },
  {
    name: "refuse one user to clients of two issuers",
    base: withClient,
    change: [
      ["machines.connectors[1]", { id: "more", issuer: "https://more.example.com" }],
      ["machines.clients[1]", { id: "nightly", connectors: ["more"], users: ["a"] }],
    ],
    problems: [{ key: "machines.clients[1].users[0]", value: "a", mend: sameUser("ci") }],
  },
  ...(
    [
      ["ml", [partners], 1, "company", "partners"],
      ["ml", [connectors.ldap], 0, "directory", "company"],
      ["ml", [connectors.saml], 0, "saml", "company"],
      ["ml", [{ ...connectors.microsoft, groupNameFormat: "name" }], 0, "entra", "company"],
      [tenant, [connectors.microsoft], 0, "entra", "company"],
      ["example:ml-engineers", [connectors.github], 0, "github", "company"],
      ["partners:ml", [{ ...partners, groupsPrefix: "partners:" }], 0, "partners", "company"],
    ] as const
  ).flatMap(([group, others, at, giver, id]) =>
    ["identity.allowedGroups", "apps[0].groups"].map((setting) => ({
      name: `refuse ${group} in ${setting}, which ${giver} and another connector can give`,
      base: () => (setting.startsWith("apps") ? changed(production(), "apps", [app]) : production()),
      change: [
        ["identity.connectors", [connector(), ...others]],
        [setting, [group]],
      ] as const,
      problems: [
        { key: `identity.connectors[${at}].groupsPrefix`, value: undefined, mend: sameGroup(giver, group, id) },
      ],
    })),
  ),
  ...(
    [
      ["b:ml", { ...partners, groupsPrefix: "b:" }, "b:", "company"],
      ["example:ml-engineers", connectors.github, "example:", "github"],
    ] as const
  ).map(([group, other, groupsPrefix, giver]) => ({
    name: `refuse the prefix ${groupsPrefix}, behind which ${other.id} can give ${group}, too`,
    change: [
      ["identity.connectors", [{ ...connector(), groupsPrefix }, other]],
      ["identity.allowedGroups", [group]],
    ] as const,
    problems: [
      other === connectors.github
        ? {
            key: "identity.connectors[0].groupsPrefix",
            value: groupsPrefix,
            mend: sameGroup(giver, group, "company"),
          }
        : { key: "identity.connectors[1].groupsPrefix", value: "b:", mend: sameGroup(giver, group, "partners") },
    ],
  })),
  {
    name: "refuse a job that may be called like an account of the cluster",
    base: () => ({ ...withClient(), machines: { ...(withClient().machines as object), issuers: [issuer] } }),
    change: [["machines.clients[0].users[0]", "system:serviceaccount:team-a:ci"]],
    problems: [
      { key: "machines.clients[0].users[0]", value: "system:serviceaccount:team-a:ci", mend: sameUser("cluster") },
    ],
  },
  ...(
    [
      ["google", undefined, "https://accounts.google.com"],
      ["microsoft", undefined, "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000001/v2.0"],
      ["microsoft", tenant, `https://login.microsoftonline.com/${tenant}/v2.0`],
      ["microsoft", tenant, `https://sts.windows.net/${tenant}/`],
    ] as const
  ).map(([type, id, value]) => ({
    name: `refuse ${value} of machines beside people's connector of type ${type}`,
    base: () =>
      changed(
        id === undefined ? withConnector(type) : changed(withConnector(type), "identity.connectors[0].tenant", id),
        "machines.issuers",
        [{ ...issuer, users: ["b"] }],
      ),
    change: [["machines.issuers[0].issuer", value]] as const,
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value,
        mend: "people sign in with this issuer, and its tokens for other clients would come in past their groups and domains: give machines an issuer of their own",
      },
    ],
  })),
  {
    name: "refuse the issuer that people sign in with as one of machines",
    base: withIssuer,
    change: [["machines.issuers[0].issuer", "https://login.example.com"]],
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value: "https://login.example.com",
        mend: "people sign in with this issuer, and its tokens for other clients would come in past their groups and domains: give machines an issuer of their own",
      },
    ],
  },
  {
    name: "refuse the issuer that people sign in with behind a job's connector",
    base: withClient,
    change: [["machines.connectors[0].issuer", "https://login.example.com"]],
    problems: [
      {
        key: "machines.connectors[0].issuer",
        value: "https://login.example.com",
        mend: "people sign in with this issuer, and a person's token could be exchanged for a machine's: give machines an issuer of their own",
      },
    ],
  },
  ...["https://kubernetes.default.svc.cluster.local", "https://localhost:6443"].map((value) => ({
    name: `refuse to fetch keys from ${value}`,
    base: withIssuer,
    change: [["machines.issuers[0].issuer", value]] as const,
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value,
        mend: "this host is known inside the cluster only, and nobody vouches for it: write machines.cluster of type selfSigned, or give the keys as jwks",
      },
    ],
  })),
  ...[
    "https://oidc.example.com",
    "k3s",
    "rke2",
    "istio-ca",
    "sts.amazonaws.com",
    "https://ml-1.hcp.westeurope.azmk8s.io",
  ].map((value) => ({
    name: `refuse the audience ${value}, which other tokens have`,
    base: withIssuer,
    change: [["machines.issuers[0].audiences", [value]]] as const,
    problems: [{ key: "machines.issuers[0].audiences[0]", value, mend: apiServerAudience }],
  })),
  {
    name: "refuse a refresh after the session's end, with a provider in place of Dex",
    base: () => changed(productionWithProvider(), "identity.provider.idTokenLifetime", "24h"),
    change: [["sessions.refresh", "13h"]],
    problems: [
      {
        key: "sessions.refresh",
        value: "13h",
        mend: "must be below sessions.lifetime (12h), or oauth2-proxy does not start",
      },
    ],
  },
  {
    name: "refuse the provider as a machine issuer, which it is already",
    base: productionWithProvider,
    change: [["machines.issuers", [{ ...issuer, issuer: provider.issuer }]]],
    problems: [
      {
        key: "machines.issuers[0].issuer",
        value: provider.issuer,
        mend: "this issuer is configured already (identity.provider always is): put all its audiences into one entry",
      },
    ],
  },
  {
    name: "refuse an autoscaler whose fewest are above its most",
    change: [["ingress.replicas.max", 2]],
    problems: [{ key: "ingress.replicas.min", value: 3, mend: "must not be above ingress.replicas.max (2)" }],
  },
  {
    name: "refuse a single gateway pod in prod",
    change: [["ingress.replicas.min", 1]],
    problems: [
      {
        key: "ingress.replicas.min",
        value: 1,
        mend: "with one gateway pod every node drain closes the gate: write 2 or more in prod",
      },
    ],
  },
  {
    name: "refuse a single pod for sign-in in prod",
    change: [["replicas", 1]],
    problems: [
      { key: "replicas", value: 1, mend: "with one pod every node drain ends sign-in: write 2 or more in prod" },
    ],
  },
  {
    name: "refuse one node port for HTTP and HTTPS",
    stack: "dev",
    change: [["ingress.service.nodePorts.https", 30080]],
    problems: [
      {
        key: "ingress.service.nodePorts.https",
        value: 30080,
        mend: "plain HTTP has this port already: write another one",
      },
    ],
  },
  ...(
    [
      ["ingress.hsts.includeSubdomains", false],
      ["ingress.hsts.maxAge", "8759h59m59s"],
    ] as const
  ).map(([path, value]) => ({
    name: `refuse preloading with ${path} ${value}`,
    base: () => changed(production(), "ingress.hsts.preload", true),
    change: [[path, value]] as const,
    problems: [
      {
        key: "ingress.hsts.preload",
        value: true,
        mend: "browsers' preload lists ask for includeSubdomains: true and maxAge of at least 8760h",
      },
    ],
  })),
  ...["auth", "cert-manager", "gatehouse-echo", "ingress", "istio-cni", "istio-system", "kube-system"].map(
    (namespace) => ({
      name: `refuse ${namespace} as an application's namespace`,
      change: [["ingress.applicationNamespaces", ["kubeflow", namespace]]] as const,
      problems: [
        {
          key: "ingress.applicationNamespaces[1]",
          value: namespace,
          mend: "this namespace belongs to the platform and has its routes already: name the namespaces of applications",
        },
      ],
    }),
  ),
  ...(
    [
      ["istio.namespace", "ingress"],
      ["istio.namespace", "gatehouse-keys"],
      ["certManager.namespace", "auth"],
      ["certManager.clusterResourceNamespace", "gatehouse-echo"],
    ] as const
  ).map(([path, value]) => ({
    name: `refuse ${path} ${value}, which the program makes itself`,
    base: existing,
    change: [[path, value]] as const,
    problems: [
      {
        key: path,
        value,
        mend: "this program makes this namespace itself, and closes it: name the one that exists already",
      },
    ],
  })),
  {
    name: "refuse an existing cert-manager where the program installs Istio",
    base: () => changed(existing(), "istio", undefined),
    change: [["certManager.namespace", "istio-system"]],
    problems: [
      {
        key: "certManager.namespace",
        value: "istio-system",
        mend: "this program makes this namespace itself, and closes it: name the one that exists already",
      },
    ],
  },
  {
    name: "refuse an existing Istio where the program installs cert-manager",
    base: () => changed(existing(), "certManager", undefined),
    change: [["istio.namespace", "cert-manager"]],
    problems: [
      {
        key: "istio.namespace",
        value: "cert-manager",
        mend: "this program makes this namespace itself, and closes it: name the one that exists already",
      },
    ],
  },
  {
    name: "refuse an exception from policies that the program doesn't have",
    base: existing,
    change: [["network.metadataExceptions", [{ namespace: "cert-manager", reason: "DNS-01 with workload identity." }]]],
    problems: [
      {
        key: "network.metadataExceptions[0]",
        value: "cert-manager",
        mend: "this program has no policies for a cert-manager that exists already: remove the exception, and let it through there",
      },
    ],
  },
  ...["mesh", "certificates", "certificates-of-the-cluster", "gatehouse-keys"].map((namespace) => ({
    name: `refuse ${namespace} as an application's namespace, where something exists already`,
    base: () => changed(existing(), "certManager.clusterResourceNamespace", "certificates-of-the-cluster"),
    change: [["ingress.applicationNamespaces", ["kubeflow", namespace]]] as const,
    problems: [
      {
        key: "ingress.applicationNamespaces[1]",
        value: namespace,
        mend: "this namespace belongs to the platform and has its routes already: name the namespaces of applications",
      },
    ],
  })),
];

describe("cross-checks", () => {
  for (const { name, base = production, change, stack = "prod", problems } of cases) {
    it(name, () => {
      assert.deepEqual(problemsOf(base(), { stack: base === staff ? "dev" : stack }), [], "the base passes");
      const settings = change.reduce((inner, [path, value]) => changed(inner, path, value), base());
      assert.deepEqual(
        problemsOf(settings, { stack }),
        problems.map(({ key, value, mend }) => ({
          key: `${project}:${key}`,
          value: value === undefined ? "(not set)" : JSON.stringify(value),
          mend,
        })),
      );
    });
  }

  const allowed: [name: string, change: [path: string, value: unknown][], surroundings?: Surroundings][] = [
    ["a token as long as its session", [["sessions.idToken", "12h"]]],
    [
      "a week's session with SAML beside a provider that can be asked again",
      [
        ["identity.connectors", [connectors.saml, connectors.google]],
        ["sessions.lifetime", "168h"],
      ],
    ],
    [
      "a token of SAML's as long as its session",
      [
        ["identity.connectors", [connectors.saml]],
        ["sessions.idToken", "12h"],
      ],
    ],
    ["a week's session with scopes that name no refresh token", [["sessions.lifetime", "168h"]]],
    ["a cookie for the host itself", [["sessions.cookieDomain", "kubeflow.example.com"]]],
    ["a cookie for the host's parent", [["sessions.cookieDomain", "example.com"]]],
    [
      "a cookie for a name below a public suffix",
      [
        ["domain", "kubeflow.example.co.uk"],
        ["sessions.cookieDomain", "example.co.uk"],
      ],
    ],
    [
      "a host that is a public suffix, for which browsers keep the cookie alone",
      [["domain", "ec2-192-0-2-1.eu-west-1.compute.amazonaws.com"]],
    ],
    [
      "groups in place of e-mail domains",
      [
        ["identity.emailDomains", []],
        ["identity.allowedGroups", ["ml-engineers"]],
      ],
    ],
    [
      "Workload Identity without an exception, where cert-manager is somebody else's",
      [
        ["certManager", { type: "existing", namespace: "certificates" }],
        ["certificates.edge", (modes.gke().certificates as Tree).edge],
      ],
    ],
    ["single pods outside prod", [["replicas", 1]], { stack: "staging" }],
    ["two connectors of one provider", [["identity.connectors[1]", { ...connector(), id: "partners" }]]],
    ...(
      [
        ["of one provider", "ml", [{ ...connector(), id: "again" }]],
        ["of which one has a prefix", "ml", [{ ...partners, groupsPrefix: "partners:" }]],
        ["of which the other gives its own teams only", "ml", [connectors.github]],
        ["of which the other gives none", "ml", [{ ...connectors.ldap, groupSearch: undefined }]],
      ] as const
    ).map(([name, group, others]): [string, [string, unknown][]] => [
      `a group of two connectors ${name}`,
      [
        ["apps", [{ ...app, groups: [group] }]],
        ["identity.connectors", [connector(), ...others]],
      ],
    ]),
    [
      "a group of two connectors that have no prefix at Dex",
      [
        ["identity.allowedGroups", ["ml"]],
        ["identity.connectors", [connectors.ldap, connectors.saml]],
      ],
    ],
    ["equal node ports that nobody opens", [["ingress.service.nodePorts.https", 30080]]],
    ["preloading after a year with subdomains", [["ingress.hsts", { preload: true, maxAge: "8760h" }]]],
    ["the shortest certificates", [["certificates", { duration: "1h", renewBefore: "5m", caDuration: "1h1s" }]]],
    [
      "jobs of one owner at a public issuer",
      [
        [
          "machines.issuers",
          [
            {
              ...issuer,
              name: "gh",
              issuer: "https://token.actions.githubusercontent.com",
              users: ["repo:example/*", "repo:other/pipelines:ref:refs/heads/main"],
            },
            { ...issuer, name: "gl", issuer: "https://gitlab.com", users: ["project_path:example/*"] },
            { ...issuer, name: "google", issuer: "https://accounts.google.com", users: ["107517467455664443766"] },
          ],
        ],
      ],
    ],
    [
      "accounts of two clusters that a prefix tells apart, and addresses behind one",
      [
        [
          "machines.issuers",
          [
            issuer,
            { ...issuer, name: "b", issuer: "https://b.example.com", userPrefix: "b:" },
            {
              ...issuer,
              name: "c",
              issuer: "https://c.example.com",
              userPrefix: "c:",
              userClaim: "email",
              users: ["build@*", "user@example.com"],
            },
          ],
        ],
      ],
    ],
    ...(
      [
        ["ldap", "userSearch.emailAttr", "mail"],
        ["ldap", "userSearch.emailAttr", "Mail"],
        ["saml", "emailAttr", "emailAddress"],
        ["saml", "emailAttr", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"],
        ["saml", "emailAttr", "urn:oid:0.9.2342.19200300.100.1.3"],
      ] as const
    ).map(([type, setting, attribute]): (typeof allowed)[number] => [
      `a machine without a colon where people of ${type} are known by ${attribute}`,
      [
        ["identity.connectors", [connectors[type]]],
        ...(type === "saml" ? [["sessions.lifetime", "1h"] as [string, unknown]] : []),
        [`identity.connectors[0].${setting}`, attribute],
        ["machines.issuers", [{ ...issuer, users: ["ci"] }]],
      ],
    ]),
    [
      "a machine behind a prefix where people are known by another attribute than an address",
      [
        ["identity.connectors", [connectors.ldap]],
        ["identity.connectors[0].userSearch.emailAttr", "uid"],
        ["machines.issuers", [{ ...issuer, users: ["ci"], userPrefix: "b:" }]],
      ],
    ],
    [
      "two clients for the jobs of one issuer",
      [
        [
          "machines",
          {
            connectors: ["jobs", "more"].map((id) => ({ id, issuer: "https://ci.example.com" })),
            clients: [
              { id: "ci", connectors: ["jobs", "more"], users: ["a"] },
              { id: "nightly", connectors: ["more"], users: ["a"] },
            ],
          },
        ],
      ],
    ],
    ["link-local addresses that hold no metadata server", [["cluster.apiServer.cidrs", ["169.254.2.0/24"]]]],
    [
      "Google Cloud's resolver, which is its metadata server, at the port for names",
      [["cluster.dns.addresses", ["169.254.20.10/32", "169.254.169.254/32"]]],
    ],
    [
      "resolvers at other ports that are no metadata server",
      [["cluster.dns", { ports: [53, 5353], addresses: ["169.254.20.10/32", "169.254.169.253/32"] }]],
    ],
    ["as many gateway pods at the least as at the most", [["ingress.replicas", { min: 2, max: 2 }]]],
  ];
  for (const [name, change, surroundings] of allowed) {
    it(`allow ${name}`, () => {
      const settings = change.reduce((inner, [path, value]) => changed(inner, path, value), production());
      assert.deepEqual(problemsOf(settings, surroundings), []);
    });
  }

  it("have nothing against a stack with something at every place", () => {
    assert.deepEqual(problemsOf(everything()), []);
  });

  it("are silent where a setting that they need is not sound", () => {
    for (const check of crossChecks) {
      assert.deepEqual(check({}, String), []);
    }
  });

  it("report all that they find at once", () => {
    const settings = {
      ...production(),
      replicas: 1,
      echo: { enabled: true },
      sessions: { refresh: "3h", cookieDomain: "other.example" },
      certificates: { duration: "30m", renewBefore: "1m", caDuration: "10m" },
      ingress: { replicas: { min: 1 }, applicationNamespaces: ["auth"] },
    };
    assert.deepEqual(
      problemsOf(settings).map(({ key }) => key.slice(project.length + 1)),
      [
        "echo.enabled",
        "sessions.refresh",
        "certificates.duration",
        "certificates.renewBefore",
        "certificates.caDuration",
        "sessions.cookieDomain",
        "ingress.replicas.min",
        "replicas",
        "ingress.applicationNamespaces[0]",
      ],
    );
  });
});

function connector(): Tree {
  return (production().identity as { connectors: Tree[] }).connectors[0] ?? {};
}
