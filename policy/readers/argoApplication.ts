import { UnreadableText } from "../../documents/unreadable";
import { readYaml } from "../../documents/yaml";
import { groupOf, isMap, join, type Manifest } from "../manifest";

/** Something that is given, and where. */
export interface Given {
  readonly field: string;
  readonly value: unknown;
}

/** The values that an Application of Argo CD gives to the chart of one of its sources. */
export interface ArgoValues {
  readonly chart: unknown;
  readonly repository: unknown;
  /** The chart's release; nothing for a folder, whose revision is Git's. */
  readonly version: Given | undefined;
  readonly field: string;
  readonly values: Record<string, unknown>;
  readonly namespace: unknown;
  /** Files of values besides, which nobody sees here. */
  readonly filesField: string | undefined;
  /** Patches of kustomize over the objects of a folder. */
  readonly patchesField: string | undefined;
  /** Why the text in `values` can't be read; it is no matter of rules about other charts. */
  readonly unreadable?: UnreadableText;
}

/**
 * Argo CD lets `parameters` win over `valuesObject`, and that over `values`, a text (user-guide/helm). One of them is
 * enough for most, and then a field is where it stands; where several are given, it is named as if in `helm` itself.
 */
export function argoValuesOf(manifest: Manifest): ArgoValues[] {
  if (groupOf(manifest) !== "argoproj.io") return [];
  const isSet = manifest.kind === "ApplicationSet";
  if (manifest.kind !== "Application" && !isSet) return [];
  const at = isSet ? ["spec", "template", "spec"] : ["spec"];
  const spec = at.reduce<unknown>((place, key) => (isMap(place) ? place[key] : undefined), manifest);
  if (!isMap(spec)) return [];
  const place = at.join(".");
  const destination = isMap(spec["destination"]) ? spec["destination"] : {};
  const sources = Array.isArray(spec["sources"]) ? (spec["sources"] as readonly unknown[]) : [];
  return [
    { field: `${place}.source`, source: spec["source"] },
    ...sources.map((source, index) => ({ field: join(`${place}.sources`, index), source })),
  ].flatMap(({ field, source }) => {
    if (!isMap(source)) return [];
    const helm = isMap(source["helm"]) ? source["helm"] : {};
    const files = ["valueFiles", "fileParameters"].find((key) => Array.isArray(helm[key]) && helm[key].length > 0);
    const filesField = files === undefined ? undefined : `${field}.helm.${files}`;
    const kustomize = isMap(source["kustomize"]) ? source["kustomize"] : {};
    const patches = ["patches", "components"].find((key) => Array.isArray(kustomize[key]) && kustomize[key].length > 0);
    const repository = source["repoURL"];
    const isFolder = !source["chart"] && !(typeof repository === "string" && repository.startsWith("oci://"));
    const about = {
      chart: chartOf(source),
      repository,
      version: isFolder ? undefined : { field: `${field}.targetRevision`, value: source["targetRevision"] },
      namespace: destination["namespace"],
      filesField,
      patchesField: patches === undefined ? undefined : `${field}.kustomize.${patches}`,
    };
    try {
      return [{ ...about, ...valuesIn(`${field}.helm`, helm) }];
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      return [{ ...about, field: `${field}.helm.values`, values: {}, unreadable: error }];
    }
  });
}

/** A chart by its name, by its folder, or by its address in a registry, which then has no folders. */
function chartOf({ chart, path, repoURL }: Record<string, unknown>): unknown {
  if (chart !== undefined && chart !== "") return chart;
  const isWhole = path === undefined || path === "" || path === "." || path === "./";
  return isWhole && typeof repoURL === "string" && repoURL.startsWith("oci://") ? repoURL : path;
}

function valuesIn(field: string, helm: Record<string, unknown>): Pick<ArgoValues, "field" | "values"> {
  const parts = [
    { field: `${field}.values: `, values: inText(`${field}.values`, helm["values"]) },
    { field: `${field}.valuesObject`, values: isMap(helm["valuesObject"]) ? helm["valuesObject"] : {} },
    { field: `${field}.parameters`, values: fromParameters(helm["parameters"]) },
  ].filter(({ values }) => Object.keys(values).length > 0);
  const [first, ...others] = parts;
  if (!first) return { field, values: {} };
  if (others.length === 0) return first;
  return { field, values: parts.reduce<Record<string, unknown>>((sum, { values }) => merged(sum, values), {}) };
}

/** A text of values. */
export function inText(field: string, text: unknown): Record<string, unknown> {
  if (typeof text !== "string" || text.trim() === "") return {};
  const [document] = readYaml(text);
  // Templates of an ApplicationSet, for example.
  if (!isMap(document)) throw new UnreadableText("YAML", `no map of values in ${field}`);
  return document;
}

/** `a.b[0]=text` as Helm's --set has it; a backslash keeps a dot in its name. */
export function fromParameters(list: unknown): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const item of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    if (!isMap(item) || typeof item["name"] !== "string") continue;
    const steps = [...item["name"].matchAll(/((?:\\.|[^.[\]\\])+)|\[(\d+)\]/g)].map(([, name, index]) =>
      index === undefined ? (name ?? "").replace(/\\(.)/g, "$1") : index,
    );
    const value = item["forceString"] === true ? item["value"] : typed(item["value"]);
    const last = steps.pop();
    if (last === undefined) continue;
    let place = root;
    for (const step of steps) {
      const next = Object.hasOwn(place, step) ? place[step] : undefined;
      const inner = isMap(next) ? next : {};
      place = put(place, step, inner);
    }
    put(place, last, value);
  }
  return withLists(root) as Record<string, unknown>;
}

/** Never an assignment, which `__proto__` would turn into something else. */
function put<T>(place: Record<string, unknown>, key: string, value: T): T {
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
  return value;
}

/** Helm takes true and false for what they are, and words in braces for a list (strvals). */
function typed(value: unknown): unknown {
  if (value === "true") return true;
  if (value === "false") return false;
  const [, list] = (typeof value === "string" ? /^\{([^]*)\}$/.exec(value.trim()) : undefined) ?? [];
  return list === undefined
    ? value
    : list === ""
      ? []
      : list.split(/(?<!\\),/).map((item) => typed(item.replaceAll("\\,", ",")));
}

/** Maps whose keys are 0, 1 and so on, as steps in brackets leave them. */
function withLists(value: unknown): unknown {
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withLists(inner)] as const);
  const isList = entries.length > 0 && entries.every(([key], index) => key === String(index));
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}

/** Values over others, key by key. */
export function merged(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const sum = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    put(sum, key, isMap(below) && isMap(value) ? merged(below, value) : value);
  }
  return sum;
}
