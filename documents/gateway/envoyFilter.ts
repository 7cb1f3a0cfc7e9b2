import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter";
import { requireProxyProtocol, schemeOfThePort } from "./behindProxies";
import {
  checkUnroutedPaths,
  type ConfigPatch,
  hcm,
  hcmType,
  insertBeforeRouter,
  insertFirst,
  lua,
} from "./configPatch";
import { type NotebookFilterArgs, notebookFilters, signOutsOf, wayBackOf } from "./notebookFilters";
import { identityPrefixes, proxyIdentity } from "./identityHeaders";
import { luaFilter, luaMap, luaSet, luaString } from "./lua";
import { pipelinesUiFilters } from "./pipelinesUi";
import { type SessionFilterArgs, sessionFilters, sessionNamesOf } from "./sessionFilters";

export interface GatewayFilterArgs extends SessionFilterArgs {
  /** Labels of the gateway's pods; the filter touches no other workload. */
  gatewayLabels: Record<string, string>;
  /** The Gateway resource of the public hosts, `namespace/name`. */
  gateway: string;
  ports: { http: number; https: number };
  /** The hosts of that Gateway, which sign-in returns to. */
  hosts: readonly string[];
  /** The domain below which applications have hosts of their own; none below an address. */
  domain?: string;
  /** Path of the gate below which each application's host has its way back from sign-in. */
  returnPath: string;
  /** Hosts with paths, `host/path`, where another site's page may have a browser post to. */
  postedTo: readonly string[];
  /** Value of the Strict-Transport-Security header. */
  hsts: string;
  /** The claim that holds the groups, by issuer. */
  groupsClaims: Record<string, string>;
  /** What stands before each user of an issuer, by issuer; and their claims that name the user. */
  userPrefixes: Record<string, string>;
  userClaims: Record<string, string>;
  /** The issuer whose people have to have verified their addresses, where nobody else looks. */
  verifiedEmailsOf?: string | undefined;
  /** Who ends TLS; at `ports.https` the client's scheme is https in either case. */
  tlsEndsAt: "gateway" | "load balancer";
  /** Whether ACME's HTTP-01 challenges pass at `ports.http`. */
  challenges: boolean;
  /** Whether connections must begin with the PROXY protocol. */
  proxyProtocol: "off" | "required";
  /** How many proxies in front add an address to X-Forwarded-For. */
  trustedHops: number;
  /** Hosts of notebooks, where they have their own. */
  notebooks?: NotebookFilterArgs | undefined;
}

/**
 * Other names under which proxies hand on the client's address, and applications believe it. Nobody here writes them, so
 * they came from the client or from a proxy that `X-Forwarded-For` or the PROXY protocol speaks for.
 */
const clientAddresses = [
  "forwarded",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
];

/**
 * oauth2-proxy answers every path of its own with the ID token, because it takes each for the gateway's question
 * (`set_authorization_header`). What the gateway asks itself never comes this way; a script on the gate host could read it.
 */
const forTheGatewayAlone = [
  "authorization",
  "x-auth-request-access-token",
  "x-auth-request-user",
  "x-auth-request-email",
];

/**
 * With it an application's script below `/notebook/…` could register a service worker for all of its host, `/dex/auth` of the
 * gate included, and read what people type there. Without it a worker has the folder of its script and no more
 * (https://www.w3.org/TR/service-workers/#service-worker-script-response).
 */
const widerScopes = "service-worker-allowed";

/**
 * What keeps pages of other origins from what they have opened. Policies of several headers all hold, so that this one takes
 * nothing from an application's own (https://www.w3.org/TR/CSP3/#multiple-policies). A tab that another origin's page has opened
 * is cut off from that page, and those that the dashboard opens are not cut off from the dashboard
 * (https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies).
 */
const againstForeignPages = [
  ["content-security-policy", "frame-ancestors 'self'", "APPEND_IF_EXISTS_OR_ADD"],
  ["cross-origin-opener-policy", "same-origin-allow-popups", "ADD_IF_ABSENT"],
] as const;

/** After everybody else's filters, so that "first" and "last" are first and last of all (IST0151). */
export const filterPriority = 10;

/** What the gateway does to every request and answer that Istio's own resources have no words for. */
export function gatewayFilter(args: GatewayFilterArgs): NonNullable<IEnvoyFilter["spec"]> {
  const {
    gatewayLabels,
    ports,
    hosts,
    domain,
    returnPath,
    gateHost,
    postedTo,
    hsts,
    groupsClaims,
    userPrefixes,
    userClaims,
    trustedHops,
    notebooks,
  } = args;
  const sessionNames = sessionNamesOf(args);
  const behindProxies = args.tlsEndsAt === "load balancer" || trustedHops > 0;
  return {
    workloadSelector: { labels: gatewayLabels },
    priority: filterPriority,
    configPatches: [
      removeForgedHeaders(trustedHops),
      insertFirst(
        ports.http,
        "gatehouse.https_redirect",
        lua(
          luaFilter("https-redirect.lua", {
            hosts: luaSet(hosts),
            below: luaSet([domain, notebooks?.domain].flatMap((name) => (name === undefined ? [] : [`.${name}`]))),
          }) + (args.challenges ? luaFilter("acme-challenge.lua", {}) : ""),
        ),
      ),
      insertFirst(ports.https, "gatehouse.answers", {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations: {
          response_mutations: [
            {
              append: {
                header: { key: "strict-transport-security", value: hsts },
                append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
              },
            },
            // Where notebooks have hosts of their own a filter tells these from the others.
            ...[...forTheGatewayAlone, ...(notebooks === undefined ? [widerScopes] : [])].map((remove) => ({ remove })),
            ...againstForeignPages.map(([key, value, action]) => ({
              append: { header: { key, value }, append_action: action },
            })),
          ],
        },
      }),
      insertBeforeRouter(
        ports.https,
        "gatehouse.identity_headers",
        lua(
          sessionNames +
            luaFilter("identity-headers.lua", {
              signedOut: luaMap(signOutsOf(args)),
              groupsClaims: luaMap(groupsClaims),
            }),
        ),
      ),
      ...sessionFilters(args),
      ...pipelinesUiFilters({
        ports,
        host: gateHost,
        wholeHost: false,
        underEveryName: domain === undefined,
        boardsElsewhere: notebooks !== undefined,
        suffix: "",
      }),
      checkUnroutedPaths(args),
      ...(Object.keys(userPrefixes).length > 0
        ? [
            insertBeforeRouter(
              ports.https,
              "gatehouse.user_prefix",
              lua(luaFilter("user-prefix.lua", { userPrefixes: luaMap(userPrefixes), userClaims: luaMap(userClaims) })),
            ),
          ]
        : []),
      insertFirst(
        ports.https,
        "gatehouse.cross_origin",
        lua(luaFilter("cross-origin.lua", { postedTo: luaSet(postedTo) })),
      ),
      insertFirst(
        ports.https,
        "gatehouse.return_address",
        lua(
          luaFilter("return-address.lua", {
            hosts: luaSet(hosts),
            below: luaString(notebooks === undefined ? "" : `.${notebooks.domain}`),
            notebooksWayBack: luaString(notebooks === undefined ? "" : wayBackOf(notebooks, returnPath)),
            wayBack: luaString(`https://${gateHost}${returnPath}`),
          }),
        ),
      ),
      insertFirst(
        ports.https,
        "gatehouse.misdirected",
        lua(
          luaFilter("misdirected.lua", {
            hosts: luaSet(hosts),
            below: luaString(notebooks === undefined ? "" : `.${notebooks.domain}`),
          }),
        ),
      ),
      ...(trustedHops > 0
        ? [
            insertFirst(
              ports.https,
              "gatehouse.forwarded_for",
              lua(luaFilter("forwarded-for.lua", { trustedHops: String(trustedHops) })),
            ),
          ]
        : []),
      ...(behindProxies ? [schemeOfThePort(ports.https)] : []),
      ...(args.proxyProtocol === "required" ? [ports.http, ports.https].map(requireProxyProtocol) : []),
      ...(args.verifiedEmailsOf === undefined
        ? []
        : [
            insertBeforeRouter(
              ports.https,
              "gatehouse.verified_email",
              lua(luaFilter("verified-email.lua", { issuer: luaString(args.verifiedEmailsOf) })),
            ),
          ]),
      ...(notebooks === undefined ? [] : notebookFilters(args, notebooks)),
    ],
  };
}

/**
 * Early mutation runs before routing and before every filter. Requests with a token never meet oauth2-proxy, so nobody
 * else would take away the headers that it sets for others.
 */
function removeForgedHeaders(trustedHops: number): ConfigPatch {
  return {
    applyTo: "NETWORK_FILTER",
    match: { context: "GATEWAY", listener: { filterChain: { filter: { name: hcm } } } },
    patch: {
      operation: "MERGE",
      value: {
        typed_config: {
          "@type": hcmType,
          early_header_mutation_extensions: [
            {
              name: "gatehouse.forged_identity",
              typed_config: {
                "@type":
                  "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
                mutations: [
                  ...identityPrefixes.map((prefix) => ({ remove_on_match: { key_matcher: { prefix } } })),
                  ...proxyIdentity.map((remove) => ({ remove })),
                  ...clientAddresses.map((remove) => ({ remove })),
                  // Envoy writes it afterwards, from the connection's own address.
                  ...(trustedHops === 0 ? [{ remove: "x-forwarded-for" }] : []),
                ],
              },
            },
          ],
        },
      },
    },
  };
}
