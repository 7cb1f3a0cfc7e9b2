/** VirtualServices as Kubeflow's controllers write them, to begin from. */
import { type HttpRoute, type NotebookPlace, type VirtualServiceSpec } from "./virtualServices";

/** A notebook's only route. */
export function notebookRoute({ namespace, clusterDomain }: NotebookPlace, name = "lab"): HttpRoute {
  const prefix = `/notebook/${namespace}/${name}/`;
  return {
    headers: { request: { set: {} } },
    match: [{ uri: { prefix } }],
    rewrite: { uri: prefix },
    route: [{ destination: { host: `${name}.${namespace}.svc.${clusterDomain}`, port: { number: 80 } } }],
  };
}

export function notebook(place: NotebookPlace, name = "lab"): VirtualServiceSpec {
  return { hosts: [place.host ?? "*"], gateways: [place.gateway], http: [notebookRoute(place, name)] };
}

/**
 * One whose program knows nothing of the path that it has: code-server, and RStudio, which a header tells. The controller reads
 * `notebooks.kubeflow.org/http-rewrite-uri` and `/http-headers-request-set` from the Notebook.
 */
export function notebookBelowRoot(place: NotebookPlace, name: string, pathHeader?: string): VirtualServiceSpec {
  const route = notebookRoute(place, name);
  const set = pathHeader === undefined ? {} : { [pathHeader]: `/notebook/${place.namespace}/${name}/` };
  return {
    ...notebook(place, name),
    http: [{ ...route, headers: { request: { set } }, rewrite: { uri: "/" } }],
  };
}

export function tensorboard({ namespace, gateway, clusterDomain }: NotebookPlace, name = "runs"): VirtualServiceSpec {
  return {
    hosts: ["*"],
    gateways: [gateway],
    http: [
      {
        match: [{ uri: { prefix: `/tensorboard/${namespace}/${name}/` } }],
        rewrite: { uri: "/" },
        route: [{ destination: { host: `${name}.${namespace}.svc.${clusterDomain}`, port: { number: 80 } } }],
        timeout: "300s",
      },
    ],
  };
}

export function viewer({ namespace, gateway, clusterDomain }: NotebookPlace, name = "data"): VirtualServiceSpec {
  return {
    hosts: ["*"],
    gateways: [gateway],
    http: [
      {
        match: [{ uri: { prefix: `/pvcviewers/${namespace}/${name}/` } }],
        rewrite: { uri: "/" },
        route: [{ destination: { host: `pvcviewer-${name}.${namespace}.svc.${clusterDomain}`, port: { number: 80 } } }],
        timeout: "30s",
      },
    ],
  };
}
