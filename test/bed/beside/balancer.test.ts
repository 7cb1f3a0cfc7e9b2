import assert from "node:assert/strict";
import { type FrontType } from "../../../acceptance/check";
import { balancerConfig } from "../../../bed/beside/balancerConfig";

interface Config {
  static_resources: {
    listeners: {
      name: string;
      filter_chains: { filters: { name: string }[]; transport_socket?: { name: string } }[];
    }[];
    clusters: { name: string; transport_socket?: { name: string } }[];
  };
}

describe("The bed's load balancer", () => {
  const shown = (type: FrontType) => {
    const args = { type, gateway: "192.0.2.10", certificate: "/balancer.pem", key: "/balancer.key", barePort: 9443 };
    const { static_resources: config } = balancerConfig(args) as unknown as Config;
    return {
      listeners: config.listeners.map(({ name, filter_chains: [chain] }) => [
        name,
        chain?.filters.map((filter) => filter.name).join(),
        chain?.transport_socket?.name,
      ]),
      clusters: config.clusters.map(({ name, transport_socket: socket }) => [name, socket?.name]),
    };
  };

  it("hands on requests and ends TLS at 443 alone", () => {
    assert.deepEqual(shown("offload"), {
      listeners: [
        ["port-80", "http", undefined],
        ["port-443", "http", "tls"],
      ],
      clusters: [
        ["port-80", undefined],
        ["port-443", undefined],
      ],
    });
  });

  it("hands on connections with the PROXY protocol's header, and without it at a port of its own", () => {
    assert.deepEqual(shown("proxy-protocol"), {
      listeners: [
        ["port-80", "tcp", undefined],
        ["port-443", "tcp", undefined],
        ["port-9443", "tcp", undefined],
      ],
      clusters: [
        ["port-80", "proxy-protocol"],
        ["port-443", "proxy-protocol"],
        ["bare", undefined],
      ],
    });
  });

  it("hands on what comes out of TLS with that header, and at the port of its own neither ends TLS nor writes it", () => {
    assert.deepEqual(shown("offload-proxy-protocol"), {
      listeners: [
        ["port-80", "tcp", undefined],
        ["port-443", "tcp", "tls"],
        ["port-9443", "tcp", undefined],
      ],
      clusters: [
        ["port-80", "proxy-protocol"],
        ["port-443", "proxy-protocol"],
        ["bare", undefined],
      ],
    });
  });
});
