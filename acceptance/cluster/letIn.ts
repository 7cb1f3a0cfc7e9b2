import { type Api } from "./api";
import { removeIfThere } from "./sandbox";
import { undoing } from "./undo";

/** Who is let in, and what the policies are called. */
export interface Guest {
  /** Name of the NetworkPolicies. */
  name: string;
  /** The namespace whose pods are let in: the suite's own. */
  sandbox: string;
}

/** Lets the pods of the suite's own namespace, and nobody else, into some namespaces of the platform for a while. */
export async function letIn<T>(
  api: Api,
  [namespace, ...others]: readonly string[],
  guest: Guest,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  if (namespace === undefined) {
    return action();
  }
  const { name, sandbox } = guest;
  const collection = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
  return undoing(
    `the NetworkPolicy ${namespace}/${name} lets ${sandbox} in`,
    (ended) => removeIfThere(api, `${collection}/${name}`, ended),
    async () => {
      const from = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": sandbox } } }];
      await api.create(
        collection,
        {
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: { name, namespace },
          spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from }] },
        },
        signal,
      );
      return letIn(api, others, guest, signal, action);
    },
  );
}
