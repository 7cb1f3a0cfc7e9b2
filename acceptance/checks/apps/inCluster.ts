import { type Check, type CheckContext } from "../../check";
import { clusterApi } from "../../cluster/api";
import { connect } from "../../cluster/connect";
import { isReady, type Pod } from "../../cluster/objects";
import { type Forwarded, forwardPort } from "../../cluster/prober";
import { make, type Sandbox, withSandbox } from "../../cluster/sandbox";
import { makeServiceAccount, tokenOf } from "../../cluster/serviceAccounts";
import { waitFor } from "../../cluster/wait";
import { seenByBackend } from "../../echo";
import { ask as request, type HeaderList } from "../../http/request";
import { limited } from "../../limited";
import { bearer } from "../../tokens/ask";
import { expectRefused, whatCame } from "../../tokens/refusal";
import { forwarderConfig, forwarderPort } from "../machines/pods/forwarder";
import { clientAccount, clientPods, clients } from "../machines/pods/manifests";
import { envoyImage } from "../machines/podToBackend";

/** What an application with `inCluster` opens past the gate, and what it does not. */
export const inCluster: Check = {
  area: "apps",
  name: "in-cluster",
  proves:
    "A pod gets to an application with inCluster past the gate with an Authorization header, which arrives as it was sent, and not without one, nor with a header by which applications know a person, nor in plain text.",
  mend: "The AuthorizationPolicy `gatehouse-<name>` in the application's namespace (components/appAccess.ts); the application needs a sidecar for it.",
  exercises: ["sidecar", "istiod", "NetworkPolicy"],
  needs: ["in-cluster-app", "cluster"],
  timeout: 240,
  async run(context) {
    const { target, probe, signal } = context;
    const config = connect(target);
    await withSandbox(clusterApi(target), { sidecars: true, signal }, async (sandbox) => {
      const pods = await setUp(context, sandbox);
      const forwarded = new Map<string, Forwarded>();
      try {
        for (const pod of pods) {
          forwarded.set(pod, await forwardPort(config, sandbox.namespace, pod, forwarderPort));
        }
        const token = await tokenOf(sandbox, clientAccount, { audience: "pipelines.kubeflow.org" });
        const { host } = applicationOf(context);
        const from = (pod: string, headers: HeaderList) =>
          request(
            { ...target, address: undefined, ca: undefined },
            new URL(`http://127.0.0.1:${forwarded.get(pod)?.port ?? 0}`),
            "/probe",
            { headers: [["Host", host], ...headers], signal: limited(signal, 30_000) },
          );
        const inMesh = (headers: HeaderList) => from(clients.inMesh, headers);
        probe.busy("waiting until the sidecars know each other");
        await waitFor(
          "the application lets a token in",
          async () => seenByBackend(await inMesh([bearer(token)])) !== undefined || undefined,
          { within: 60_000, signal },
        );
        const answer = await inMesh([bearer(token)]);
        const seen = seenByBackend(answer);
        probe.expect(
          seen?.user === null && seen.headers["authorization"] === `Bearer ${token}`,
          "a token gets to the application, which has it reviewed",
          `a token should get to the application, without a user; came ${whatCame(answer)}`,
        );
        for (const [what, headers] of [
          ["without a token", []],
          ["with a user and no token", [["kubeflow-userid", "user@example.com"]]],
          ["with a token and a user", [bearer(token), ["kubeflow-userid", "user@example.com"]]],
          ["with a token and a user in another case", [bearer(token), ["Kubeflow-UserID", "user@example.com"]]],
          ["with a token and an empty user", [bearer(token), ["kubeflow-userid", ""]]],
          ["with a token and a user with an underscore", [bearer(token), ["kubeflow_userid", "user@example.com"]]],
          [
            "with a token and a user as Google's proxy says it",
            [bearer(token), ["x-goog-authenticated-user-email", "accounts.google.com:user@example.com"]],
          ],
          ["with a token and groups", [bearer(token), ["kubeflow-groups", "admins"]]],
        ] as const) {
          expectRefused(probe, await inMesh(headers as HeaderList), `a pod of the mesh ${what}`);
        }
        const plainText = await from(clients.outsideMesh, [bearer(token)]);
        probe.expect(
          seenByBackend(plainText) === undefined,
          `a pod without a sidecar: ${plainText.status}`,
          `plain text should not get in; came ${whatCame(plainText)}`,
        );
      } finally {
        await Promise.all([...forwarded.values()].map((each) => each.close()));
      }
    });
  },
};

function applicationOf({ target }: CheckContext): { host: string; name: string; port: number } {
  const host = target.inClusterApp ?? "";
  const [name = "", port = "80"] = host.split(":");
  return { host, name, port: Number(port) };
}

async function setUp(context: CheckContext, sandbox: Sandbox): Promise<string[]> {
  const { probe } = context;
  const { api, namespace, signal } = sandbox;
  const { name, port } = applicationOf(context);
  probe.busy("two clients of the suite's own");
  await makeServiceAccount(sandbox, clientAccount);
  await make(sandbox, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "forwarder" },
    data: { "envoy.yaml": forwarderConfig({ backend: { host: name, port } }) },
  });
  const pods = clientPods(await envoyImage(api, signal));
  for (const pod of pods) {
    await make(sandbox, pod);
  }
  for (const { metadata } of pods) {
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}`;
    const ready = async () => ((await api.get<Pod>(path, signal).then(isReady)) ? true : undefined);
    await waitFor(`the pod ${metadata.name} is ready`, ready, { within: 180_000, signal });
  }
  return pods.map(({ metadata }) => metadata.name);
}
