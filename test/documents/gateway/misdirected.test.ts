import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { luaFilter, luaSet, luaString } from "../../../documents/gateway/lua";
import { LuaEnvoy } from "./luaEnvoy";

const gate = "kubeflow.example.com";
const filterFor = (below: string) =>
  luaFilter("misdirected.lua", { hosts: luaSet([gate, "echo.kubeflow.example.com"]), below: luaString(below) });
const filter = filterFor("");

describe("a request on a connection for another host", () => {
  let envoy: LuaEnvoy;
  before(async () => (envoy = await LuaEnvoy.start()));

  const statusOf = (serverName: string, authority: string, source = filter) =>
    envoy.filter(
      source,
      [
        [":authority", authority],
        [":path", "/"],
      ],
      { serverName },
    ).answer?.headers[":status"];

  const sentAway: [serverName: string, authority: string][] = [
    [gate, "grafana.kubeflow.example.com"],
    ["grafana.kubeflow.example.com", gate],
    ["grafana.kubeflow.example.com", "mlflow.kubeflow.example.com"],
    ["grafana.kubeflow.example.com", "mlflow.kubeflow.example.com:443"],
    [gate, "other.example.com"],
  ];
  for (const [serverName, authority] of sentAway) {
    it(`is sent away with 421: ${authority} where ${serverName} was asked for`, () => {
      assert.equal(statusOf(serverName, authority), "421");
    });
  }

  it("goes on between notebooks, which share a certificate and a listener, and between them and no other host", () => {
    const withNotebooks = filterFor(".kubeflow-notebooks.example.com");
    const [one, other] = ["a--b.kubeflow-notebooks.example.com", "c--d.kubeflow-notebooks.example.com"];
    assert.equal(statusOf(one, other, withNotebooks), undefined);
    assert.equal(statusOf(one, other), "421");
    for (const [server, authority] of [
      [one, gate],
      [gate, one],
      [one, "kubeflow-notebooks.example.com"],
      [one, "xkubeflow-notebooks.example.com"],
    ] as const) {
      assert.equal(statusOf(server, authority, withNotebooks), "421");
    }
  });

  const goingOn: [serverName: string, authority: string][] = [
    [gate, gate],
    [gate, `${gate}:443`],
    ["Kubeflow.Example.COM", gate],
    ["grafana.kubeflow.example.com", "Grafana.Kubeflow.Example.com"],
    // These share a listener.
    [gate, "echo.kubeflow.example.com"],
    ["echo.kubeflow.example.com", gate],
    // A client asks for no name where it knows an address only (RFC 6066, section 3).
    ["", "192.0.2.10"],
    ["", gate],
    // What is no name is for the routes and rules, which have no place for it.
    [gate, ""],
    [gate, `user@${gate}`],
    [gate, "[2001:db8::1]"],
  ];
  for (const [serverName, authority] of goingOn) {
    it(`goes on: ${JSON.stringify(authority)} where ${JSON.stringify(serverName)} was asked for`, () => {
      assert.equal(statusOf(serverName, authority), undefined);
    });
  }

  it("never stops the request for the very host, whatever its name", () => {
    fc.assert(
      fc.property(fc.domain(), (host) => {
        assert.equal(statusOf(host, host), undefined);
      }),
    );
  });
});
