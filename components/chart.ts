import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type ChartName, lock } from "../stacks/lock";

export interface LockedChartArgs {
  /** Which chart of the lock. */
  chart: ChartName;
  /** The Helm release's name, from which charts build object names. Default: the chart's name. */
  release?: string;
  /** The namespace that its objects go to; it exists already. */
  namespace: string;
  /** Chart values, without a single Output: one unknown value, and a first preview shows no object of the chart. */
  values: Record<string, unknown>;
  /** The mirror that stands in for the chart's own repository: a folder, an `https://` repository or an `oci://` path. */
  mirror?: string;
}

/** Installs a chart at its locked version, rendered on the client, so that policies see every object of it. */
export function lockedChart(
  name: string,
  { chart, release = chart, namespace, values, mirror }: LockedChartArgs,
  opts: pulumi.ComponentResourceOptions,
): k8s.helm.v4.Chart {
  const { version } = lock.charts[chart];
  const source = chartSource(chart, mirror ?? lock.charts[chart].repository);
  return new k8s.helm.v4.Chart(
    name,
    { ...source, name: release, namespace, values, ...(source.version === undefined ? {} : { version }) },
    opts,
  );
}

/** Finds out how Pulumi's Chart wants to be told where a chart is. */
function chartSource(
  chart: ChartName,
  repository: string,
): { chart: string; version?: string; repositoryOpts?: { repo: string } } {
  const { version } = lock.charts[chart];
  if (repository.startsWith("oci://")) {
    return { chart: `${repository}/${chart}`, version };
  }
  if (repository.startsWith("https://")) {
    return { chart, version, repositoryOpts: { repo: repository } };
  }
  // A folder holds what its owner put there, so its version is not asked for again, only a package's name carries it.
  const packaged = join(repository, `${chart}-${version}.tgz`);
  return { chart: existsSync(packaged) ? packaged : join(repository, chart) };
}
