import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { echoConfig } from "../../../documents/gateway/echoConfig";
import { gatewayFilter, type GatewayFilterArgs } from "../../../documents/gateway/envoyFilter";
import { meshConfig } from "../../../documents/istio/meshConfig";
import { findEnvoy } from "../../../cli/bench/findEnvoy";

type Json = Record<string, unknown>;

/** Two listeners as istiod would make them, with the gateway's patches put in by hand. */
function bootstrap(mode: Partial<GatewayFilterArgs> = {}): Json {
  const { configPatches = [] } = gatewayFilter({
    gatewayLabels: {},
    gateway: "ingress/gatehouse",
    ports: { http: 8080, https: 8443 },
    hosts: ["kubeflow.example.com", 'odd"]] = true os.exit() --.example.com'],
    domain: "kubeflow.example.com",
    returnPath: "/gatehouse/return/",
    gateHost: "kubeflow.example.com",
    signInPaths: ["/oauth2/", "/dex/"],
    postedTo: ['odd"]] = true os.exit() --.example.com/dex/callback'],
    hsts: "max-age=300; includeSubDomains",
    sessionCookie: "__Secure-gatehouse",
    groupsClaims: {
      "https://kubeflow.example.com/dex": "groups",
      "https://other.example.com/\n\\": "https://example.com/roles",
    },
    userPrefixes: { "https://other.example.com/\n\\": "other:" },
    userClaims: { "https://other.example.com/\n\\": "sub" },
    tlsEndsAt: "gateway",
    challenges: false,
    proxyProtocol: "off",
    trustedHops: 0,
    ...mode,
  });
  const values = (applyTo: string, port?: number) =>
    configPatches
      .filter(({ applyTo: other, match }) => {
        const { portNumber } = (match?.listener ?? {}) as { portNumber?: number };
        return other === applyTo && portNumber === port;
      })
      .map(({ patch }) => patch?.value as Json);
  const [merged] = values("NETWORK_FILTER");
  const routes = values("HTTP_ROUTE");
  const router = {
    name: "envoy.filters.http.router",
    typed_config: { "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router" },
  };
  const listener = (port: number) => ({
    name: `port-${port}`,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    listener_filters: values("LISTENER_FILTER", port),
    filter_chains: [
      {
        filters: [
          {
            name: "envoy.filters.network.http_connection_manager",
            typed_config: {
              ...(merged?.typed_config as Json),
              stat_prefix: String(port),
              route_config: { virtual_hosts: [{ name: "any", domains: ["*"], routes }] },
              http_filters: [...values("HTTP_FILTER", port), router],
            },
          },
        ],
      },
    ],
  });
  return { static_resources: { listeners: [listener(8080), listener(8443)] } };
}

describe("a real Envoy", function () {
  this.timeout(60_000);
  const envoy = findEnvoy();
  let folder: string;

  before(function () {
    if (envoy === undefined) {
      console.log("    left out: there is no envoy in PATH, and GATEHOUSE_ENVOY names none");
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "gatehouse-envoy-"));
  });
  after(() => {
    if (folder) {
      rmSync(folder, { recursive: true });
    }
  });

  const validate = (config: Json) => {
    const file = join(folder, "envoy.json");
    writeFileSync(file, JSON.stringify(config));
    const { status, stderr } = spawnSync(envoy ?? "", ["--mode", "validate", "-c", file], { encoding: "utf8" });
    return { status, stderr };
  };

  it("accepts the gateway's filters, routes and Lua", () => {
    const { status, stderr } = validate(bootstrap());
    assert.equal(status, 0, stderr);
  });

  const modes: Record<string, Partial<GatewayFilterArgs>> = {
    "behind a load balancer that ends TLS": { tlsEndsAt: "load balancer", trustedHops: 2 },
    "with the PROXY protocol": { proxyProtocol: "required" },
    "with a provider in place of Dex": { verifiedEmailsOf: "https://other.example.com/\n\\" },
    "with ACME's HTTP-01": { challenges: true },
  };
  for (const [name, mode] of Object.entries(modes)) {
    it(`accepts them ${name}`, () => {
      const { status, stderr } = validate(bootstrap(mode));
      assert.equal(status, 0, stderr);
    });
  }

  it("accepts the echo's configuration", () => {
    const { status, stderr } = validate(parse(echoConfig(8080)) as Json);
    assert.equal(status, 0, stderr);
  });

  it("accepts the headers that the check is told", () => {
    // Istio hands them to ext_authz as they stand.
    const [provider] = meshConfig({
      trustDomain: "x",
      providers: [{ name: "x", service: "x", port: 1, checkPrefix: "/check" }],
    }).extensionProviders;
    const headers = provider?.envoyExtAuthzHttp.includeAdditionalHeadersInCheck ?? {};
    const config = bootstrap() as { static_resources: { listeners: Listener[]; clusters?: Json[] } };
    config.static_resources.clusters = [{ name: "check", type: "STATIC", load_assignment: { cluster_name: "check" } }];
    const filters = config.static_resources.listeners[1]?.filter_chains[0]?.filters[0]?.typed_config.http_filters;
    filters?.unshift({
      name: "envoy.filters.http.ext_authz",
      typed_config: {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
        http_service: {
          server_uri: { uri: "http://check", cluster: "check", timeout: "5s" },
          authorization_request: {
            headers_to_add: Object.entries(headers).map(([key, value]) => ({ key, value })),
          },
        },
      },
    });
    const { status, stderr } = validate(config);
    assert.equal(status, 0, stderr);
  });

  it("refuses a filter with a mistake in its Lua, so that the tests above say something", () => {
    const config = JSON.stringify(bootstrap()).replace("function envoy_on_request", "funktion envoy_on_request");
    const { status, stderr } = validate(JSON.parse(config) as Json);
    assert.notEqual(status, 0);
    assert.match(stderr, /script load error|lua/i);
  });

  interface Listener {
    filter_chains: { filters: { typed_config: { http_filters: Json[] } }[] }[];
  }
});
