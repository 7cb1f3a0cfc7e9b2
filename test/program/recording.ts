import { strict as assert } from "node:assert";
import { type Declared } from "./monitor";
import { isObject, type Value, withoutMarks } from "./values";

/** What every Kubernetes object has. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export interface KubernetesObject {
  resource: Declared;
  /** The manifest without marks. */
  manifest: Manifest;
}

export interface Chart {
  resource: Declared;
  chart: string;
  name: string;
  namespace: string;
  version?: string;
  repositoryOpts?: { repo: string };
  values: Record<string, unknown>;
}

const chartType = "kubernetes:helm.sh/v4:Chart";

/** Everything that one run of the program declared. */
export class Recording {
  readonly objects: readonly KubernetesObject[];
  readonly charts: readonly Chart[];
  private readonly byUrn: ReadonlyMap<string, Declared>;

  constructor(
    readonly resources: readonly Declared[],
    /** What components and the stack hand out, by URN. */
    readonly outputs: ReadonlyMap<string, Value>,
  ) {
    this.byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
    this.objects = resources
      .filter(({ custom, type, inputs }) => custom && type.startsWith("kubernetes:") && "kind" in inputs)
      .map((resource) => ({ resource, manifest: withoutMarks(resource.inputs) as unknown as Manifest }));
    this.charts = resources
      .filter(({ type }) => type === chartType)
      .map((resource) => ({ ...(withoutMarks(resource.inputs) as unknown as Omit<Chart, "resource">), resource }));
  }

  /** All objects of a kind, the type of their manifests asserted by the caller. */
  all<T = Manifest>(kind: string, namespace?: string): (T & Manifest)[] {
    return this.objects
      .filter(
        ({ manifest }) =>
          manifest.kind === kind && (namespace === undefined || manifest.metadata.namespace === namespace),
      )
      .map(({ manifest }) => manifest as T & Manifest);
  }

  /** The one object of a kind with this name; cluster-scoped kinds have no namespace. */
  find(kind: string, name: string, namespace?: string): KubernetesObject | undefined {
    const found = this.objects.filter(
      ({ manifest: { kind: other, metadata } }) =>
        other === kind && metadata.name === name && metadata.namespace === namespace,
    );
    assert(found.length < 2, `${kind} ${namespace ?? ""}/${name} is declared twice`);
    return found[0];
  }

  object<T = Manifest>(kind: string, name: string, namespace?: string): T & Manifest {
    return this.of(kind, name, namespace).manifest as T & Manifest;
  }

  /** The object as it was declared, with its marks and options. */
  declared(kind: string, name: string, namespace?: string): Declared {
    return this.of(kind, name, namespace).resource;
  }

  /** The inputs of the resource that is no Kubernetes object, such as a generated password. */
  resource(type: string, name: string): Declared {
    const found = this.resources.find((resource) => resource.type === type && resource.name === name);
    assert(found, `nothing declared ${type} ${name}`);
    return found;
  }

  resourcesOf(type: string): Declared[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  chart(name: string): Chart {
    const found = this.charts.find((chart) => chart.name === name);
    assert(found, `no chart is installed as ${name}; there are ${this.charts.map((chart) => chart.name).join(", ")}`);
    return found;
  }

  /** What the program exports. */
  get stackOutputs(): Record<string, Value> {
    const stack = this.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    const outputs = this.outputs.get(stack?.urn ?? "");
    assert(isObject(outputs), "the program has ended without outputs");
    return outputs;
  }

  /** Whether a resource is made only when another is there, directly or through others. */
  waitsFor(later: Declared, earlier: Declared): boolean {
    return this.everythingBefore(later).has(earlier.urn);
  }

  /**
   * URNs of all that must exist before a resource. What a component waits for, its children wait for too: they are
   * registered under its URN, which the engine gives out when the component's own dependencies are there.
   */
  everythingBefore(resource: Declared): Set<string> {
    const before = new Set<string>();
    const visited = new Set<string>();
    const visit = (current: Declared | undefined): void => {
      if (current === undefined || visited.has(current.urn)) {
        return;
      }
      visited.add(current.urn);
      visit(this.byUrn.get(current.parent));
      for (const dependency of current.dependencies) {
        before.add(dependency);
        visit(this.byUrn.get(dependency));
      }
    };
    visit(resource);
    return before;
  }

  /** The chain of components around a resource, the innermost first. */
  ancestry(resource: Declared): Declared[] {
    const above = this.byUrn.get(resource.parent);
    return above === undefined ? [] : [above, ...this.ancestry(above)];
  }

  private of(kind: string, name: string, namespace?: string): KubernetesObject {
    const found = this.find(kind, name, namespace);
    const known = this.objects.filter(({ manifest }) => manifest.kind === kind).map(({ manifest: m }) => m.metadata);
    assert(found, `there is no ${kind} ${namespace ?? ""}/${name}; there are ${JSON.stringify(known)}`);
    return found;
  }
}
