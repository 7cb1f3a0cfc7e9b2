import { connect } from "node:net";
import { internalGate } from "../../../components/topology";
import { type Check } from "../../check";
import { inParallel } from "../../http/inParallel";
import { greet } from "./clientHello";
import { modernSuites } from "./suites";

/** Ports of the platform's parts that are for other parts, or for nobody. */
const inner: readonly { port: number; what: string }[] = [
  { port: 8444, what: "the gateway's internal listener" },
  { port: 15000, what: "Envoy's administration" },
  { port: 15004, what: "a proxy's debugging" },
  { port: 15006, what: "a sidecar's inbound traffic" },
  { port: 15008, what: "the mesh's tunnels" },
  { port: 15010, what: "istiod without TLS" },
  { port: 15012, what: "istiod" },
  { port: 15014, what: "istiod's metrics" },
  { port: 15017, what: "istiod's webhooks" },
  { port: 15020, what: "a proxy's metrics" },
  { port: 15021, what: "a proxy's readiness, which is the balancer's to ask at a pod" },
  { port: 15090, what: "Envoy's metrics" },
  { port: 4180, what: "oauth2-proxy" },
  { port: 44180, what: "oauth2-proxy's metrics" },
  { port: 5556, what: "Dex" },
  { port: 5558, what: "Dex's metrics" },
];

type Came = "answers" | "closed" | "silent";

/** What the gate's address offers besides HTTP and HTTPS. */
export function onlyPublicPorts(ports = inner): Check {
  return {
    area: "tls",
    name: "only-public-ports",
    proves: "At the gate's public address nothing answers on the ports of the platform's inside.",
    mend: "Only 80 and 443 may stand in the Service `ingress/gatehouse-gateway`; everything else has a Service of type ClusterIP. On one's own machine, another program may use the port.",
    exercises: ["gateway", "NetworkPolicy"],
    needs: [],
    async run({ target: { gate, address }, probe, signal }) {
      const host = address ?? gate.hostname;
      const open = Number(gate.port === "" ? 443 : gate.port);
      probe.expect(
        (await answers(host, open, gate.hostname, signal)) === "answers",
        `port ${open}, the gate itself, answers`,
        `port ${open} is the gate and should have answered, or silence on the other ports proves nothing`,
      );
      await inParallel(
        ports,
        async ({ port, what }) => {
          const came = await answers(host, port, internalGate.host, signal);
          probe.expect(
            came !== "answers",
            `port ${port}, ${what}: ${came}`,
            `port ${port}, ${what}: should not be reached from here; it answers`,
          );
        },
        8,
      );
    },
  };
}

/** Load balancers take connections to any port; only a byte back shows that somebody is there. */
async function answers(host: string, port: number, serverName: string, signal: AbortSignal): Promise<Came> {
  const plain = await firstByte(host, port, signal);
  if (plain === "answers" || plain === "closed") {
    return plain;
  }
  const hello = { version: 0x0303, suites: modernSuites, serverName };
  const reply = await greet(host, port, hello, signal).catch(() => ({ kind: "silent" as const }));
  return reply.kind === "hello" || reply.kind === "alert" ? "answers" : reply.kind;
}

/** Whether somebody answers plain HTTP; "dropped" is a connection that was taken and then ended. */
function firstByte(host: string, port: number, signal: AbortSignal): Promise<Came | "dropped"> {
  return new Promise((resolve) => {
    let connected = false;
    const socket = connect({ host, port });
    const end = (how: Came | "dropped") => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
      resolve(how);
    };
    const abort = () => end("silent");
    signal.addEventListener("abort", abort, { once: true });
    socket.setTimeout(3_000, () => end("silent"));
    socket.once("connect", () => {
      connected = true;
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    });
    socket.once("data", () => end("answers"));
    socket.once("error", () => end(connected ? "dropped" : "closed"));
    socket.once("close", () => end(connected ? "dropped" : "closed"));
  });
}
