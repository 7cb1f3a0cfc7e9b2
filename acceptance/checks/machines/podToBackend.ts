import { decodeJwt } from "jose";
import { type Check, type CheckContext } from "../../check";
import { lock } from "../../../stacks/lock";
import { type Api, clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { isReady, type Pod } from "../../cluster/objects";
import { type Forwarded, forwardPort } from "../../cluster/prober";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { clusterKeySet, makeServiceAccount, tokenOf } from "../../cluster/serviceAccounts";
import { workloads } from "../../cluster/platform";
import { waitFor } from "../../cluster/wait";
import { podsOf } from "../../cluster/workloads";
import { seenByBackend } from "../../echo";
import { ask as request } from "../../http/request";
import { limited } from "../../limited";
import { bearer } from "../../tokens/ask";
import { forgedSignatures, someIntruder } from "../../tokens/forge";
import { keyOf } from "../../tokens/keys";
import { forwarderPort } from "./pods/forwarder";
import { judge, type Stage } from "./pods/judge";
import { backend, backendAudience, backendHost, clientAccount, clients, podsFor, rulesFor } from "./pods/manifests";

/** The third way in: past the gate, from pod to pod, as notebooks ask the pipelines API. */
export const podToBackend: Check = {
  area: "machines",
  name: "pod-to-backend",
  proves:
    "A pod gets to an application past the gate with a service account's token for it and nothing else: not without mutual TLS, without a token, with another's, or with the gateway's headers, which count from the gateway's own principal alone.",
  mend: "The mesh itself is at fault, because the check brings its own rules: look whether istiod injects sidecars and istio-cni redirects their traffic (`kubectl describe pod`), whether PeerAuthentication STRICT is in effect (`istioctl x describe pod`), and at istiod's log.",
  exercises: ["sidecar", "istiod", "API server"],
  needs: ["cluster"],
  timeout: 300,
  async run(context) {
    const { target, signal } = context;
    await withSandbox(clusterApi(target), { sidecars: true, signal }, async (sandbox) => {
      const config = connect(target);
      const keySet = await clusterKeySet(config, signal);
      const uid = await setUp(context, sandbox, keySet);
      const forwarded = new Map<string, Forwarded>();
      try {
        for (const pod of Object.values(clients)) {
          forwarded.set(pod, await forwardPort(config, sandbox.namespace, pod, forwarderPort));
        }
        const stage = await stageOf(context, sandbox, uid, keySet, forwarded);
        await settled(context, stage);
        await judge(stage, context.probe);
      } finally {
        await Promise.all([...forwarded.values()].map((each) => each.close()));
      }
    });
  },
};

/** Makes everything in the sandbox, waits for the pods, and gives the identity of the client's. */
async function setUp({ probe }: CheckContext, sandbox: Sandbox, keySet: string): Promise<string> {
  const { api, namespace, signal } = sandbox;
  probe.busy("a backend and two clients of the suite's own");
  await makeServiceAccount(sandbox, backend.name);
  await makeServiceAccount(sandbox, clientAccount);
  const { iss = "" } = decodeJwt(await tokenOf(sandbox, clientAccount));
  for (const manifest of rulesFor(namespace, iss, keySet)) {
    await make(sandbox, manifest);
  }
  const pods = podsFor(await envoyImage(api, signal));
  let uid = "";
  for (const manifest of pods) {
    const { metadata } = await make(sandbox, manifest);
    uid = metadata.name === clients.inMesh ? metadata.uid : uid;
  }
  for (const { metadata } of pods) {
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}`;
    const ready = async () => {
      const pod = await api.get<Pod>(path, signal);
      return isReady(pod) ? pod : undefined;
    };
    const { value } = await waitFor(`the pod ${metadata.name} is ready`, ready, { within: 180_000, signal });
    // Without one the check would prove nothing of the mesh.
    const wanted = metadata.name !== clients.outsideMesh;
    if (hasSidecar(value) !== wanted) {
      throw new Error(`the pod ${metadata.name} should have ${wanted ? "a" : "no"} sidecar; is injection at work?`);
    }
  }
  return uid;
}

/** An image with Envoy that this cluster can pull, from whichever registry: the gateway's. */
export async function envoyImage(api: Api, signal: AbortSignal): Promise<string> {
  const pods = await podsOf(api, workloads.gateway, signal);
  const images = pods.flatMap(({ spec }) => spec?.containers ?? []).filter(({ name }) => name === "istio-proxy");
  return process.env.GATEHOUSE_VERIFY_IMAGE ?? images[0]?.image ?? lock.images.echo;
}

/** Kubernetes' own kind of sidecar is a container that begins before the others and stays. */
function hasSidecar({ spec }: Pod & { spec?: { initContainers?: { name: string }[] } }): boolean {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ name }) => name === "istio-proxy");
}

async function stageOf(
  { target, signal }: CheckContext,
  sandbox: Sandbox,
  uid: string,
  keySet: string,
  forwarded: ReadonlyMap<string, Forwarded>,
): Promise<Stage> {
  const { namespace } = sandbox;
  const pod = { name: clients.inMesh, uid };
  const right = await tokenOf(sandbox, clientAccount, { audience: backendAudience, pod });
  const host = `${backendHost(namespace)}:${backend.port}`;
  return {
    ask: (from, headers, path = "/") => {
      const port = forwarded.get(clients[from])?.port ?? 0;
      const url = new URL(`http://127.0.0.1:${port}`);
      const limit = limited(signal, 30_000);
      return request({ ...target, address: undefined, ca: undefined }, url, path, {
        headers: [["Host", host], ["Accept", "application/json"], ...headers],
        signal: limit,
      });
    },
    tokens: {
      right,
      apiServer: await tokenOf(sandbox, clientAccount, { pod }),
      foreignAudience: await tokenOf(sandbox, clientAccount, { audience: "gatehouse-verify.example.org", pod }),
    },
    forged: forgedSignatures(right, keyOf(right, keySet), someIntruder()),
  };
}

/** A sidecar that has just begun may not know its neighbours yet. */
async function settled({ probe, signal }: CheckContext, { ask, tokens }: Stage): Promise<void> {
  probe.busy("waiting until the sidecars know each other");
  const look = async () => {
    const answer = await ask("inMesh", [bearer(tokens.right)]);
    if (seenByBackend(answer) === undefined) {
      throw new Error(`came ${answer.status}`);
    }
    return true;
  };
  await waitFor("the backend lets the right token in", look, { within: 60_000, signal });
}
