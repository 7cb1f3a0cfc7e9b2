import { strict as assert } from "node:assert";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf } from "../stacks/fixture";

interface GatewaySpec {
  selector: Record<string, string>;
  servers: { port: { number: number; protocol: string }; hosts: string[]; tls: Record<string, unknown> }[];
}

const selector = { app: "gatehouse-gateway", istio: "gatehouse-gateway" };
const modernTls = {
  mode: "SIMPLE",
  minProtocolVersion: "TLSV1_2",
  cipherSuites: [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ],
};

describe("the ingress", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  const gatewayOf = (of: Recording, name: string) => of.object<{ spec: GatewaySpec }>("Gateway", name, "ingress").spec;

  it("serves each host to the namespaces that may route on it, from one server a port", () => {
    const hosts = [
      "auth/kubeflow.example.com",
      "kubeflow/kubeflow.example.com",
      "gatehouse-echo/echo.kubeflow.example.com",
    ];
    assert.deepEqual(gatewayOf(recording, "gatehouse"), {
      selector,
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts, tls: { httpsRedirect: true } },
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts,
          tls: { credentialName: "gatehouse-edge", ...modernTls },
        },
      ],
    });
  });

  it("serves Dex to the platform alone, at an address inside", () => {
    assert.deepEqual(gatewayOf(recording, "gatehouse-internal"), {
      selector,
      servers: [
        {
          port: { number: 8444, name: "https-internal", protocol: "HTTPS" },
          hosts: ["auth/gatehouse-internal.ingress.svc.cluster.local"],
          tls: { credentialName: "gatehouse-internal", ...modernTls },
        },
      ],
    });
  });

  it("never serves a host to every namespace, nor every host", async () => {
    for (const of of [recording, await recordPlatform(settingsOf(production()))]) {
      for (const { spec } of of.all<{ spec: GatewaySpec }>("Gateway")) {
        for (const host of spec.servers.flatMap(({ hosts }) => hosts)) {
          assert.match(host, /^[a-z0-9-]+\/[a-z0-9.-]+$/);
        }
      }
    }
  });

  it("has a certificate for every host that it serves, made by the CA", () => {
    for (const { spec } of recording.all<{ spec: GatewaySpec }>("Gateway")) {
      for (const { port, hosts, tls } of spec.servers.filter(({ port: { protocol } }) => protocol === "HTTPS")) {
        const { dnsNames, secretName } = recording.object<{ spec: { dnsNames: string[]; secretName: string } }>(
          "Certificate",
          tls.credentialName as string,
          "ingress",
        ).spec;
        assert.equal(secretName, tls.credentialName, String(port.number));
        for (const host of hosts.map((qualified) => qualified.split("/")[1] ?? "")) {
          const wildcard = host.replace(/^[^.]+/, "*");
          assert(dnsNames.includes(host) || dnsNames.includes(wildcard), host);
        }
      }
    }
  });

  it("serves the gate's host alone where there is no echo and no application", async () => {
    const least = await recordPlatform(settingsOf(production()));
    for (const { hosts } of gatewayOf(least, "gatehouse").servers) {
      assert.deepEqual(hosts, ["auth/kubeflow.example.com"]);
    }
  });

  const headers: [what: string, hsts: object, header: string][] = [
    ["a year for all subdomains", {}, "max-age=31536000; includeSubDomains"],
    ["a day for the host alone", { maxAge: "24h", includeSubdomains: false }, "max-age=86400"],
    [
      "two years, built into browsers",
      { maxAge: "17520h", preload: true },
      "max-age=63072000; includeSubDomains; preload",
    ],
  ];
  for (const [what, hsts, header] of headers) {
    it(`asks browsers for HTTPS for ${what}`, async () => {
      const found = await recordPlatform(settingsOf(changed(production(), "ingress.hsts", hsts)));
      const filter = JSON.stringify(found.object("EnvoyFilter", "gatehouse", "ingress"));
      assert(filter.includes(JSON.stringify({ key: "strict-transport-security", value: header })), header);
    });
  }

  it("names the groups' claim of every issuer to the filter that writes the header", async () => {
    const issuers = [
      { name: "a", issuer: "https://a.example.com", audiences: ["x"], users: ["a:*"], groupsClaim: "roles" },
      { name: "b", issuer: "https://b.example.com", audiences: ["x"], users: ["b:*"], groupsClaim: "groups" },
      { name: "c", issuer: "https://c.example.com", audiences: ["x"], users: ["c:*"] },
    ];
    const found = await recordPlatform(settingsOf(changed(production(), "machines.issuers", issuers)));
    const { spec } = found.object<{ spec: object }>("EnvoyFilter", "gatehouse", "ingress");
    const claims = [
      '["https://kubeflow.example.com/dex"] = "groups"',
      '["https://a.example.com"] = "roles"',
      '["https://b.example.com"] = "groups"',
    ];
    assert(JSON.stringify(spec).includes(JSON.stringify(`{ ${claims.join(", ")} }`).slice(1, -1)));
  });
});
