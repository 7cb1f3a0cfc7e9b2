import assert from "node:assert/strict";
import { parse } from "yaml";
import { clientObject, storageName } from "../../../acceptance/checks/machines/foreignAudience";
import { forwarderConfig } from "../../../acceptance/checks/machines/pods/forwarder";
import { envoyImage } from "../../../acceptance/checks/machines/podToBackend";
import { podsFor, rulesFor } from "../../../acceptance/checks/machines/pods/manifests";
import { trustRule } from "../../../acceptance/checks/machines/trustedIssuer";
import { MemoryApi } from "../cluster/memoryApi";
import { schemaProblems } from "../../program/schemas";
import { type Manifest } from "../../program/recording";

const rules = rulesFor("a", "https://issuer.example.com", '{"keys":[]}');
const objects = [
  ...rules,
  ...podsFor("registry.example.com/envoy:1"),
  trustRule("a", { issuer: "https://a.example.com", audience: "b", keySet: '{"keys":[]}' }),
];
const found = (kind: string) => objects.filter((each) => each.kind === kind);

describe("the objects that the machine checks make", () => {
  it("have the schema that the API server has", async () => {
    const problems = await Promise.all(
      objects.map(async (each) => {
        const manifest = { ...each, metadata: { ...each.metadata, namespace: "a" } } as unknown as Manifest;
        return (await schemaProblems(manifest)).map((problem) => `${each.kind}: ${problem}`);
      }),
    );
    assert.deepEqual(problems.flat(), []);
  });

  it("let in the gateway, or a token without the header that only the gateway may send", () => {
    const policy = found("AuthorizationPolicy")[0]?.["spec"] as { action: string; rules: unknown[] };
    assert.equal(policy.action, "ALLOW");
    assert.deepEqual(policy.rules, [
      { from: [{ source: { principals: ["cluster.local/ns/ingress/sa/gatehouse-gateway"] } }] },
      {
        from: [{ source: { requestPrincipals: ["https://issuer.example.com/*"] } }],
        when: [{ key: "request.headers[kubeflow-userid]", notValues: ["*"] }],
      },
      {
        from: [{ source: { principals: ["cluster.local/ns/a/sa/gatehouse-gateway"] } }],
        to: [{ operation: { paths: ["/gatehouse-verify/client"] } }],
      },
      {
        from: [{ source: { principals: ["cluster.local/ns/a/sa/backend"] } }],
        to: [{ operation: { paths: ["/gatehouse-verify/other"] } }],
      },
    ]);
    assert.deepEqual(found("PeerAuthentication")[0]?.["spec"], { mtls: { mode: "STRICT" } });
  });

  it("have a sidecar each, except the client outside the mesh", () => {
    const inject = found("Pod").map(({ metadata }) => [metadata.name, metadata.labels?.["sidecar.istio.io/inject"]]);
    assert.deepEqual(inject, [
      ["backend", "true"],
      ["client", "true"],
      ["plain-client", "false"],
    ]);
  });

  it("run the gateway's image, which the cluster can pull, or another that is named", async () => {
    const container = (name: string) => ({ name, image: `registry.example.com/${name}:1` });
    const pod = {
      metadata: { name: "a", uid: "1" },
      spec: { containers: [container("other"), container("istio-proxy")] },
    };
    const api = (items: object[]) =>
      new MemoryApi(({ path }) =>
        /deployments/.test(path) ? { spec: { selector: { matchLabels: { app: "a" } } } } : { items },
      );
    const { signal } = new AbortController();
    assert.equal(await envoyImage(api([pod]), signal), "registry.example.com/istio-proxy:1");
    assert.match(await envoyImage(api([]), signal), /\/istio\/proxyv2:/);
    process.env.GATEHOUSE_VERIFY_IMAGE = "registry.example.com/envoy:1";
    try {
      assert.equal(await envoyImage(api([pod]), signal), "registry.example.com/envoy:1");
    } finally {
      delete process.env.GATEHOUSE_VERIFY_IMAGE;
    }
  });

  it("hand requests on as they stand, with the certificate that an intruder writes", () => {
    const { static_resources: config } = parse(forwarderConfig({ backend: { host: "b.a.svc", port: 8080 } })) as {
      static_resources: {
        listeners: { filter_chains: { filters: { typed_config: Record<string, unknown> }[] }[] }[];
        clusters: { name: string }[];
      };
    };
    const manager = config.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
    assert.equal(manager?.["forward_client_cert_details"], "ALWAYS_FORWARD_ONLY");
    assert.deepEqual(
      config.clusters.map(({ name }) => name),
      ["backend", "health"],
    );
  });

  it("hand on bytes where something else than HTTP comes first", () => {
    const listenersOf = (raw: boolean) => {
      const { static_resources: config } = parse(
        forwarderConfig({ backend: { host: "b.a.svc", port: 8080 }, raw }),
      ) as {
        static_resources: { listeners: { name: string; address: { socket_address: { port_value: number } } }[] };
      };
      return config.listeners.map(({ name, address }) => [name, address.socket_address.port_value]);
    };
    assert.deepEqual(listenersOf(false), [["suite", 9080]]);
    assert.deepEqual(listenersOf(true), [
      ["suite", 9080],
      ["raw", 9081],
    ]);
  });

  it("are found by Dex under the name that it makes of a client's identifier", () => {
    assert.equal(storageName("oauth2-proxy"), "n5qxk5digiwxa4tppb44x4u44scceizf");
    const { metadata, ...rest } = clientObject({ id: "other", secret: "s", redirectUri: "https://a.example.com/" });
    assert.equal(metadata.name, storageName("other"));
    assert.deepEqual(rest["redirectURIs"], ["https://a.example.com/"]);
  });
});
