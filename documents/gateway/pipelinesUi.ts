/** What the gateway closes of Kubeflow Pipelines' UI, wherever that is. */
import { type ConfigPatch, insertBeforeRouter, lua } from "./configPatch";
import { luaFilter, luaString } from "./lua";

export interface PipelinesUiArgs {
  ports: { https: number };
  /** The host at which the UI is. */
  host: string;
  /** Whether all of that host is the UI, and not only what is below `/pipeline/`. */
  wholeHost: boolean;
  /** Whether the host's routes are there under every name, as those of an address are. */
  underEveryName: boolean;
  /** Whether TensorBoards have hosts of their own, so that the UI's proxy to its own is closed. */
  boardsElsewhere: boolean;
  /** What stands behind the filters' names, so that those of several hosts differ. */
  suffix: string;
}

export function pipelinesUiFilters(args: PipelinesUiArgs): ConfigPatch[] {
  const { ports, host, wholeHost, underEveryName, boardsElsewhere, suffix } = args;
  const where = {
    uiHost: luaString(host),
    wholeHost: String(wholeHost),
    underEveryName: String(underEveryName),
  };
  return [
    insertBeforeRouter(
      ports.https,
      `gatehouse.pipeline_artifacts${suffix}`,
      lua(luaFilter("pipeline-artifacts.lua", where)),
    ),
    insertBeforeRouter(
      ports.https,
      `gatehouse.pipeline_proxies${suffix}`,
      lua(luaFilter("pipeline-proxies.lua", { ...where, viewersClosed: String(boardsElsewhere) })),
    ),
  ];
}
