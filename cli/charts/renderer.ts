import { runtime } from "@pulumi/pulumi";
import { type RecordedResource } from "../engine/recorded";
import { type Recorder } from "../engine/recorder";
import { secret, type WireObject } from "../engine/wire";
import { type Helm } from "./helm";
import { type ChartObject, chartObjects } from "./objects";
import { chartRequest, chartType } from "./request";
import { chartSource } from "./source";

/** What became of a chart, or of another component that only its provider can fill. */
export interface RenderedChart {
  resource: RecordedResource;
  /** How many objects were rendered, or why none were. */
  outcome: { objects: number } | { reason: string };
  /** The chart's name and version, as far as they are known. */
  chart?: string;
  version?: string;
}

/** Fills remote components with the resources that their provider would have made. */
export class ChartRenderer {
  readonly #rendered: Promise<RenderedChart>[] = [];
  #pending = 0;

  constructor(
    readonly helm: Helm,
    readonly folder: string | undefined,
  ) {}

  /** Starts at once, while the program still runs: nothing of the program waits for a chart's objects. */
  render(recorder: Recorder, resource: RecordedResource): void {
    // Transforms of the program are asked for each object, so its runtime must not disconnect before.
    const release = runtime.rpcKeepAlive();
    this.#pending += 1;
    this.#rendered.push(
      this.#outcome(recorder, resource).finally(() => {
        this.#pending -= 1;
        release();
      }),
    );
  }

  get pending(): number {
    return this.#pending;
  }

  async all(): Promise<RenderedChart[]> {
    const charts = await Promise.all(this.#rendered);
    return charts.sort((a, b) => a.resource.urn.localeCompare(b.resource.urn));
  }

  async #outcome(recorder: Recorder, resource: RecordedResource): Promise<RenderedChart> {
    if (resource.type !== chartType) {
      return { resource, outcome: { reason: `only its provider can make what is in a ${resource.type}` } };
    }
    const request = chartRequest(resource);
    if ("reason" in request) {
      return { resource, outcome: request };
    }
    const chart = {
      resource,
      chart: request.chart,
      ...(request.version === undefined ? {} : { version: request.version }),
    };
    const source = chartSource(request, this.folder);
    if ("reason" in source) {
      return { ...chart, outcome: source };
    }
    const rendered = await this.helm.template(request, source);
    if ("reason" in rendered) {
      return { ...chart, outcome: rendered };
    }
    let objects;
    try {
      objects = chartObjects(rendered.manifests, request);
    } catch (error) {
      return { ...chart, outcome: { reason: error instanceof Error ? error.message : String(error) } };
    }
    await register(recorder, resource, objects);
    return { ...chart, outcome: { objects: objects.length } };
  }
}

/** Registers a chart's objects in the provider's order: what others need, then the others. */
async function register(recorder: Recorder, chart: RecordedResource, objects: readonly ChartObject[]): Promise<void> {
  const urns = new Map<number, string>();
  const indexes = [...objects.keys()].sort((a, b) => (objects[a]?.needs.length ?? 0) - (objects[b]?.needs.length ?? 0));
  for (const index of indexes) {
    const { type, name, object, retain, needs } = objects[index] as ChartObject;
    const dependencies = needs.flatMap((need) => urns.get(need) ?? []);
    const child = await recorder.registerChild(chart, { type, name, object: marked(object), retain, dependencies });
    urns.set(index, child.urn);
  }
}

/** The provider marks the data of a chart's Secrets, whatever the chart put there. */
function marked(object: WireObject): WireObject {
  if (object.apiVersion !== "v1" || object.kind !== "Secret") {
    return object;
  }
  const result = { ...object };
  for (const key of ["data", "stringData"]) {
    const value = result[key];
    if (value !== undefined) {
      result[key] = secret(value);
    }
  }
  return result;
}
