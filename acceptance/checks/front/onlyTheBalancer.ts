import { type Check } from "../../check";
import { ask } from "../../http/request";
import { requestText } from "../../http/wire";
import { version1 } from "./proxyProtocol";
import { sayAt } from "./rawConnection";

/** Past the balancer there is no way, for then a client's word would be the balancer's. */
export function onlyTheBalancer(
  ports: { http: number; https: number } = { http: 80, https: 443 },
  patience = 3000,
): Check {
  return {
    area: "front",
    name: "only-the-balancer",
    proves:
      "Past the load balancer nobody opens a connection to the gateway's public ports, with the PROXY protocol's header or without, while requests through it are answered.",
    mend: "`ingress.trustedRanges` must have the balancer's addresses and no client's, and the cluster's network plugin must enforce NetworkPolicies: look at `kubectl get networkpolicy -n ingress allow-gatehouse-gateway`.",
    exercises: ["gateway", "NetworkPolicy"],
    needs: ["gateway-address"],
    async run({ target, probe, signal }) {
      const host = target.front?.gateway ?? "";
      // The gateway refuses it by itself, so that nothing behind it has to be there: a balancer's own answer is another.
      const headers: [string, string][] = [["Authorization", "Bearer not-a-token"]];
      const { status } = await ask(target, target.gate, "/", { headers, signal });
      probe.expect(
        status === 401,
        `through the balancer: ${status}`,
        `through the balancer the gate should refuse a token that is none with 401, or silence elsewhere proves nothing; came ${status}`,
      );
      const request = requestText("GET / HTTP/1.1", [
        ["Host", target.gate.host],
        ["X-Forwarded-For", "192.0.2.66"],
        ["X-Forwarded-Proto", "https"],
        ["Connection", "close"],
      ]);
      const none = Buffer.alloc(0);
      for (const [what, port, first, tls] of [
        ["plain HTTP at port 80", ports.http, none, false],
        ["plain HTTP at port 443", ports.https, none, false],
        ["TLS at port 443", ports.https, none, true],
        ["the PROXY protocol and plain HTTP at port 80", ports.http, version1("192.0.2.66"), false],
        ["the PROXY protocol and plain HTTP at port 443", ports.https, version1("192.0.2.66"), false],
        ["the PROXY protocol and TLS at port 443", ports.https, version1("192.0.2.66"), true],
      ] as const) {
        probe.busy(what);
        const came = await sayAt(target, { host, port }, { first, request, tls }, { patience, signal });
        probe.expect(
          came.how === "none",
          `${what}, straight at ${host}: no connection`,
          `${what}, straight at ${host}: there should be no connection; ${came.how === "answers" ? "it answers" : `it was made, and is ${came.how}`}`,
        );
      }
    },
  };
}
