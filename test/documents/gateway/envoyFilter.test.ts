import { strict as assert } from "node:assert";
import { gatewayFilter, type GatewayFilterArgs } from "../../../documents/gateway/envoyFilter";

const args: GatewayFilterArgs = {
  gatewayLabels: { app: "gate" },
  gateway: "ingress/gatehouse",
  ports: { http: 8080, https: 8443 },
  hosts: ["kubeflow.example.com", "echo.kubeflow.example.com"],
  domain: "kubeflow.example.com",
  returnPath: "/gatehouse/return/",
  gateHost: "kubeflow.example.com",
  signInPaths: ["/oauth2/", "/dex/"],
  postedTo: [],
  hsts: "max-age=300",
  sessionCookie: "__Secure-gatehouse",
  groupsClaims: { "https://kubeflow.example.com/dex": "groups" },
  userPrefixes: {},
  userClaims: {},
  tlsEndsAt: "gateway",
  challenges: false,
  proxyProtocol: "off",
  trustedHops: 0,
};

/** Messages of Envoy's that a patch may hold; a slip of the pen in a type URL makes Envoy refuse the whole listener. */
const messages = [
  "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
  "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
  "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
];

describe("the gateway's EnvoyFilter", () => {
  const { workloadSelector, priority, configPatches = [] } = gatewayFilter(args);

  const summary = configPatches.map(({ applyTo, match, patch }) => {
    const listener = match?.listener as
      { portNumber?: number; filterChain?: { filter?: { name?: string; subFilter?: { name: string } } } } | undefined;
    const { name } = (patch?.value ?? {}) as { name?: string };
    return [
      applyTo,
      match?.context,
      listener?.portNumber,
      listener?.filterChain?.filter?.name,
      listener?.filterChain?.filter?.subFilter?.name,
      patch?.operation,
      name,
    ];
  });

  it("looks for artifacts under every name where the gate's host is an address, which has routes under every name", () => {
    const { domain = "", ...atAddress } = args;
    const luaOf = (spec: ReturnType<typeof gatewayFilter>) => JSON.stringify(spec.configPatches);
    assert.match(luaOf(gatewayFilter({ ...atAddress, domain })), /local under_every_name = false/);
    assert.match(luaOf(gatewayFilter({ ...atAddress, gateHost: "192.0.2.1" })), /local under_every_name = true/);
  });

  it("touches the gateway's pods alone", () => {
    assert.deepEqual(workloadSelector, { labels: { app: "gate" } });
    assert.equal(priority, 10);
  });

  it("removes nothing, and puts each filter where it belongs", () => {
    const manager = "envoy.filters.network.http_connection_manager";
    assert.deepEqual(summary, [
      ["NETWORK_FILTER", "GATEWAY", undefined, manager, undefined, "MERGE", undefined],
      ["HTTP_FILTER", "GATEWAY", 8080, manager, undefined, "INSERT_FIRST", "gatehouse.https_redirect"],
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.answers"],
      [
        "HTTP_FILTER",
        "GATEWAY",
        8443,
        manager,
        "envoy.filters.http.router",
        "INSERT_BEFORE",
        "gatehouse.identity_headers",
      ],
      ...["gatehouse.signed_in_as", "gatehouse.application_cookies", "gatehouse.begun_sign_ins"].map((name) => [
        "HTTP_FILTER",
        "GATEWAY",
        8443,
        manager,
        "envoy.filters.http.router",
        "INSERT_BEFORE",
        name,
      ]),
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.signed_in_here"],
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.two_sessions"],
      [
        "HTTP_FILTER",
        "GATEWAY",
        8443,
        manager,
        "envoy.filters.http.router",
        "INSERT_BEFORE",
        "gatehouse.pipeline_artifacts",
      ],
      [
        "HTTP_FILTER",
        "GATEWAY",
        8443,
        manager,
        "envoy.filters.http.router",
        "INSERT_BEFORE",
        "gatehouse.pipeline_proxies",
      ],
      ["HTTP_ROUTE", "GATEWAY", undefined, undefined, undefined, "INSERT_AFTER", "not-found"],
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.cross_origin"],
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.return_address"],
      ["HTTP_FILTER", "GATEWAY", 8443, manager, undefined, "INSERT_FIRST", "gatehouse.misdirected"],
    ]);
  });

  it("has filters more where notebooks have hosts of their own, and a last route of those", () => {
    const notebooks = {
      domain: "kubeflow-notebooks.example.com",
      signInHost: "auth.kubeflow-notebooks.example.com",
      gateway: "ingress/gatehouse-notebooks",
      endings: { notebook: "" },
      asks: "Ask",
      forwardsAuthorization: false,
    };
    const patchesOf = (more: Partial<GatewayFilterArgs>, forwardsAuthorization = false) =>
      (gatewayFilter({ ...args, ...more, notebooks: { ...notebooks, forwardsAuthorization } }).configPatches ?? [])
        .slice(configPatches.length)
        .map(({ match, patch }) => {
          const { name } = patch?.value as { name: string };
          return [patch?.operation, name, match?.routeConfiguration?.gateway].filter((part) => part !== undefined);
        });
    const first = ["gatehouse.notebook_sign_out", "gatehouse.notebook_hosts"].map((name) => ["INSERT_FIRST", name]);
    const notFound = ["INSERT_AFTER", "not-found", notebooks.gateway];
    const authorization = ["INSERT_BEFORE", "gatehouse.notebook_authorization"];
    const workers = ["INSERT_BEFORE", "gatehouse.service_workers"];
    assert.deepEqual(patchesOf({}), [notFound, workers, ...first]);
    assert.deepEqual(patchesOf({ tlsEndsAt: "load balancer" }).slice(-2), first);
    assert.deepEqual(patchesOf({}, true), [notFound, authorization, workers, ...first]);
  });

  it("takes Service-Worker-Allowed from every answer, or has a filter that knows notebooks' hosts do it", () => {
    const removals = (more: Partial<GatewayFilterArgs>) =>
      JSON.stringify(
        gatewayFilter({ ...args, ...more }).configPatches?.find(
          ({ patch }) => (patch?.value as { name?: string }).name === "gatehouse.answers",
        ),
      );
    assert.match(removals({}), /service-worker-allowed/);
    const notebooks = {
      domain: "n.example.com",
      signInHost: "auth.n.example.com",
      gateway: "ingress/n",
      endings: {},
      asks: "Ask",
      forwardsAuthorization: false,
    };
    assert.doesNotMatch(removals({ notebooks }), /service-worker-allowed/);
    assert.match(JSON.stringify(gatewayFilter({ ...args, notebooks }).configPatches), /gatehouse\.service_workers/);
  });

  it("has a last route of every public host, so that a path without one is checked like the rest", () => {
    const notFound = configPatches.find(({ applyTo }) => applyTo === "HTTP_ROUTE");
    assert.deepEqual(notFound?.match?.routeConfiguration, { gateway: "ingress/gatehouse", portName: "https" });
    assert.deepEqual(notFound?.patch?.value, {
      name: "not-found",
      match: { prefix: "/" },
      direct_response: { status: 404 },
    });
  });

  it("takes away what only the gate may say, before anything else looks at a request", () => {
    assert.deepEqual(configPatches[0]?.patch?.value, {
      typed_config: {
        "@type": messages[2],
        early_header_mutation_extensions: [
          {
            name: "gatehouse.forged_identity",
            typed_config: {
              "@type": messages[3],
              mutations: [
                ...[
                  "x-auth-request-",
                  "kubeflow-",
                  "x-goog-authenticated-user-",
                  "x-goog-iap-",
                  "x-amzn-oidc-",
                  "x-ms-client-principal",
                  "cf-access-",
                  "x-webauth-",
                  "x-remote-",
                  "remote-",
                  "x-authentik-",
                  "x-pomerium-",
                  "x-envoy-",
                ].map((prefix) => ({ remove_on_match: { key_matcher: { prefix } } })),
                { remove: "x-forwarded-user" },
                { remove: "x-forwarded-email" },
                { remove: "x-forwarded-groups" },
                { remove: "x-forwarded-preferred-username" },
                { remove: "x-forwarded-access-token" },
                { remove: "forwarded" },
                { remove: "x-real-ip" },
                { remove: "x-client-ip" },
                { remove: "x-cluster-client-ip" },
                { remove: "true-client-ip" },
                { remove: "cf-connecting-ip" },
                { remove: "x-forwarded-for" },
              ],
            },
          },
        ],
      },
    });
  });

  it("sets HSTS on every answer, over whatever an application says, lets no token out, and no frame of another origin in", () => {
    assert.deepEqual(configPatches[2]?.patch?.value, {
      name: "gatehouse.answers",
      typed_config: {
        "@type": messages[0],
        mutations: {
          response_mutations: [
            {
              append: {
                header: { key: "strict-transport-security", value: "max-age=300" },
                append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
              },
            },
            { remove: "authorization" },
            { remove: "x-auth-request-access-token" },
            { remove: "x-auth-request-user" },
            { remove: "x-auth-request-email" },
            { remove: "service-worker-allowed" },
            {
              append: {
                header: { key: "content-security-policy", value: "frame-ancestors 'self'" },
                append_action: "APPEND_IF_EXISTS_OR_ADD",
              },
            },
            {
              append: {
                header: { key: "cross-origin-opener-policy", value: "same-origin-allow-popups" },
                append_action: "ADD_IF_ABSENT",
              },
            },
          ],
        },
      },
    });
  });

  it("finds the routes of plain HTTP by the Service's port, where the load balancer ends TLS", () => {
    const { configPatches: offloaded = [] } = gatewayFilter({ ...args, tlsEndsAt: "load balancer" });
    const notFound = offloaded.find(({ applyTo }) => applyTo === "HTTP_ROUTE");
    assert.deepEqual(notFound?.match?.routeConfiguration, { portNumber: 443 });
    assert.equal(notFound?.patch?.operation, "INSERT_AFTER");
  });

  for (const proxies of [{ tlsEndsAt: "load balancer" }, { trustedHops: 1 }] as const) {
    it(`says https itself with ${JSON.stringify(proxies)}, whatever a proxy wrote`, () => {
      const { configPatches: behind = [] } = gatewayFilter({ ...args, ...proxies });
      const own = behind.filter(({ patch }) => JSON.stringify(patch).includes("scheme"));
      const filter = { name: "envoy.filters.network.http_connection_manager" };
      assert.deepEqual(own, [
        {
          applyTo: "NETWORK_FILTER",
          match: { context: "GATEWAY", listener: { portNumber: args.ports.https, filterChain: { filter } } },
          patch: {
            operation: "MERGE",
            value: {
              typed_config: {
                "@type":
                  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                scheme_header_transformation: { scheme_to_overwrite: "https" },
              },
            },
          },
        },
      ]);
      assert.ok(!JSON.stringify(configPatches).includes("scheme_header_transformation"));
    });
  }

  it("names no message of Envoy's but the known ones", () => {
    const named = [...JSON.stringify(configPatches).matchAll(/"@type":"([^"]*)"/g)].map(([, url]) => url ?? "");
    assert.deepEqual([...new Set(named)].sort(), messages);
  });

  it("leaves no place of a Lua filter open", () => {
    const sources = configPatches.flatMap(({ patch }) => {
      const { typed_config } = patch?.value as { typed_config?: { default_source_code?: { inline_string: string } } };
      return typed_config?.default_source_code?.inline_string ?? [];
    });
    assert.equal(sources.length, 12);
    for (const source of sources) {
      assert.doesNotMatch(source, /\{\{|\}\}/);
    }
  });
});
