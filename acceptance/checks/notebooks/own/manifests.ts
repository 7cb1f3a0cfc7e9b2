import { profileLabels } from "../../../../components/topology";
import { echoConfig } from "../../../../documents/gateway/echoConfig";
import { type Manifest } from "../../../cluster/sandbox";
import { type NotebookKind } from "../../../../stacks/notebookHosts";
import { type Answer } from "../../../http/request";
import { type PodProgram, restrictedPod } from "../../machines/restrictedPod";
import { notebook, notebookBelowRoot, tensorboard, viewer } from "../controllersRoutes";
import { type NotebookPlace } from "../virtualServices";

/** As Kubeflow's profile controller makes a person's namespace. */
export const profile = { labels: profileLabels, serviceAccount: "default-editor" } as const;

/** Jupyter's own. */
export const notebookPort = 8888;

/** What a notebook's program is here: one that answers every request with what it was sent, or a server as people have it. */
export interface NotebookProgram {
  name: string;
  /** What it is one of; a notebook by default. */
  kind?: NotebookKind;
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

/** What Kubeflow's controllers call the objects of each kind, and where they have it. */
function asMade(place: NotebookPlace, { name, kind = "notebook", belowRoot }: NotebookProgram) {
  switch (kind) {
    case "notebook":
      return {
        service: name,
        routes: `notebook-${place.namespace}-${name}`,
        spec: belowRoot === undefined ? notebook(place, name) : notebookBelowRoot(place, name, belowRoot.pathHeader),
      };
    case "tensorboard":
      return { service: name, routes: name, spec: tensorboard(place, name) };
    case "viewer":
      return { service: `pvcviewer-${name}`, routes: `pvcviewer-${name}`, spec: viewer(place, name) };
  }
}

/**
 * A notebook as Kubeflow's notebook controller makes it, or a TensorBoard or a viewer as theirs do, from its Service to the
 * VirtualService at every host, whose own host the API server has to write. The rules come before the pod.
 */
export function notebookManifests(place: NotebookPlace, program: NotebookProgram, image: string): Manifest[] {
  const { name, config = echoConfig(notebookPort), server } = program;
  const { service, routes, spec } = asMade(place, program);
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: server?.files ?? { "envoy.yaml": config } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: service },
      spec: {
        selector: { app: name },
        ports: [{ name: `http-${name}`, port: 80, targetPort: notebookPort, protocol: "TCP" }],
      },
    },
    {
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "VirtualService",
      metadata: { name: routes },
      spec,
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
