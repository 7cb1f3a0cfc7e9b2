import { everyNotebookHost } from "../../stacks/notebookHosts";
import { type ProgramPaths } from "../node/controlPlane";
import { type Facts } from "../platform/facts";

/** What those beside the platform have to know of it. */
export interface Surroundings {
  /** The platform's facts, with nothing beside it. */
  facts: Facts;
  programs: ProgramPaths;
  /** Where the gateway's Service is reached. */
  gateway: string;
}

/** The names that a public certificate has to have. */
export function namesOf({ url, notebooks }: Pick<Facts, "url" | "notebooks">): string[] {
  const { hostname } = new URL(url);
  return [hostname, `*.${hostname}`, ...(notebooks === undefined ? [] : [everyNotebookHost(notebooks.domain)])];
}
