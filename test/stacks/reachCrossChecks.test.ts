/** Pairs of settings with which nobody could come in, or something could not be reached. */
import { strict as assert } from "node:assert";
import { changed, everything, problemsOf, production, project, type Tree } from "./fixture";
import {
  companyCa,
  connectors,
  inCluster,
  productionWithProvider,
  withConnector,
  withPostgres,
  withRedis,
} from "./identities";
import * as modes from "./modes";

type Change = readonly (readonly [path: string, value: unknown])[];

const by = (settings: Tree, change: Change) =>
  change.reduce((inner, [path, value]) => changed(inner, path, value), settings);
const app = {
  name: "grafana",
  service: { name: "grafana", namespace: "monitoring", port: 80 },
  pods: { labels: { app: "grafana" } },
};
const withGoogle = () =>
  by(production(), [
    ["identity.connectors", [connectors.google]],
    ["apps", [app]],
  ]);
const withIssuer = () =>
  changed(production(), "machines.issuers", [
    { name: "ci", issuer: "https://ci.example.com", audiences: ["pipelines.kubeflow.org"], users: ["ci:*"] },
  ]);
const jwks = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"sig"}]}';
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";
const zone = "certificates.edge.challenge.provider.hostedZone";

const behind =
  "this host is behind the gate, which lets nobody through before this server has answered: name one that is reached without the gate";
const closed = "this program makes this namespace itself, and closes it: put the server into one of its own";
const otherZone = (host: string) =>
  `${host} is not in this zone, and cert-manager would write the record where nobody looks: name the zone that holds it`;
const unsigned =
  "no public server signs this name, which is in no public DNS: write one that is, or an ACME server of your own as certificates.edge.server";
const unasked = "Let's Encrypt asks at port 80 from addresses that nobody knows before, and could not";

interface Case {
  name: string;
  base: () => Tree;
  stack?: string;
  change: Change;
  key: string;
  mend: string;
}

const cases: readonly Case[] = [
  {
    name: "an application for groups, where Google gives none",
    base: withGoogle,
    change: [["apps[0].groups", ["ml-engineers"]]],
    key: "apps[0].groups",
    mend: "nobody who signs in can have one of these, so that grafana is open to nobody: remove the groups, or use another connector",
  },
  ...(
    [
      ["a provider in place of Dex", productionWithProvider, "identity.provider.issuer"],
      ["its keys", productionWithProvider, "identity.provider.jwksUri"],
      ["a provider behind Dex", production, "identity.connectors[0].issuer"],
      ["an issuer of machines", withIssuer, "machines.issuers[0].issuer"],
      ["its keys alone", withIssuer, "machines.issuers[0].jwksUri"],
      ["a server of ACME", modes.http01, "certificates.edge.server"],
      [
        "SAML's page",
        () =>
          by(production(), [
            ["identity.connectors", [connectors.saml]],
            ["sessions.idToken", "12h"],
          ]),
        "identity.connectors[0].ssoURL",
      ],
      [
        "an issuer of jobs' tokens",
        () =>
          changed(production(), "machines", {
            connectors: [{ id: "jobs", issuer: "https://ci.example.com" }],
            clients: [{ id: "ci", connectors: ["jobs"], users: ["a"] }],
          }),
        "machines.connectors[0].issuer",
      ],
      [
        "the cluster's keys",
        () =>
          changed(production(), "machines.cluster", {
            type: "public",
            issuer: "https://oidc.example.com",
            audiences: ["a"],
          }),
        "machines.cluster.jwksUri",
      ],
    ] as const
  ).map(([what, base, key]) => ({
    name: `${what} at the gate's own host`,
    base,
    change: [[key, "https://kubeflow.example.com/realms/main"]] as const,
    key,
    mend: behind,
  })),
  {
    name: "a provider below the notebooks' domain, where their own sign-in is",
    base: () => changed(production(), "identity.connectors[0].issuer", "https://auth.example.org"),
    change: [["notebooks", { mode: "separate-domain", domain: "example.org" }]],
    key: "identity.connectors[0].issuer",
    mend: behind,
  },
  {
    name: "a provider that is an application behind the gate",
    base: () => changed(production(), "identity.connectors[0].issuer", "https://login.kubeflow.example.com"),
    change: [["apps", [{ ...app, name: "login" }]]],
    key: "identity.connectors[0].issuer",
    mend: behind,
  },
  ...(
    [
      ["identity.connectors[0]", () => withConnector("ldap"), "auth"],
      ["identity.provider.storage", withPostgres, "istio-system"],
      ["sessions.storage", withRedis, "gatehouse-echo"],
    ] as const
  ).map(([at, base, namespace]) => ({
    name: `${namespace} as the namespace of ${at}`,
    base: inCluster(base, at),
    stack: "dev",
    change: [[`${at}.network.namespace`, namespace]] as const,
    key: `${at}.network.namespace`,
    mend: closed,
  })),
  ...(
    [
      ["identity.provider.issuer", productionWithProvider, "https://keycloak.sso.svc/realms/main"],
      ["identity.connectors[0].issuer", production, "https://keycloak.sso.svc.cluster.local"],
      [
        "identity.connectors[0].ssoURL",
        () =>
          by(production(), [
            ["identity.connectors", [connectors.saml]],
            ["sessions.idToken", "12h"],
          ]),
        "https://localhost/sso",
      ],
    ] as const
  ).map(([key, base, url]) => ({
    name: `${url} as ${key}, where browsers are sent to`,
    base,
    change: [[key, url]] as const,
    key,
    mend: "people's browsers are sent there, and this host is known inside the cluster only: name the provider as they reach it",
  })),
  {
    name: "TLS from the first byte at LDAP's port for StartTLS",
    base: () => withConnector("ldap"),
    stack: "dev",
    change: [["identity.connectors[0].port", 389]],
    key: "identity.connectors[0].port",
    mend: "a directory waits for StartTLS at this port: write 636, or encryption: startTLS",
  },
  {
    name: "StartTLS at the port for TLS from the first byte",
    base: () => withConnector("ldap"),
    stack: "dev",
    change: [["identity.connectors[0].encryption", "startTLS"]],
    key: "identity.connectors[0].port",
    mend: "a directory waits for TLS from the first byte at this port: write 389, or encryption: ldaps",
  },
  {
    name: "a zone of Azure DNS that does not hold the domain",
    base: modes.aks,
    change: [[zone, "example.org"]],
    key: zone,
    mend: otherZone("kubeflow.example.com"),
  },
  {
    name: "a zone whose name only ends like the domain",
    base: modes.aks,
    change: [[zone, "low.example.com"]],
    key: zone,
    mend: otherZone("kubeflow.example.com"),
  },
  {
    name: "a zone of Azure DNS that does not hold an application's host",
    base: () =>
      by(modes.aks(), [
        ["sessions.cookieDomain", "example.com"],
        ["apps", [{ ...app, host: "grafana.example.com" }]],
      ]),
    change: [[zone, "kubeflow.example.com"]],
    key: zone,
    mend: otherZone("grafana.example.com"),
  },
  ...["kubeflow.internal", "kubeflow.local", "gate.home.arpa"].map((domain) => ({
    name: `Let's Encrypt for ${domain}`,
    base: modes.http01,
    change: [["domain", domain]] as const,
    key: "domain",
    mend: unsigned,
  })),
  {
    name: "Let's Encrypt by its address at a gateway that nobody outside reaches",
    base: () => changed(modes.http01(), "certificates.edge.server", letsEncrypt),
    change: [["ingress.service.type", "ClusterIP"]],
    key: "ingress.service.type",
    mend: `${unasked} reach the gateway: write LoadBalancer, or take a challenge of type dns01`,
  },
  {
    name: "a CA of one's own for Let's Encrypt by its address",
    base: () => changed(modes.http01(), "certificates.edge.server", letsEncrypt),
    change: [["certificates.edge.caBundle", companyCa]],
    key: "certificates.edge.caBundle",
    mend: "this CA would take the place of the system's at Let's Encrypt: write the server of your own, or remove the setting",
  },
  {
    name: "Google at an address",
    base: () => changed(modes.kindByAddress(), "ingress.hsts.includeSubdomains", false),
    stack: "dev",
    change: [["identity.connectors", [connectors.google]]],
    key: "identity.connectors[0].type",
    mend: "Google sends nobody back to an address: take another connector, or write a DNS name as domain",
  },
  {
    name: "a session that outlives every cookie",
    base: production,
    change: [["sessions.lifetime", "9601h"]],
    key: "sessions.lifetime",
    mend: "browsers keep no cookie for longer than 400 days (RFC 6265bis, section 5.5): write 9600h at the most",
  },
];

describe("cross-checks of what has to be reached refuse", () => {
  for (const { name, base, stack = "prod", change, key, mend } of cases) {
    it(name, () => {
      assert.deepEqual(problemsOf(base(), { stack }), [], "the base passes");
      const settings = by(base(), change);
      assert.deepEqual(
        problemsOf(settings, { stack }).map((problem) => ({ key: problem.key, mend: problem.mend })),
        [{ key: `${project}:${key}`, mend }],
      );
    });
  }
});

describe("cross-checks of what has to be reached let pass", () => {
  const allowed: [name: string, base: () => Tree, change: Change, stack?: string][] = [
    ["an application for a group of Dex's own users", everything, [["apps[0].groups", ["admins"]]], "dev"],
    [
      "an application for groups of machines",
      withGoogle,
      [
        ["apps[0].groups", ["ci"]],
        [
          "machines",
          { issuers: [{ ...((withIssuer().machines as Tree).issuers as Tree[])[0], groupsClaim: "groups" }] },
        ],
      ],
    ],
    [
      "one group that the connector gives beside another",
      withGoogle,
      [
        ["identity.connectors", [connectors.github]],
        ["identity.allowedGroups", ["ml-engineers", "example:ml-engineers"]],
      ],
    ],
    [
      "an issuer at the gate's host whose keys are given",
      withIssuer,
      [
        ["machines.issuers[0].issuer", "https://kubeflow.example.com/ci"],
        ["machines.issuers[0].jwks", jwks],
      ],
    ],
    [
      "a provider at another port of the gate's address",
      () => changed(modes.kindByAddress(), "ingress.hsts.includeSubdomains", false),
      [["identity.connectors[0].issuer", "https://192.0.2.10:8443/realms/main"]],
      "dev",
    ],
    ["a server in a namespace of its own", inCluster(withRedis, "sessions.storage"), [], "dev"],
    ["the zone of the challenges alone", modes.aks, [[zone, "_acme-challenge.kubeflow.example.com"]]],
    ["a zone in capitals", modes.aks, [[zone, "Example.com"]]],
    ["a zone for what the wildcard covers", modes.aks, [["apps", [app]]]],
    [
      "an inner name with an ACME server of one's own",
      modes.http01,
      [
        ["certificates.edge.server", "https://acme.example.com/directory"],
        ["domain", "kubeflow.internal"],
      ],
    ],
    ["a session of 400 days", production, [["sessions.lifetime", "9600h"]]],
  ];

  for (const [name, base, change, stack = "prod"] of allowed) {
    it(name, () => assert.deepEqual(problemsOf(by(base(), change), { stack }), []));
  }
});
