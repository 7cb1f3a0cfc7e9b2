import { dex, gateway, istiod, namespaces, oauth2Proxy } from "../../components/topology";
import { type Workload } from "./objects";

/** The platform's Deployments that checks disturb. */
export const workloads = {
  gateway: { namespace: gateway.namespace, name: gateway.name },
  oauth2Proxy: { namespace: oauth2Proxy.namespace, name: oauth2Proxy.name },
  dex: { namespace: dex.namespace, name: dex.name },
  istiod: { namespace: istiod.namespace, name: istiod.name },
} as const satisfies Record<string, Workload>;

/** The namespaces on a request's way: what may not restart while a part of it is away. */
export const requestNamespaces: readonly string[] = [
  namespaces.ingress,
  namespaces.auth,
  namespaces.istio,
  namespaces.echo,
];
