import { Helm } from "../charts/helm";
import { ChartRenderer, type RenderedChart } from "../charts/renderer";
import { runProgram } from "../engine/program";
import { Provenance } from "../engine/provenance";
import { type RecordedResource } from "../engine/recorded";
import { Recorder } from "../engine/recorder";
import { countFindings } from "../finding";
import { compare } from "../manifests/changes";
import { writeOutput } from "../manifests/folder";
import { generatedValues, openSecrets } from "../manifests/generated";
import { type Manifest, manifests, type Unwritable } from "../manifests/object";
import { withoutWithheld } from "../manifests/shape";
import { checkPolicies } from "../policies/check";
import { reportedOutputs } from "./outputs";
import { type PreviewReport, type ReportedResource, type Unrendered } from "./report";
import { type PreviewRequest } from "./request";

/** Runs the program, renders its charts, asks the policies, and reports. */
export async function runPreview(request: PreviewRequest): Promise<PreviewReport> {
  const { project, stack, config, redactor, pack, progress, output } = request;
  const helm = new Helm({ program: process.env.GATEHOUSE_HELM ?? "helm", directory: project.directory, redactor });
  const renderer = new ChartRenderer(helm, request.charts);
  const provenance = new Provenance();
  const recorder: Recorder = new Recorder(project.name, stack, redactor, (resource) =>
    renderer.render(recorder, resource),
  );

  progress.phase(() => `running the program: ${recorder.recorded.size} resources, ${renderer.pending} charts to go`);
  output.hold();
  await runProgram({ project, config, recorder, provenance }).finally(() => output.release());
  const charts = await renderer.all();
  const resources = new Map([...recorder.recorded].sort(([a], [b]) => (a < b ? -1 : 1)));

  progress.phase(`asking the policies about ${resources.size} resources`);
  const checking = pack.ready().then((address) =>
    checkPolicies({
      address,
      project: project.name,
      stack,
      resources,
      redactor,
      configFile: request.policyPackConfig,
    }),
  );
  // The pack works in a process of its own; meanwhile the manifests are made here. A failure is seen below.
  checking.catch(() => undefined);
  const objects = manifests(resources.values(), redactor);
  await openSecrets(objects.manifests, provenance);
  const generated = await generatedValues(objects.manifests, provenance);
  const plain = objects.manifests.map(({ id, value }) => ({ id, value: withoutWithheld(value) }));
  const changes =
    request.against === undefined
      ? null
      : { against: request.against.directory, ...compare(request.against.objects, { objects: plain, generated }) };
  const policy = await checking;
  progress.stop();

  const findings = countFindings(policy.findings);
  const exitCode = findings.mandatory > 0 ? 1 : 0;
  let written: PreviewReport["written"] = null;
  // What a mandatory policy forbids is not handed to a machine that applies whatever is there.
  if (request.out !== undefined && exitCode === 0) {
    const output = { directory: request.out, project: project.name, stack, objects: plain, generated };
    written = { directory: request.out, files: writeOutput(output) };
  }
  const unrendered = [...charts.flatMap(unrenderedChart), ...objects.unwritable.map(unrenderedObject)];
  const rendered = charts.flatMap(({ outcome }) => ("objects" in outcome ? [outcome.objects] : []));
  return {
    format: "gatehouse.preview/v1",
    project: project.name,
    stack,
    exitCode,
    totals: {
      resources: resources.size,
      components: [...resources.values()].filter(({ custom }) => !custom).length,
      objects: objects.manifests.length + objects.unwritable.length,
      charts: {
        rendered: rendered.length,
        unrendered: charts.length - rendered.length,
        objects: rendered.reduce((sum, count) => sum + count, 0),
      },
      findings,
      generated: generated.length,
    },
    resources: reportedResources(resources, objects.manifests),
    unrendered,
    policy: { pack: policy.pack, version: policy.version, policies: policy.policies },
    findings: policy.findings,
    changes,
    generated,
    outputs: reportedOutputs(recorder.stackOutputs, redactor),
    written,
    notes: [...config.missing, ...readFromTheCluster(resources)],
  };
}

/** What exists already and only a cluster can show: whatever is made of it is not known, and no check of it was made. */
function readFromTheCluster(resources: ReadonlyMap<string, RecordedResource>): string[] {
  return [...resources.values()]
    .filter(({ origin }) => origin === "read")
    .map(
      ({ type, id = "" }) =>
        `${type.slice(type.lastIndexOf(":") + 1)} ${id}: exists already, and pulumi checks it there`,
    );
}

function reportedResources(
  resources: ReadonlyMap<string, RecordedResource>,
  objects: readonly Manifest[],
): ReportedResource[] {
  const byUrn = new Map(objects.map(({ urn, id }) => [urn, id]));
  return [...resources.values()].map((resource) => {
    const { urn, type, name, custom, parent, provider, dependencies, propertyDependencies, protect } = resource;
    const object = byUrn.get(urn);
    // A remote component is registered by its provider, which gives it none.
    const explicit = custom ? provider.slice(0, Math.max(0, provider.lastIndexOf("::"))) : "";
    return {
      urn,
      type,
      name,
      custom,
      ...(parent === undefined ? {} : { parent }),
      ...(explicit === "" ? {} : { provider: explicit }),
      dependencies,
      propertyDependencies,
      protect,
      ignoreChanges: resource.ignoreChanges,
      ...(object === undefined ? {} : { object }),
      ...(resource.origin.startsWith("urn:") ? { chart: resource.origin } : {}),
    };
  });
}

function unrenderedChart({ resource, outcome, chart, version }: RenderedChart): Unrendered[] {
  if ("objects" in outcome) {
    return [];
  }
  const { urn, type, name } = resource;
  return [
    {
      urn,
      type,
      name,
      ...(chart === undefined ? {} : { chart }),
      ...(version === undefined ? {} : { version }),
      reason: outcome.reason,
    },
  ];
}

function unrenderedObject({ resource: { urn, type, name }, reason }: Unwritable): Unrendered {
  return { urn, type, name, reason };
}
