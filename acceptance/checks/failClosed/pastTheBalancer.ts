import { randomBytes } from "node:crypto";
import { gateway } from "../../../components/topology";
import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { letIn } from "../../cluster/letIn";
import { namespacesOfOthers, networkTargets } from "../../cluster/networkTargets";
import { isReady, type Pod } from "../../cluster/objects";
import { forwardPort } from "../../cluster/prober";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount } from "../../cluster/serviceAccounts";
import { waitFor } from "../../cluster/wait";
import { type Answer, ask } from "../../http/request";
import { limited } from "../../limited";
import { bearer } from "../../tokens/ask";
import { grantIdToken } from "../../tokens/grant";
import { echoOf, somebody } from "../../tokens/parts";
import { forwarderConfig, forwarderPort } from "../machines/pods/forwarder";
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
      const tunnel = await forwardPort(connect(target), sandbox.namespace, clients.outsideMesh, forwarderPort);
      try {
        const from = (headers: readonly (readonly [string, string])[]): Promise<Answer> =>
          ask({ ...target, address: undefined, ca: undefined }, new URL(`http://127.0.0.1:${tunnel.port}`), "/probe", {
            headers: [["Host", echoOf(target).host], ["Accept", "application/json"], ...headers],
            signal: limited(signal, 30_000),
          });
        const guest = { name: `gatehouse-verify-${randomBytes(4).toString("hex")}`, sandbox: sandbox.namespace };
        await letIn(api, [gateway.namespace], guest, signal, async () => {
          probe.busy("waiting until the network lets a pod in");
          const look = async () => ((await from([])).status < 500 ? true : undefined);
          await waitFor("the network lets a pod in to the gateway", look, { within: 60_000, signal });
          for (const [what, headers, refusals] of [
            // oauth2-proxy is asked first about whoever brings no token.
            ["nothing", [], [401, 403]],
            ["a genuine token", [bearer(token)], [403]],
            ["a genuine token and the balancer's words", [bearer(token), ["X-Forwarded-For", "192.0.2.66"]], [403]],
          ] as const) {
            const { status } = await from(headers);
            probe.expect(
              (refusals as readonly number[]).includes(status),
              `${what}: ${status}`,
              `${what}, from a pod: should be ${refusals.join(" or ")}; came ${status}`,
            );
          }
        });
      } finally {
        await tunnel.close();
      }
    });
  },
};

async function makeClient({ probe }: CheckContext, sandbox: Sandbox, host: string): Promise<void> {
  const { api, namespace, signal } = sandbox;
  probe.busy("a pod of the suite's own");
  await makeServiceAccount(sandbox, clientAccount);
  await make(sandbox, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "forwarder" },
    data: { "envoy.yaml": forwarderConfig({ backend: { host, port: gateway.ports.https } }) },
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
