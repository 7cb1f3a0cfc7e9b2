import { type Redactor } from "../engine/redactor";
import { type ObjectSet } from "../manifests/changes";
import { type Output } from "../output";
import { type PackProcess } from "../policies/pack";
import { type Progress } from "../progress";
import { type Project } from "../project/project";
import { type StackConfig } from "../project/stackConfig";

/** A preview that has passed all checks which need nothing but files. */
export interface PreviewRequest {
  project: Project;
  stack: string;
  config: StackConfig;
  redactor: Redactor;
  pack: PackProcess;
  progress: Progress;
  output: Output;
  /** The folder to write to. */
  out: string | undefined;
  /** An earlier output, as it was before this run writes anything. */
  against: { directory: string; objects: ObjectSet } | undefined;
  /** The folder that stands in for the charts' repositories. */
  charts: string | undefined;
  /** The file with the policy pack's config. */
  policyPackConfig: string | undefined;
}
