import { type Finding, type FindingCounts } from "../finding";
import { type ChangedObject } from "../manifests/changes";
import { type GeneratedValue } from "../manifests/generated";
import { type ObjectId } from "../manifests/objectId";
import { type Plain } from "../manifests/shape";

/** What `gatehouse preview --json` prints. Fields may be added; none changes its meaning within `v1`. */
export interface PreviewReport {
  format: "gatehouse.preview/v1";
  project: string;
  stack: string;
  /** 0, or 1 when there is a violation of a mandatory policy. */
  exitCode: 0 | 1;
  totals: Totals;
  /** Every resource, by URN; those that charts were rendered to included. */
  resources: ReportedResource[];
  /** What stays closed offline, and why. */
  unrendered: Unrendered[];
  policy: { pack: string; version: string; policies: number };
  /** The worst first. */
  findings: Finding[];
  /** What changed against an earlier output; `null` without `--against`. */
  changes: (Changes & { against: string }) | null;
  /** The values that the manifests leave out. */
  generated: GeneratedValue[];
  /** What the program exports; withheld values are replaced by a text that says so. */
  outputs: Record<string, ReportedOutput>;
  /** What was written; `null` without `--out`, and when a mandatory policy is violated. */
  written: { directory: string; files: string[] } | null;
  /** What else a reader should know, such as settings that could not be had. */
  notes: string[];
}

export interface Totals {
  /** All resources, the stack and the components included. */
  resources: number;
  components: number;
  /** Objects of the Kubernetes API. */
  objects: number;
  charts: { rendered: number; unrendered: number; objects: number };
  findings: FindingCounts;
  /** Values that the manifests leave out. */
  generated: number;
}

export interface ReportedResource {
  urn: string;
  type: string;
  name: string;
  /** Whether a provider makes it; the others are components. */
  custom: boolean;
  parent?: string;
  /** The URN of an explicit provider. */
  provider?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  ignoreChanges: string[];
  /** The object that it stands for. */
  object?: ObjectId;
  /** The chart's URN, for an object that was rendered from one. */
  chart?: string;
}

export interface Unrendered {
  urn: string;
  type: string;
  name: string;
  /** The chart's name in its repository, its path or its URL. */
  chart?: string;
  version?: string;
  reason: string;
}

export interface Changes {
  added: ObjectId[];
  removed: ObjectId[];
  changed: ChangedObject[];
  unchanged: number;
}

export interface ReportedOutput {
  value: Plain;
  /** Whether it is a secret, or holds one. */
  secret: boolean;
  /** Whether only a real run makes it, or a part of it. */
  unknown: boolean;
}
