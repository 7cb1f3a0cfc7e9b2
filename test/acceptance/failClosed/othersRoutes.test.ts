import assert from "node:assert/strict";
import { leadingAway, othersRoutes } from "../../../acceptance/checks/failClosed/othersRoutes";
import { type FakePlatform, fakePlatform, type Faults, hurry, outcomeOf } from "../cluster/fakePlatform";

describe("fail closed: routes of another namespace", () => {
  let platform: FakePlatform | undefined;
  afterEach(() => platform?.close());

  const outcome = async (faults: Faults = {}) => {
    platform = await fakePlatform(faults);
    const { cluster } = platform;
    const made: { kind: string; spec: object }[] = [];
    cluster.before = ({ method, body }) => {
      if (method === "POST") made.push(body as { kind: string; spec: object });
    };
    const said = await outcomeOf(platform, (context) => othersRoutes(hurry).run(context));
    const written = made.filter(({ kind }) => kind === "VirtualService" || kind === "ServiceEntry");
    return {
      ...said,
      written,
      left: [...cluster.made.keys()].filter((path) => /^\/api\/v1\/namespaces\/[^/]+$/.test(path)),
    };
  };

  it("passes where people sign in as before, and takes its namespace away", async () => {
    const { faults, right, figures, written, left } = await outcome();
    assert.deepEqual(faults, []);
    assert.deepEqual(right, [
      "a new sign-in works with a route of another namespace for what oauth2-proxy asks",
      "without the route of another namespace: a new sign-in works",
    ]);
    assert.ok(figures.includes("sign-ins with a route of another namespace"));
    assert.deepEqual(
      written.map(({ kind, spec }) => [kind, "hosts" in spec ? spec.hosts : undefined]),
      [["VirtualService", ["gatehouse-internal.ingress.svc.cluster.local"]]],
    );
    assert.deepEqual(left, []);
  });

  it("fails where oauth2-proxy follows them", async () => {
    const { faults } = await outcome({ knowsEveryNamespace: true });
    assert.match(faults.join("\n"), /a new sign-in with a route of another namespace .* should work; after 0: .*500/);
  });
});

describe("a route of another namespace", () => {
  it("is an entry for the provider where one is in place of Dex", () => {
    const all = leadingAway({ provider: new URL("https://login.example.com:8443/dex") }, "tenant");
    assert.deepEqual(
      all.map(({ kind, spec }) => [kind, spec]),
      [
        [
          "ServiceEntry",
          {
            hosts: ["login.example.com"],
            exportTo: ["*"],
            location: "MESH_EXTERNAL",
            resolution: "STATIC",
            ports: [{ number: 8443, name: "tls", protocol: "TLS" }],
            endpoints: [{ address: "192.0.2.1" }],
          },
        ],
      ],
    );
  });
});
