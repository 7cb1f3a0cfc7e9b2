import { Scopes } from "../../../cli/manifests/scope";
import { namespaces } from "../../../stacks/namespaces";
import { type KubernetesObject } from "../cluster/object";

export interface Stage {
  /** What it is, for whoever waits. */
  name: "namespaces and definitions" | "certificates and mesh" | "the gate";
  objects: KubernetesObject[];
}

/** Namespaces whose pods others wait for: they answer the API server's webhooks and make pods' networks. */
const foundations: readonly string[] = [namespaces.certManager, namespaces.istio, namespaces.cni];

/**
 * The objects in three stages, each in the folder's order, with a wait after each: a tool for GitOps would come to the
 * same by trying again. Without the waits pods of the mesh would be made before there is anybody to give them sidecars.
 */
export function stagesOf(objects: readonly KubernetesObject[]): Stage[] {
  const first = objects.filter(({ kind }) => kind === "Namespace" || kind === "CustomResourceDefinition");
  const second = objects.filter((object) => !first.includes(object) && isFoundation(object));
  const third = objects.filter((object) => !first.includes(object) && !second.includes(object));
  return [
    { name: "namespaces and definitions", objects: first },
    { name: "certificates and mesh", objects: second },
    { name: "the gate", objects: third },
  ];
}

/** Custom resources need the webhooks, whatever namespace they are in. */
function isFoundation({ apiVersion, kind, metadata: { namespace } }: KubernetesObject): boolean {
  const builtIn = new Scopes().isNamespaced(apiVersion, kind) !== undefined;
  return builtIn && (namespace === undefined || foundations.includes(namespace));
}
