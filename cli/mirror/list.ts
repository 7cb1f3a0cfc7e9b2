import { mirrored } from "../../stacks/images";
import { type ChartName, lock } from "../../stacks/lock";

/** A chart, where it is and where it goes. */
export interface ChartToMirror {
  chart: string;
  version: string;
  from: string;
  /** The OCI path that `mirror.charts` would name; missing without a mirror. */
  to?: string;
}

/** An image, where it is and where it goes. */
export interface ImageToMirror {
  from: string;
  to?: string;
}

/** Below which path of the mirror charts are kept, beside the images. */
const chartsPath = "charts";

export function chartsToMirror(mirror: string | undefined): ChartToMirror[] {
  return (Object.keys(lock.charts) as ChartName[]).map((chart) => {
    const { repository, version } = lock.charts[chart];
    return {
      chart,
      version,
      from: repository,
      ...(mirror === undefined ? {} : { to: `oci://${mirror}/${chartsPath}` }),
    };
  });
}

/** Every image once, whoever runs it. */
export function imagesToMirror(mirror: string | undefined): ImageToMirror[] {
  const images = [...Object.values(lock.images), ...Object.values(lock.chartImages)];
  return [...new Set(images)]
    .sort()
    .map((from) => ({ from, ...(mirror === undefined ? {} : { to: mirrored(from, mirror) }) }));
}
