import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { PeerAuthentication, Sidecar } from "./customResources";
import { type Flow, networkPolicies } from "./networkPolicies";
import { partOf } from "./labels";

export interface GuardedNamespaceArgs {
  /** The namespace's name. */
  namespace: string;
  /** Pod Security Standard that the API server enforces on its pods. */
  podSecurity: "restricted" | "privileged";
  /** Why its pods cannot be `restricted`; it is written into an annotation. */
  reason?: string;
  /** Whether istiod adds a sidecar to its pods. */
  sidecars: boolean;
  /** Which istiod that is, where it isn't the default one. */
  revision?: string | undefined;
  /** All flows of the platform; the namespace takes those that begin or end in it. */
  flows: readonly Flow[];
}

/** A namespace with its Pod Security level, and closed to every flow that the platform does not know. */
export class GuardedNamespace extends pulumi.ComponentResource {
  /** The name, known once the namespace exists. */
  readonly metadataName: pulumi.Output<string>;
  /**
   * The namespace and its network policies. What goes into the namespace waits for these and not for the component,
   * whose mutual TLS policy waits for the mesh, which has a namespace itself.
   */
  readonly ready: pulumi.Resource[];
  private readonly args: GuardedNamespaceArgs;

  constructor(name: string, args: GuardedNamespaceArgs, opts: pulumi.ComponentResourceOptions) {
    super("gatehouse:index:GuardedNamespace", name, {}, opts);
    this.args = args;
    const { namespace, podSecurity, reason, sidecars, revision, flows } = args;
    const level = (mode: string) => `pod-security.kubernetes.io/${mode}`;
    const created = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: namespace,
          labels: {
            ...partOf,
            [level("enforce")]: podSecurity,
            [level("warn")]: podSecurity,
            [level("audit")]: podSecurity,
            // A namespace with both labels belongs to the default revision, whatever the other one says.
            ...(sidecars && revision !== undefined
              ? { "istio.io/rev": revision }
              : { "istio-injection": sidecars ? "enabled" : "disabled" }),
          },
          ...(reason === undefined ? {} : { annotations: { "gatehouse/pod-security-reason": reason } }),
        },
      },
      { parent: this },
    );
    const policies = networkPolicies(namespace, flows).map(
      ({ suffix, args: policy }) =>
        new k8s.networking.v1.NetworkPolicy(`${name}-${suffix}`, policy, { parent: this, dependsOn: created }),
    );
    this.ready = [created, ...policies];
    this.metadataName = created.metadata.name;
    this.registerOutputs({ namespace });
  }

  /** Refuses plain text to every sidecar in the namespace; needs Istio's CRDs, so the mesh comes first. */
  requireMutualTls(opts: pulumi.CustomResourceOptions): k8s.apiextensions.CustomResource {
    return new PeerAuthentication(
      `${this.args.namespace}-mtls`,
      {
        metadata: { name: "default", namespace: this.args.namespace, labels: partOf },
        spec: { mtls: { mode: "STRICT" } },
      },
      pulumi.mergeOptions({ parent: this, dependsOn: this.ready }, opts),
    );
  }

  /**
   * Has sidecars here know the namespaces that flows lead to from here, and no other. Istio shows every sidecar what any
   * namespace writes: whoever may write a VirtualService in one of them, as Kubeflow's editors may, could otherwise lead
   * oauth2-proxy's requests for codes and keys elsewhere, and nobody could sign in. What no namespace here knows, such as
   * addresses outside, goes where DNS says, also in a mesh that lets out registered hosts alone: NetworkPolicies say here
   * what may be asked, by address and not by name.
   */
  knowOnlyNeighbours(opts: pulumi.CustomResourceOptions): k8s.apiextensions.CustomResource {
    const { namespace, flows } = this.args;
    const neighbours = flows
      .filter(({ from }) => namespaceOf(from) === namespace)
      .map(({ to }) => namespaceOf(to))
      .filter((to) => to !== undefined && to !== namespace);
    return new Sidecar(
      `${namespace}-neighbours`,
      {
        metadata: { name: "default", namespace, labels: partOf },
        spec: {
          egress: [{ hosts: ["./*", ...[...new Set(neighbours)].map((name) => `${name}/*`)] }],
          outboundTrafficPolicy: { mode: "ALLOW_ANY" },
        },
      },
      pulumi.mergeOptions({ parent: this, dependsOn: this.ready }, opts),
    );
  }
}

function namespaceOf(peer: Flow["from"]): string | undefined {
  return peer.kind === "workload" || peer.kind === "namespace" ? peer.namespace : undefined;
}
