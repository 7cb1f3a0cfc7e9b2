// Not `lock.json`: the engine runs the program with ts-node, where `./lock` would then be the data and not this module.
import lockFile from "./versions.lock.json";

/** The charts that the program installs; the key is also the chart's name in its repository. */
export type ChartName = keyof typeof lockFile.charts;

/** The images that the program's own workloads run. */
export type ImageName = keyof typeof lockFile.images;

/** The images that charts bring; the program tells the charts where they are. */
export type ChartImageName = keyof typeof lockFile.chartImages;

export interface LockedChart {
  /** The chart repository: an `https://` index or an `oci://` registry path. */
  repository: string;
  /** The exact chart version. */
  version: string;
}

/** The one place where versions of charts and images stand; `versions.lock.json` is the data. */
export const lock: {
  charts: Record<ChartName, LockedChart>;
  images: Record<ImageName, string>;
  chartImages: Record<ChartImageName, string>;
} = lockFile;
