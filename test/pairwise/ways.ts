/** Every way that people run it, as values that can be crossed, and the settings of a combination of them. */
import { type Issued } from "../acceptance/certificates";
import { changed, everything, existing, production, type Tree } from "../stacks/fixture";
import { connectors, provider, withPostgres, withRedis } from "../stacks/identities";
import * as modes from "../stacks/modes";
import { type Combination, type Dimensions, type Pair } from "./cover";

/** With the load balancer that the shape has, which a development stack would go without. */
const balanced = (shape: () => Tree) => () => changed(shape(), "ingress.service.type", "LoadBalancer");

/** They take turns, so that the zone's provider makes no dimension of its own. */
const zones: readonly (() => Tree)[] = [
  ...[modes.eks, modes.gke, modes.aks].map(balanced),
  modes.cloudflare,
  ...Object.values(modes.byKey),
];

const tls: Record<string, (pair: Issued, turn: number) => Tree> = {
  "private CA": production,
  // Its subdomains are set for the stacks that refuse it, so that they refuse the address alone.
  "private CA at an address": () => changed(modes.kindByAddress(), "ingress.hsts.includeSubdomains", false),
  "HTTP-01": modes.http01,
  "DNS-01": (_, turn) => zones[turn % zones.length]?.() ?? {},
  "existing Secret": modes.existingSecret,
  given: ({ cert, key }) => modes.given(cert, key),
  offload: modes.offload,
};

const { machines: allMachines } = everything() as { machines: Record<string, unknown> };

const machines: Record<string, Tree> = {
  none: {},
  jobs: { connectors: allMachines.connectors, clients: allMachines.clients },
  "own issuer": {
    cluster: {
      type: "selfSigned",
      issuer: "https://kubernetes.default.svc.cluster.local",
      audiences: ["pipelines.kubeflow.org"],
    },
  },
  "public issuer": { cluster: allMachines.cluster },
  "other issuers": { issuers: allMachines.issuers },
};

const staticUsers = "static users";
const inPlaceOfDex = "provider in place of Dex";
const proxyProtocol = "PROXY protocol";

export const dimensions = {
  stack: ["dev", "staging", "prod"],
  tls: Object.keys(tls),
  machines: Object.keys(machines),
  identity: [...Object.keys(connectors), staticUsers, inPlaceOfDex],
  admitted: ["e-mail domains", "groups"],
  sessions: ["cookie", "redis"],
  storage: ["kubernetes", "postgres"],
  apps: ["none", "applications"],
  foundations: ["installed", "existing"],
  front: ["nothing", proxyProtocol],
} satisfies Dimensions;

export interface RuledOut {
  pair: Pair;
  /** Why, in a person's words. */
  reason: string;
  /** The settings that are refused, and the beginning of the mend. */
  keys: string[];
  mend: RegExp;
}

const identityOf = (value: string) => ["identity", value] as const;

/** The simplest of each, which goes with every way of another dimension. */
export const plain: Combination = {
  stack: "dev",
  tls: "private CA",
  machines: "none",
  identity: "oidc",
  admitted: "e-mail domains",
  sessions: "cookie",
  storage: "kubernetes",
  apps: "none",
  foundations: "installed",
  front: "nothing",
};

/** Pairs that settings refuse; every other pair has to pass. */
export const ruledOut: readonly RuledOut[] = [
  ...["staging", "prod"].flatMap((stack): RuledOut[] => [
    {
      pair: [
        ["stack", stack],
        ["tls", "private CA at an address"],
      ],
      reason: "only a development stack may be without a name",
      keys: ["domain"],
      mend: /^an address in place of a name is for dev only/,
    },
    {
      pair: [["stack", stack], identityOf(staticUsers)],
      reason: "passwords in Dex are for development",
      keys: ["identity.staticUsers"],
      mend: /^passwords in Dex are for dev only/,
    },
  ]),
  {
    pair: [["machines", "jobs"], identityOf(inPlaceOfDex)],
    reason: "Dex exchanges jobs' tokens",
    keys: ["machines.connectors", "machines.clients"],
    mend: /^Dex exchanges jobs' tokens/,
  },
  {
    pair: [["storage", "postgres"], identityOf(inPlaceOfDex)],
    reason: "what is stored is Dex's",
    keys: ["identity.provider.storage"],
    mend: /^this setting belongs to type: dex; type is oidc/,
  },
  {
    pair: [
      ["tls", "private CA at an address"],
      ["front", proxyProtocol],
    ],
    reason: "rules know the public port by a name",
    keys: ["ingress.clientAddress.proxyProtocol"],
    mend: /^clients name no host in TLS/,
  },
  {
    pair: [
      ["tls", "HTTP-01"],
      ["front", proxyProtocol],
    ],
    reason: "challenges come without its header",
    keys: ["ingress.clientAddress.proxyProtocol"],
    mend: /^cert-manager looks for the challenge from inside/,
  },
  {
    pair: [
      ["tls", "private CA at an address"],
      ["apps", "applications"],
    ],
    reason: "an address has no hosts below it",
    keys: ["apps[0].name"],
    mend: /^an application needs a host of its own/,
  },
  {
    pair: [["tls", "private CA at an address"], identityOf("google")],
    reason: "Google sends nobody back to an address",
    keys: ["identity.connectors[0].type"],
    mend: /^Google sends nobody back to an address/,
  },
  {
    pair: [["admitted", "groups"], identityOf("google")],
    reason: "Google gives no groups",
    keys: ["identity.connectors[0].type"],
    mend: /^its people have no groups/,
  },
];

/** Secrets as `pulumi config set --secret` gives them, to be found wherever they should not be. */
export const secrets = {
  provider: "the provider's secret, which nobody may see",
  storage: "the database's password, which nobody may see",
  sessions: "the password of Redis, which nobody may see",
  zone: "the token of the zone, which nobody may see",
} as const;

/** The settings that hold a secret in some combination. */
export const secretKeys = ["certificates", "identity", "sessions"];

/** The settings of a combination; the zones take turns by its number. */
export function settingsFor(combination: Combination, pair: Issued, turn: number): Tree {
  const { tls: edge = "", machines: jobs = "", identity = "", admitted, sessions, storage } = combination;
  return withSecrets({
    ...behind(combination.front, tls[edge]?.(pair, turn) ?? {}),
    ...(combination.apps === "applications" ? { apps } : {}),
    ...(combination.foundations === "existing" ? { certManager: existing().certManager, istio: existing().istio } : {}),
    // The stack's name says it, as everywhere.
    environment: undefined,
    identity: {
      emailDomains: ["example.com"],
      ...(admitted === "groups" ? { allowedGroups: [groupOf[identity] ?? "ml-engineers"] } : {}),
      ...whoSignsIn(identity, storage === "postgres" ? { storage: postgres() } : {}),
    },
    machines: machines[jobs],
    sessions: {
      ...(sessions === "redis" ? { storage: (withRedis().sessions as Tree).storage } : {}),
      // Without a refresh the first token is the session.
      ...(identity === "saml" ? { idToken: "12h" } : {}),
    },
  });
}

/** What stands before the gateway; some shapes have a balancer of their own. */
function behind(front: string | undefined, shape: Tree): Tree {
  const settings =
    front === proxyProtocol ? { trustedRanges: ["10.0.0.0/16"], proxyProtocol: "required" } : { proxyProtocol: "off" };
  const { ingress = {} } = shape as { ingress?: Tree };
  const clientAddress = { ...(ingress.clientAddress as Tree | undefined), proxyProtocol: settings.proxyProtocol };
  const ranges = settings.trustedRanges === undefined ? {} : { trustedRanges: settings.trustedRanges };
  return { ...shape, ingress: { ...ingress, ...ranges, clientAddress } };
}

/** One for everybody who signs in, whose certificate is the gate's. */
const apps = [
  {
    name: "grafana",
    service: { name: "grafana", namespace: "monitoring", port: 80 },
    pods: { labels: { "app.kubernetes.io/name": "grafana" }, port: 3000 },
    inCluster: true,
  },
];

/** What a group is called by providers that have a form of their own for it. */
const groupOf: Record<string, string> = {
  github: "example:ml-engineers",
  microsoft: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
};

/** Who signs in how; a store is the provider's setting, and only Dex has one. */
function whoSignsIn(identity: string, store: Tree): Tree {
  if (identity === inPlaceOfDex) {
    return { provider: { ...structuredClone(provider), ...store } };
  }
  return {
    provider: { type: "dex", ...store },
    ...(identity === staticUsers
      ? { staticUsers: [{ email: "user@example.com", groups: ["ml-engineers"] }] }
      : { connectors: [structuredClone(connectors[identity as keyof typeof connectors])] }),
  };
}

const postgres = () => (withPostgres().identity as { provider: { storage: Tree } }).provider.storage;

/** Whose secret each Secret of the shapes is. */
const secretOf: Record<string, string> = {
  provider: secrets.provider,
  directory: secrets.provider,
  database: secrets.storage,
  sessions: secrets.sessions,
  cloudflare: secrets.zone,
  route53: secrets.zone,
  "cloud-dns": secrets.zone,
  "azure-dns": secrets.zone,
};

/** Every Secret that is named becomes a value that is given: a Secret's name is no secret, and a test would see nothing. */
function withSecrets(settings: Tree): Tree {
  const text = JSON.stringify(settings, (_, value: unknown) => {
    const { secretName, key } = (value ?? {}) as { secretName?: string; key?: string };
    return secretName === undefined || key === undefined ? value : secretOf[secretName];
  });
  return JSON.parse(text) as Tree;
}
