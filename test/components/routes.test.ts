import { strict as assert } from "node:assert";
import { recordEverything } from "../program/record";
import { type Recording } from "../program/recording";

interface VirtualServiceSpec {
  hosts: string[];
  gateways: string[];
  http: {
    name: string;
    match?: { uri: Record<string, string> }[];
    route?: { destination: { host: string; port: { number: number } } }[];
    redirect?: object;
    timeout?: string;
  }[];
}

describe("the routes", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  const specOf = (name: string, namespace: string) =>
    recording.object<{ spec: VirtualServiceSpec }>("VirtualService", name, namespace).spec;
  const to = (host: string, number: number) => [{ destination: { host, port: { number } } }];

  it("lead sign-in's paths of the gate's host to Dex and oauth2-proxy, each to its own", () => {
    assert.deepEqual(specOf("sign-in", "auth"), {
      hosts: ["kubeflow.example.com"],
      gateways: ["ingress/gatehouse"],
      http: [
        {
          name: "dex",
          match: [
            { uri: { exact: "/dex/auth" } },
            { uri: { exact: "/dex/callback" } },
            { uri: { exact: "/dex/approval" } },
            { uri: { exact: "/dex/token" } },
            { uri: { exact: "/dex/keys" } },
            { uri: { exact: "/dex/userinfo" } },
            { uri: { exact: "/dex/.well-known/openid-configuration" } },
            { uri: { prefix: "/dex/auth/" } },
            { uri: { prefix: "/dex/callback/" } },
            { uri: { prefix: "/dex/static/" } },
            { uri: { prefix: "/dex/theme/" } },
          ],
          route: to("dex.auth.svc.cluster.local", 5556),
        },
        { name: "not-of-dex", match: [{ uri: { prefix: "/dex/" } }], directResponse: { status: 404 } },
        {
          name: "oauth2-proxy",
          match: [{ uri: { prefix: "/oauth2/" } }],
          route: to("oauth2-proxy.auth.svc.cluster.local", 4180),
        },
        {
          name: "logout",
          match: [{ uri: { exact: "/logout" } }],
          redirect: { uri: "/oauth2/sign_out", redirectCode: 303 },
        },
      ],
    });
  });

  it("lead the platform's own to Dex's keys and tokens, and nowhere else", () => {
    assert.deepEqual(specOf("dex-internal", "auth"), {
      hosts: ["gatehouse-internal.ingress.svc.cluster.local"],
      gateways: ["ingress/gatehouse-internal"],
      http: [
        {
          name: "dex",
          match: [{ uri: { exact: "/dex/keys" } }, { uri: { exact: "/dex/token" } }],
          route: to("dex.auth.svc.cluster.local", 5556),
        },
      ],
    });
  });

  it("lead the echo's host to the echo", () => {
    assert.deepEqual(specOf("echo", "gatehouse-echo"), {
      hosts: ["echo.kubeflow.example.com"],
      gateways: ["ingress/gatehouse"],
      http: [{ name: "echo", route: to("echo.gatehouse-echo.svc.cluster.local", 8080) }],
    });
  });

  it("end at Services and ports that are there, but for applications, which other people bring", () => {
    const routes = recording.all<{ spec: VirtualServiceSpec }>("VirtualService");
    for (const { metadata, spec } of routes.filter(({ metadata: { name } }) => !name.startsWith("app-"))) {
      for (const { destination } of spec.http.flatMap(({ route = [] }) => route)) {
        const [name = "", namespace = ""] = destination.host.split(".");
        const service = recording.object<{ spec: { ports: { port: number }[] } }>("Service", name, namespace);
        assert(
          service.spec.ports.some(({ port }) => port === destination.port.number),
          metadata.name,
        );
      }
    }
  });

  it("are on hosts that their Gateway serves to their namespace", () => {
    for (const { metadata, spec } of recording.all<{ spec: VirtualServiceSpec }>("VirtualService")) {
      for (const reference of spec.gateways) {
        const [namespace = "", name = ""] = reference.split("/");
        const { servers } = recording.object<{ spec: { servers: { hosts: string[] }[] } }>(
          "Gateway",
          name,
          namespace,
        ).spec;
        for (const host of spec.hosts) {
          for (const { hosts } of servers) {
            assert(hosts.includes(`${metadata.namespace}/${host}`), `${metadata.name}: ${host}`);
          }
        }
      }
    }
  });

  it("have no timeout, which would end websockets", () => {
    for (const { spec } of recording.all<{ spec: VirtualServiceSpec }>("VirtualService")) {
      assert(spec.http.every(({ timeout }) => timeout === undefined));
    }
  });
});
