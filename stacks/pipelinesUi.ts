import { type App } from "./schema";

/** What Kubeflow calls the Service of Pipelines' UI (https://github.com/kubeflow/manifests/tree/master/applications/pipeline). */
const kubeflowsName = "ml-pipeline-ui";

/** Whether an application is the UI of Kubeflow Pipelines. */
export function isPipelinesUi({ pipelinesUi, service }: Pick<App, "pipelinesUi" | "service">): boolean {
  return pipelinesUi ?? service.name === kubeflowsName;
}
