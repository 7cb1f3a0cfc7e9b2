import { randomBytes } from "node:crypto";
import { isIPv4 } from "node:net";
import { gateway } from "../../../components/topology";
import { type Check, type CheckContext, writesProxyHeader } from "../../check";
import { type Api, clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { letIn } from "../../cluster/letIn";
import { namespacesOfOthers, networkTargets } from "../../cluster/networkTargets";
import { isReady, type Pod } from "../../cluster/objects";
import { forwardPort } from "../../cluster/prober";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount } from "../../cluster/serviceAccounts";
import { waitFor } from "../../cluster/wait";
import { ask, type HeaderList } from "../../http/request";
import { readAnswers, requestText } from "../../http/wire";
import { limited } from "../../limited";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { echoOf, somebody } from "../../tokens/parts";
import { version1 } from "../front/proxyProtocol";
import { type Came, sayAt } from "../front/rawConnection";
import { forwarderConfig, forwarderPort, rawPort } from "../machines/pods/forwarder";
import { clientAccount, clientPods, clients } from "../machines/pods/manifests";
import { envoyImage } from "../machines/podToBackend";

/** Where the network plugin enforces nothing, the gateway itself has to say no. */
export const pastTheBalancer: Check = {
  area: "fail-closed",
  name: "past-the-balancer",
  proves:
    "Where a pod is let in to the gateway's port for the load balancer's plain HTTP, the gateway itself refuses every request that doesn't come from the balancer's addresses, with a genuine token, too.",
  mend: "Look at the AuthorizationPolicy ingress/trusted-ranges: it must deny whoever is not of `ingress.trustedRanges`.",
  exercises: ["gateway", "istiod"],
  needs: ["offload", "user", "client", "echo", "cluster", "disturb"],
  timeout: 300,
  run: async (context) => {
    const { target, probe, signal } = context;
    const api = clusterApi(target);
    const token = await grantIdToken(target, somebody(target), { signal });
    const { https } = gateway.ports;
    const others = await namespacesOfOthers(api, signal);
    const [pod] = (await networkTargets(api, { echo: false, others, absent: target.absent }, signal)).filter(
      ({ namespace, port }) => namespace === gateway.namespace && port === https,
    );
    if (pod === undefined) {
      throw new Error("no pod of the gateway is ready");
    }
    await withSandbox(api, { sidecars: false, signal }, async (sandbox) => {
      await makeClient(context, sandbox, pod.address);
      const proxied = writesProxyHeader(target.front);
      const port = proxied ? rawPort : forwarderPort;
      const tunnel = await forwardPort(connect(target), sandbox.namespace, clients.outsideMesh, port);
      try {
        const say = proxied ? overAConnection(context, tunnel) : asARequest(context, tunnel);
        const guest = { name: `gatehouse-verify-${randomBytes(4).toString("hex")}`, sandbox: sandbox.namespace };
        await letIn(api, [gateway.namespace], guest, signal, async () => {
          probe.busy("waiting until the network lets a pod in");
          const look = async () => {
            const came = await say([], proxied ? outside : undefined);
            return typeof came === "number" && came < 500 ? true : undefined;
          };
          await waitFor("the network lets a pod in to the gateway", look, { within: 60_000, signal });
          for (const { what, headers = [], source, wanted } of proxied
            ? withTheHeader(token, await trustedAddress(api, signal))
            : withoutIt(token)) {
            const came = await say(headers, source);
            probe.expect(
              wanted.includes(came),
              `${what}: ${came}`,
              `${what}, from a pod: should be ${wanted.join(" or ")}; came ${came}`,
            );
          }
        });
      } finally {
        await tunnel.close();
      }
    });
  },
};

/** What came: the status of an answer, or how the connection went on without one. */
type Outcome = number | Exclude<Came["how"], "answers">;

interface Try {
  what: string;
  headers?: HeaderList;
  /** Whose connection the PROXY protocol's header says that it is. */
  source?: string;
  wanted: readonly Outcome[];
}

/** An address that nobody has (RFC 5737). */
const outside = "198.51.100.7";

// oauth2-proxy is asked first about whoever brings no token.
const withoutIt = (token: string): Try[] => [
  { what: "nothing", wanted: [401, 403] },
  { what: "a genuine token", headers: [bearer(token)], wanted: [403] },
  {
    what: "a genuine token and the balancer's words",
    headers: [bearer(token), ["X-Forwarded-For", "192.0.2.66"]],
    wanted: [403],
  },
];

const withTheHeader = (token: string, trusted: string): Try[] => [
  { what: "a genuine token without the PROXY protocol's header", headers: [bearer(token)], wanted: ["closed"] },
  { what: "a header that names a client", source: outside, wanted: [401, 403] },
  {
    what: "a genuine token and a header that names a client",
    headers: [bearer(token)],
    source: outside,
    wanted: [403],
  },
  {
    what: "a genuine token and a header that names the balancer itself",
    headers: [bearer(token)],
    source: trusted,
    wanted: [403],
  },
];

type Say = (headers: HeaderList, source?: string) => Promise<Outcome>;

function asARequest({ target, signal }: CheckContext, { port }: { port: number }): Say {
  return async (headers) => {
    const { status } = await ask(
      { ...target, address: undefined, ca: undefined },
      new URL(`http://127.0.0.1:${port}`),
      "/probe",
      {
        headers: [["Host", echoOf(target).host], ["Accept", "application/json"], ...headers],
        signal: limited(signal, 30_000),
      },
    );
    return status;
  };
}

/** What comes before HTTP no client of HTTP writes. */
export function overAConnection({ target, signal }: CheckContext, { port }: { port: number }): Say {
  return async (headers, source) => {
    const first = source === undefined ? Buffer.alloc(0) : version1(source);
    const request = requestText("GET /probe HTTP/1.1", [
      ["Host", echoOf(target).host],
      ["Accept", "application/json"],
      ...headers,
      ["Connection", "close"],
    ]);
    const place = { host: "127.0.0.1", port };
    const came = await sayAt(target, place, { first, request, tls: false }, { patience: 15_000, signal });
    if (came.how !== "answers") {
      return came.how;
    }
    return readAnswers(Buffer.from(came.text), true).answers[0]?.status ?? "silent";
  };
}

interface LetIn {
  spec?: { ingress?: { from?: { ipBlock?: { cidr: string } }[] }[] };
}

/** An address of the balancer's, which a pod may claim and does not have. */
export async function trustedAddress(api: Api, signal: AbortSignal): Promise<string> {
  const path = `/apis/networking.k8s.io/v1/namespaces/${gateway.namespace}/networkpolicies/allow-${gateway.name}`;
  const { spec: { ingress = [] } = {} } = await api.get<LetIn>(path, signal);
  const [cidr = ""] = ingress.flatMap(({ from = [] }) => from.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []));
  const [address = ""] = cidr.split("/");
  if (!isIPv4(address)) {
    throw new Error(`the NetworkPolicy allow-${gateway.name} lets no IPv4 address in to the gateway`);
  }
  return address;
}

async function makeClient({ probe }: CheckContext, sandbox: Sandbox, host: string): Promise<void> {
  const { api, namespace, signal } = sandbox;
  probe.busy("a pod of the suite's own");
  await makeServiceAccount(sandbox, clientAccount);
  await make(sandbox, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "forwarder" },
    data: { "envoy.yaml": forwarderConfig({ backend: { host, port: gateway.ports.https }, raw: true }) },
  });
  for (const pod of clientPods(await envoyImage(api, signal)).filter(
    (one) => one.metadata.name === clients.outsideMesh,
  )) {
    await make(sandbox, pod);
  }
  const path = `/api/v1/namespaces/${namespace}/pods/${clients.outsideMesh}`;
  const ready = async () => ((await api.get<Pod>(path, signal).then(isReady)) ? true : undefined);
  await waitFor("the pod is ready", ready, { within: 180_000, signal });
}
