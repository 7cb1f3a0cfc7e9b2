import { type ReportedResource } from "../../../cli/preview/report";

/** What the real engine says of a resource in `pulumi preview --json`. */
export interface EngineResource {
  urn: string;
  type: string;
  custom: boolean;
  parent?: string;
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  provider?: string;
  protect?: boolean;
  ignoreChanges?: string[];
}

interface EnginePreview {
  steps: { op: string; urn: string; newState?: EngineResource }[];
}

/** How the offline preview and the real engine's differ. */
export interface Agreement {
  /** Resources that both know. */
  same: number;
  /** One line for each difference. */
  differences: string[];
  /** What the real engine would do, by operation. */
  operations: Record<string, number>;
}

/** Compares resources, parents, dependencies, explicit providers, protection and ignored changes. */
export function agreement(ours: readonly ReportedResource[], preview: unknown): Agreement {
  const { steps } = preview as EnginePreview;
  const operations: Record<string, number> = {};
  const engine = new Map<string, EngineResource>();
  for (const { op, urn, newState } of steps) {
    // The engine counts providers of its own, which no program declares.
    if (isDefaultProvider(urn)) {
      continue;
    }
    operations[op] = (operations[op] ?? 0) + 1;
    // What is to be deleted has no new state.
    if (newState !== undefined) {
      engine.set(urn, newState);
    }
  }
  const differences: string[] = [];
  let same = 0;
  for (const resource of ours) {
    const other = engine.get(resource.urn);
    engine.delete(resource.urn);
    const different = other === undefined ? ["only the offline preview has it"] : differing(resource, other);
    same += different.length === 0 ? 1 : 0;
    differences.push(...different.map((what) => `${resource.urn}: ${what}`));
  }
  differences.push(...[...engine.keys()].map((urn) => `${urn}: only the real engine has it`));
  return { same, differences, operations };
}

function differing(ours: ReportedResource, engine: EngineResource): string[] {
  const [one, other] = [comparable(ours), comparable(engine)];
  return (Object.keys(one) as (keyof typeof one)[])
    .filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
    .map((key) => `${key}: offline ${JSON.stringify(one[key])}, engine ${JSON.stringify(other[key])}`);
}

function comparable(resource: EngineResource | ReportedResource) {
  const { type, custom, parent, dependencies = [], propertyDependencies = {}, protect, ignoreChanges = [] } = resource;
  const properties = Object.entries(propertyDependencies)
    .map(([key, urns]) => [key, [...(urns ?? [])].sort()] as const)
    .filter(([, urns]) => urns.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type,
    custom,
    parent,
    dependencies: [...dependencies].sort(),
    propertyDependencies: Object.fromEntries(properties),
    provider: explicitProvider(resource.provider),
    protect: protect === true,
    ignoreChanges,
  };
}

/** The engine adds an id to a provider's URN, and names default ones. */
function explicitProvider(provider = ""): string | undefined {
  const urn = /[:$]pulumi:providers:[^:]+::[^:]+::/.test(provider)
    ? provider.slice(0, provider.lastIndexOf("::"))
    : provider;
  return urn === "" || isDefaultProvider(urn) ? undefined : urn;
}

function isDefaultProvider(urn: string): boolean {
  return /[:$]pulumi:providers:[^:]+::default(_[0-9_]+)?$/.test(urn);
}
