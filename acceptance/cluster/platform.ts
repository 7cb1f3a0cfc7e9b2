import { dex, gateway, istiod, namespaces, oauth2Proxy } from "../../components/topology";
import { type Target } from "../check";
import { type Workload } from "./objects";

/** The platform's Deployments that checks disturb, whoever runs its istiod. */
export const workloads = {
  gateway: { namespace: gateway.namespace, name: gateway.name },
  oauth2Proxy: { namespace: oauth2Proxy.namespace, name: oauth2Proxy.name },
  dex: { namespace: dex.namespace, name: dex.name },
} as const satisfies Record<string, Workload>;

/** The Deployment of istiod: the platform's own, or the one that was named. */
export function istiodOf({ istiod: named }: Pick<Target, "istiod">): Workload {
  return named ?? { namespace: istiod.namespace, name: istiod.name };
}

/** The namespaces on a request's way: what may not restart while a part of it is away. */
export function requestNamespaces(target: Pick<Target, "istiod">): readonly string[] {
  return [namespaces.ingress, namespaces.auth, istiodOf(target).namespace, namespaces.echo];
}
