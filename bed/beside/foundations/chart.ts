import { join } from "node:path";
import { kubeVersion } from "../../../cli/charts/helm";
import { chartObjects } from "../../../cli/charts/objects";
import { type ChartName } from "../../../stacks/lock";
import { run } from "../../command";
import { kubectl, type ProgramPaths } from "../../node/controlPlane";
import { applyAsCompany } from "../companyObjects";

export interface Ground {
  programs: ProgramPaths;
  /** The folder with the bed's charts. */
  charts: string;
}

export interface CompanyChart {
  chart: ChartName;
  release: string;
  namespace: string;
  /** Files with values, as `helm install --values` takes them: a later one has the last word. */
  values: readonly string[];
}

/** Installs a chart as whoever runs the cluster would, and not as the platform does. */
export async function installChart({ programs, charts }: Ground, args: CompanyChart): Promise<void> {
  const { chart, release, namespace } = args;
  const manifests = await run(`the company's chart ${chart}`, programs("helm"), helmArguments(charts, args), {
    timeoutMs: 60_000,
  });
  const objects = chartObjects(manifests, { namespace, prefix: release, skipAwait: false }).map(({ object }) => object);
  const isDefinition = ({ kind }: { kind?: unknown }) => kind === "CustomResourceDefinition";
  await applyAsCompany(programs, [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }]);
  const definitions = objects.filter(isDefinition);
  if (definitions.length > 0) {
    await applyAsCompany(programs, definitions);
    await kubectl(programs, ["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  }
  await applyAsCompany(
    programs,
    objects.filter((object) => !isDefinition(object)),
  );
}

export function helmArguments(charts: string, { chart, release, namespace, values }: CompanyChart): string[] {
  return [
    ...["template", release, join(charts, chart), "--namespace", namespace, "--kube-version", kubeVersion],
    // Hooks would be ordinary objects without helm's life cycle.
    ...["--include-crds", "--no-hooks"],
    ...values.flatMap((file) => ["--values", file]),
  ];
}
