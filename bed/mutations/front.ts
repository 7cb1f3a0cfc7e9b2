import { gateway, namespaces } from "../../components/topology";
import { filter, inEachPatch } from "./gatewayFilter";
import { type Mutation, withSpec } from "./mutation";

interface Filter {
  configPatches: { patch: { value: { name?: string; typed_config?: Typed } } }[];
}

interface Typed {
  "@type"?: string;
  allow_requests_without_proxy_protocol?: boolean;
  xff_num_trusted_hops?: number;
  scheme_header_transformation?: object;
  early_header_mutation_extensions?: { typed_config: { mutations: { remove?: string }[] } }[];
}

/** What stands in front of the gateway, and whom it believes. */
export const front: readonly Mutation[] = [
  {
    name: "anybody-at-the-public-ports",
    breaks: "Anybody connects to the gateway past the load balancer, and says whose connection it is.",
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      namespace: namespaces.ingress,
      name: `allow-${gateway.name}`,
    },
    change: (object) => withSpec<{ ingress: unknown[] }>(object, (spec) => (spec.ingress = [{}])),
    modes: ["offload", "proxy-protocol", "offload-proxy-protocol"],
    noticedBy: ["front/only-the-balancer", "fail-closed/network-flows"],
  },
  {
    name: "plain-http-from-anywhere",
    breaks: "Where no NetworkPolicy is enforced, anybody gets plain HTTP at the load balancer's port.",
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      namespace: namespaces.ingress,
      name: "trusted-ranges",
    },
    change: () => undefined,
    modes: ["offload", "offload-proxy-protocol"],
    noticedBy: ["fail-closed/past-the-balancer"],
  },
  {
    name: "addresses-as-clients-claim-them",
    breaks: "An application gets the list of addresses with what the client wrote before the load balancer's.",
    object: filter,
    change: (live) =>
      withSpec<Filter>(live, (spec) => {
        spec.configPatches = spec.configPatches.filter(({ patch }) => patch.value.name !== "gatehouse.forwarded_for");
      }),
    modes: ["offload"],
    noticedBy: ["front/client-address"],
  },
  {
    name: "other-words-for-an-address",
    breaks: "X-Real-IP and its like reach applications as the client wrote them.",
    object: filter,
    change: inEachPatch<Typed>(({ early_header_mutation_extensions: extensions = [] }) => {
      for (const { typed_config: config } of extensions) {
        config.mutations = config.mutations.filter(({ remove }) => remove !== "x-real-ip");
      }
    }),
    modes: ["offload", "proxy-protocol", "offload-proxy-protocol"],
    noticedBy: ["front/client-address"],
  },
  {
    name: "the-list-as-clients-begin-it",
    breaks: "With the PROXY protocol, too, an application gets what the client wrote before the address of the header.",
    object: filter,
    change: inEachPatch<Typed>(({ early_header_mutation_extensions: extensions = [] }) => {
      for (const { typed_config: config } of extensions) {
        config.mutations = config.mutations.filter(({ remove }) => remove !== "x-forwarded-for");
      }
    }),
    modes: ["proxy-protocol", "offload-proxy-protocol"],
    noticedBy: ["front/client-address"],
  },
  {
    name: "one-proxy-too-many",
    breaks: "The log has the address that the client claims, as if one more proxy had written it.",
    object: filter,
    change: inEachPatch<Typed>((config) => {
      if (config.early_header_mutation_extensions !== undefined) {
        config.xff_num_trusted_hops = 2;
      }
    }),
    modes: ["offload"],
    noticedBy: ["front/access-log"],
  },
  {
    name: "the-scheme-of-the-connection",
    breaks: "What the gateway redirects by itself, such as the dashboard's sign-out, goes on over plain HTTP.",
    object: filter,
    change: inEachPatch<Typed>((config) => {
      delete config.scheme_header_transformation;
    }),
    modes: ["offload-proxy-protocol"],
    noticedBy: ["login/sign-out"],
  },
  {
    name: "no-header-needed",
    breaks: "A connection without the PROXY protocol's header is served, and the balancer's address is the client's.",
    object: filter,
    change: inEachPatch<Typed>((config) => {
      if (config["@type"]?.endsWith(".ProxyProtocol") === true) {
        config.allow_requests_without_proxy_protocol = true;
      }
    }),
    modes: ["proxy-protocol", "offload-proxy-protocol"],
    noticedBy: ["front/proxy-protocol"],
  },
  {
    name: "a-port-that-the-header-names",
    breaks: "The rule that asks oauth2-proxy looks at a port, which with the PROXY protocol is the balancer's.",
    object: {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      namespace: namespaces.ingress,
      name: "session",
    },
    change: (object) =>
      withSpec<{ rules: { to: { operation: { ports?: string[] } }[] }[] }>(object, ({ rules }) => {
        for (const { operation } of rules.flatMap(({ to }) => to)) {
          operation.ports = [String(gateway.ports.https)];
        }
      }),
    modes: ["proxy-protocol", "offload-proxy-protocol"],
    noticedBy: ["login/comes-back"],
  },
];
