import { gateway, namespaces } from "../../components/topology";
import { type Mutation, withSpec } from "./mutation";

const security = "security.istio.io/v1";
const networking = "networking.istio.io/v1";
const inIngress = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  namespace: namespaces.ingress,
  name,
});
const requirePrincipal = inIngress(security, "AuthorizationPolicy", "require-principal");
const tokens = inIngress(security, "RequestAuthentication", "tokens");
const filter = inIngress("networking.istio.io/v1alpha3", "EnvoyFilter", "gatehouse");
const publicGateway = inIngress(networking, "Gateway", gateway.resource);

interface Policy {
  rules: { to: { operation: { ports?: string[]; notHosts?: string[]; notPaths?: string[] } }[] }[];
}

interface Tokens {
  jwtRules: {
    audiences?: string[];
    fromHeaders?: unknown[];
    forwardOriginalToken?: boolean;
    outputClaimToHeaders?: { header: string; claim: string }[];
  }[];
}

interface Filter {
  configPatches: { applyTo: string; patch: { operation: string; value: { name?: string; typed_config?: Typed } } }[];
}

interface Typed {
  default_source_code?: { inline_string: string };
}

interface Servers {
  servers: { port: { number: number }; tls?: Record<string, unknown> }[];
}

/** Takes one of the gateway's own filters away. */
function withoutPatch(name: string): Mutation["change"] {
  return (object) =>
    withSpec<Filter>(object, (spec) => {
      spec.configPatches = spec.configPatches.filter(({ patch }) => patch.value.name !== name);
    });
}

/** Changes a few words of the filter that makes the identity headers. */
function inIdentityFilter(from: string, to: string): Mutation["change"] {
  return (object) =>
    withSpec<Filter>(object, (spec) => {
      for (const { patch } of spec.configPatches) {
        const source = patch.value.typed_config?.default_source_code;
        if (source !== undefined) {
          source.inline_string = source.inline_string.replace(from, to);
        }
      }
    });
}

/** Each breaks one thing, and nothing else; together they are every rule of a request's way through the gate. */
export const everyMutation: readonly Mutation[] = [
  {
    name: "drop-the-deny",
    breaks: "Whoever sends an Authorization header that holds no token is let in without an identity.",
    object: requirePrincipal,
    change: () => undefined,
    noticedBy: ["machines/token-places", "spoofing/headers-with-nothing"],
  },
  {
    name: "open-sign-in-paths-on-every-host",
    breaks: "Applications' own /dex/ and /oauth2/ are open to everybody.",
    object: requirePrincipal,
    change: (object) =>
      withSpec<Policy>(object, (spec) => {
        spec.rules.forEach((rule) => (rule.to = rule.to.filter(({ operation }) => operation.notHosts === undefined)));
      }),
    noticedBy: ["paths/look-alikes"],
  },
  {
    name: "tokens-of-any-audience",
    breaks: "A token that was made for somebody else is believed.",
    object: tokens,
    change: (object) => withSpec<Tokens>(object, ({ jwtRules }) => jwtRules.forEach((rule) => delete rule.audiences)),
    noticedBy: ["machines/foreign-audience", "machines/kubernetes-token"],
  },
  {
    name: "tokens-from-the-query",
    breaks: "A token in the address is believed, where logs and referrers keep it.",
    object: tokens,
    change: (object) => withSpec<Tokens>(object, ({ jwtRules }) => jwtRules.forEach((rule) => delete rule.fromHeaders)),
    noticedBy: ["machines/token-places"],
  },
  {
    name: "forward-the-token",
    breaks: "Applications get people's and machines' tokens.",
    object: tokens,
    change: (object) =>
      withSpec<Tokens>(object, ({ jwtRules }) => jwtRules.forEach((rule) => (rule.forwardOriginalToken = true))),
    noticedBy: ["machines/dex-token", "spoofing/headers-with-bearer"],
  },
  {
    name: "no-identity-for-applications",
    breaks: "Applications no longer learn who asks.",
    object: tokens,
    change: (object) =>
      withSpec<Tokens>(object, ({ jwtRules }) => jwtRules.forEach((rule) => delete rule.outputClaimToHeaders)),
    noticedBy: ["machines/dex-token"],
  },
  {
    name: "keep-forged-identity-headers",
    breaks: "A client's own x-auth-request-* and x-forwarded-user reach applications.",
    object: filter,
    change: (object) =>
      withSpec<Filter>(object, (spec) => {
        spec.configPatches = spec.configPatches.filter(({ applyTo }) => applyTo !== "NETWORK_FILTER");
      }),
    noticedBy: ["spoofing/headers-with-bearer"],
  },
  {
    name: "forward-the-cookie",
    breaks: "Applications get the session's cookie, and can be that person everywhere.",
    object: filter,
    change: inIdentityFilter("strip_session(headers)\nend", "end"),
    noticedBy: ["spoofing/cookies"],
  },
  {
    name: "groups-as-they-come",
    breaks: "The groups' header is made from the token without a look at the names.",
    object: filter,
    change: withoutPatch("gatehouse.identity_headers"),
    noticedBy: ["machines/dex-token", "login/comes-back"],
  },
  {
    name: "no-hsts",
    breaks: "Browsers may come back over plain HTTP.",
    object: filter,
    change: withoutPatch("gatehouse.answers"),
    noticedBy: ["tls/hsts"],
  },
  {
    name: "plain-http",
    breaks: "Plain HTTP is answered by the applications' rules and not by a redirect.",
    object: filter,
    change: withoutPatch("gatehouse.https_redirect"),
    noticedBy: ["tls/plain-http-redirects"],
  },
  {
    name: "old-tls",
    breaks: "TLS 1.0 with old ciphers is spoken.",
    object: publicGateway,
    change: (object) =>
      withSpec<Servers>(object, ({ servers }) => {
        for (const { tls } of servers.filter(({ port }) => port.number === 443)) {
          Object.assign(tls ?? {}, {
            minProtocolVersion: "TLSV1_0",
            cipherSuites: ["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"],
          });
        }
      }),
    noticedBy: ["tls/old-versions", "tls/ciphers"],
  },
  {
    name: "sign-in-without-a-session",
    breaks: "Nobody asks oauth2-proxy any more, so no session is ever accepted.",
    object: inIngress(security, "AuthorizationPolicy", "session"),
    change: () => undefined,
    noticedBy: ["login/comes-back"],
  },
];
