import { isMap, join, type Manifest, mapAt, nameOf } from "../manifest";
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

/** istiod's environment: in its Deployment, in values of its chart (`env`, `pilot.env`), in an operator's resource. */
export function istiodEnvsOf(manifest: Manifest): IstiodEnv[] {
  if (manifest.kind === "Deployment") return inDeployment(manifest);
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
    ? charts
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

/** istiod's container is called `discovery` in every chart; a Deployment of istiod's name with another is looked at as well. */
function inDeployment(manifest: Manifest): IstiodEnv[] {
  const template = mapAt(mapAt(specOf(manifest)["template"], "spec.template")["spec"], "spec.template.spec");
  const containers = mapsAt(template["containers"], "spec.template.spec.containers");
  const isIstiod = /^istiod(-|$)/.test(nameOf(manifest));
  return containers
    .filter(({ map }) => map["name"] === "discovery" || (isIstiod && containers.length === 1))
    .map(({ field, map }) => ({
      field: `${field}.env`,
      variables: new Map(fromList(`${field}.env`, map["env"])),
      ...(mapsAt(map["envFrom"], `${field}.envFrom`).length > 0 && { elsewhere: `${field}.envFrom` }),
    }));
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
