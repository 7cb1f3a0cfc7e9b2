import { profileLabels } from "../../../../components/topology";
import { echoConfig } from "../../../../documents/gateway/echoConfig";
import { type Manifest } from "../../../cluster/sandbox";
import { type Answer } from "../../../http/request";
import { type PodProgram, restrictedPod } from "../../machines/restrictedPod";
import { notebook, notebookBelowRoot } from "../controllersRoutes";
import { type NotebookPlace } from "../virtualServices";

/** As Kubeflow's profile controller makes a person's namespace. */
export const profile = { labels: profileLabels, serviceAccount: "default-editor" } as const;

/** Jupyter's own. */
export const notebookPort = 8888;

/** What a notebook's program is here: one that answers every request with what it was sent, or a server as people have it. */
export interface NotebookProgram {
  name: string;
  /** Envoy's configuration. */
  config?: string;
  /** Another server in place of that Envoy. */
  server?: NotebookServer;
  /** Where it is asked below `/`, as the spawner's annotations have it; and the header that tells it its own path. */
  belowRoot?: { pathHeader?: string };
}

export interface NotebookServer {
  image: string;
  /** What its ConfigMap holds, which has the notebook's name. */
  files: Readonly<Record<string, string>>;
  program: (prefix: string) => PodProgram;
  /** A path below the notebook's own, and whether an answer there is the server's. */
  page: string;
  isThere: (answer: Answer) => boolean;
}

/**
 * A notebook as Kubeflow's notebook controller makes it, from its Service to the VirtualService at every host, whose own host
 * the API server has to write. The rules come before the pod.
 */
export function notebookManifests(
  place: NotebookPlace,
  { name, config = echoConfig(notebookPort), belowRoot, server }: NotebookProgram,
  image: string,
): Manifest[] {
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: server?.files ?? { "envoy.yaml": config } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: {
        selector: { app: name },
        ports: [{ name: `http-${name}`, port: 80, targetPort: notebookPort, protocol: "TCP" }],
      },
    },
    {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "VirtualService",
      metadata: { name: `notebook-${place.namespace}-${name}` },
      spec: belowRoot === undefined ? notebook(place, name) : notebookBelowRoot(place, name, belowRoot.pathHeader),
    },
    restrictedPod({
      name,
      serviceAccount: profile.serviceAccount,
      image: server?.image ?? image,
      sidecar: true,
      ...(server === undefined
        ? { envoy: { configMap: name, port: notebookPort, readyPath: "/" } }
        : { program: server.program(`/notebook/${place.namespace}/${name}`) }),
    }),
  ];
}
