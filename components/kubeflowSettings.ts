/** What Kubeflow's own controllers have to be told, so that what they route is behind this gate. */
import { notebookOriginsOf, notebookSignInHost } from "../stacks/notebookHosts";
import { type Settings } from "../stacks/schema";
import { gateway, type Hosts, notebooks } from "./topology";

/** Environment variables, by the Deployment of Kubeflow that reads them (params.env and manager.yaml of its components). */
export type KubeflowSettings = Record<string, Record<string, string>>;

export function kubeflowSettings(settings: Settings, hosts: Hosts): KubeflowSettings {
  const origins = notebookOriginsOf(settings);
  // With hosts of their own the API server writes each one's over this (components/notebookAdmission.ts); the volume viewers'
  // controller knows no other than "*".
  const [reference, host] = origins === undefined ? [gateway.reference, hosts.gate] : [notebooks.reference, "*"];
  const routes = { ISTIO_GATEWAY: reference, ISTIO_HOST: host };
  return {
    "notebook-controller-deployment": {
      USE_ISTIO: "true",
      ...routes,
      ...(origins === undefined ? {} : subdomains(origins.domain)),
    },
    "tensorboard-controller-deployment": routes,
    "pvcviewer-controller-manager": { ISTIO_GATEWAY: reference },
    // It lets one principal alone into people's namespaces.
    "profiles-deployment": {
      USERID_HEADER: "kubeflow-userid",
      USERID_PREFIX: "",
      ISTIO_INGRESS_GATEWAY_PRINCIPAL: gateway.principal,
    },
  };
}

/**
 * For a notebook controller with the change of kubeflow/notebooks#562; others read none of these. It puts a redirect on a host
 * for each namespace, which is nobody's here: the gateway leads paths of the gate to the notebooks' hosts by itself.
 */
function subdomains(domain: string): Record<string, string> {
  return {
    ISTIO_USE_NOTEBOOK_SUBDOMAINS: "true",
    ISTIO_HOST_NOTEBOOK: `\${NAMESPACE}--notebook--redirect.${domain}`,
    ISTIO_HOST_AUTH: notebookSignInHost(domain),
    // The code reads the one, and the change's own description names the other.
    ISTIO_AUTH_PATH: "/oauth2/",
    ISTIO_HOST_AUTH_PATH: "/oauth2/",
  };
}
