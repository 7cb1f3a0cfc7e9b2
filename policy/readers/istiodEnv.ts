import { isMap, join, listAt, type Manifest, mapAt, nameOf } from "../manifest";
import { containersOf } from "./containers";
import { mapsAt, type Placed, specOf } from "./istio";
import { valuesIn } from "./istioValues";

export interface Variable {
  readonly field: string;
  /** Nothing where the value comes from elsewhere, and cannot be seen. */
  readonly value: string | undefined;
}

/** The environment of istiod as one object gives it. */
export interface IstiodEnv {
  /** Where it stands, and where a variable that is missing would. */
  readonly field: string;
  /** By name; the last of a name counts, as for Kubernetes. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Where variables come from that nobody sees here, a ConfigMap or a Secret as a whole. */
  readonly elsewhere?: string;
}

/** istiod's environment: in its workload of whatever kind, in values of its chart (`env`, `pilot.env`), in an operator's resource. */
export function istiodEnvsOf(manifest: Manifest): IstiodEnv[] {
  const workload = inWorkload(manifest);
  const values = valuesIn(manifest);
  const operator = manifest.kind === "IstioOperator" ? [operatorEnv(manifest)] : [];
  const charts = values
    .filter(({ chart, map }) => chart === "istiod" || chart === "istio-discovery" || Object.hasOwn(map, "pilot"))
    .map(({ field, map }) => {
      const pilot = join(field, "pilot");
      const own = mapAt(map["pilot"], pilot);
      const lists = [
        fromMap(join(field, "env"), map["env"]),
        fromMap(join(pilot, "env"), own["env"]),
        fromList(join(field, "envVarFrom"), map["envVarFrom"]),
        fromList(join(pilot, "envVarFrom"), own["envVarFrom"]),
      ];
      return { field: join(field, "env"), variables: new Map(lists.flat()) };
    });
  // An operator has both, and either may hold a variable.
  const [first] = operator;
  return first === undefined
    ? [...workload, ...charts]
    : [{ field: first.field, variables: new Map([...charts, first].flatMap(({ variables }) => [...variables])) }];
}

function operatorEnv(manifest: Manifest): IstiodEnv {
  const path = ["components", "pilot", "k8s"];
  const k8s = path.reduce<Placed>(
    ({ field, map }, key) => ({ field: `${field}.${key}`, map: mapAt(map[key], `${field}.${key}`) }),
    { field: "spec", map: specOf(manifest) },
  );
  return { field: `${k8s.field}.env`, variables: new Map(fromList(`${k8s.field}.env`, k8s.map["env"])) };
}

/**
 * istiod's container is called `discovery` in every chart, and its image `pilot`; one of another name is looked at as well where
 * it is the only one of a workload of istiod's name.
 */
function inWorkload(manifest: Manifest): IstiodEnv[] {
  const containers = containersOf(manifest);
  const isIstiod = /^istiod(-|$)/.test(nameOf(manifest)) && containers.filter(({ isInit }) => !isInit).length === 1;
  return containers
    .filter(
      ({ spec, isInit }) =>
        spec["name"] === "discovery" || /(^|\/)pilot([:@]|$)/.test(String(spec["image"])) || (isIstiod && !isInit),
    )
    .map(({ field, spec }) => ({
      field: `${field}.env`,
      variables: new Map([
        ...fromList(`${field}.env`, spec["env"]),
        ...["command", "args"].flatMap((key) => fromWords(join(field, key), spec[key])),
      ]),
      ...(mapsAt(spec["envFrom"], `${field}.envFrom`).length > 0 && { elsewhere: `${field}.envFrom` }),
    }));
}

const assignment = /(?:^|[\s;&|({])([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s;&|)]*)/g;

/** Variables that a script or `env` sets before it starts istiod; they come after the container's, and count in their place. */
function fromWords(field: string, value: unknown): [string, Variable][] {
  return listAt(value, field).flatMap((word, index) =>
    typeof word !== "string" || word.startsWith("-")
      ? []
      : [...word.matchAll(assignment)].map(([, name = "", quoted = ""]): [string, Variable] => [
          name,
          {
            field: join(field, index),
            // What a shell or Kubernetes fills in can't be seen.
            value: /[$`]/.test(quoted) ? undefined : quoted.replace(/^(["'])(.*)\1$/s, "$2"),
          },
        ]),
  );
}

function fromList(field: string, value: unknown): [string, Variable][] {
  return mapsAt(value, field).map(({ field: place, map }) => [
    String(map["name"]),
    {
      field: `${place}.value`,
      value: isMap(map["valueFrom"]) ? undefined : textOf(map["value"]),
    },
  ]);
}

function fromMap(field: string, value: unknown): [string, Variable][] {
  const map = mapAt(value, field);
  return Object.keys(map).map((name) => [name, { field: join(field, name), value: textOf(map[name]) }]);
}

/** A file that has not met the API server, or a chart's values, may hold `true` without quotes. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}
