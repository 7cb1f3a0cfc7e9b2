import { nameOfVariable, secretNames } from "../../../documents/oauth2-proxy/settingNames";
import { isMap, join, listAt, mapAt } from "../../manifest";
import { type Member, type UnknownValue } from "../../rule";
import { known } from "../known";
import { memberFor, notAmong, textAt, type TextReference, textsIn } from "../texts";
import { type Problem } from "./proxy";
import { type Layer, notShown, type Setting } from "./setting";

/** An environment variable of a container, whatever it is for. */
export interface Variable {
  readonly variable: string;
  readonly about: Member;
  readonly field: string;
  readonly inTheOpen: boolean;
  read(): unknown;
}

export interface Environment {
  readonly variables: readonly Variable[];
  readonly unknown?: UnknownValue;
  readonly problems: readonly Problem[];
}

/** Values that say nothing about safety, or that belong into a Secret which somebody else makes. */
export const mayStayHidden = new Set([...secretNames, "client_id", "redis_username", "provider_display_name"]);

/** A container's `env` and `envFrom`; of two variables with one name the later counts, and `env` before `envFrom`. */
export function environmentOf(
  about: Member,
  field: string,
  container: Record<string, unknown>,
  namespace: string,
  members: readonly Member[],
  keys = { env: "env", envFrom: "envFrom" },
): Environment {
  const problems: Problem[] = [];
  const variables: Variable[] = [];
  let unknown: UnknownValue | undefined;
  const guard = (look: () => void) => {
    const result = known(look);
    if (!result.known) unknown ??= result.cause;
  };
  guard(() => {
    const place = join(field, keys.envFrom);
    listAt(container[keys.envFrom], place).forEach((source, index) =>
      guard(() => variables.push(...allOf(about, join(place, index), source, namespace, members, problems))),
    );
  });
  guard(() => {
    const place = join(field, keys.env);
    listAt(container[keys.env], place).forEach((entry, index) =>
      guard(() => {
        const pair = mapAt(entry, join(place, index));
        const variable = String(pair["name"]);
        const before = variables.length;
        const find = (name: string) => variables.slice(0, before).findLast((one) => one.variable === name);
        const own = variableOf({ about, field: join(place, index), variable, pair, namespace, members, problems });
        variables.push({ ...own, read: () => expanded(own.read(), find) });
      }),
    );
  });
  const last = new Map(variables.map((variable) => [variable.variable, variable]));
  return { variables: [...last.values()], problems, ...(unknown ? { unknown } : {}) };
}

/** The variables that are settings. oauth2-proxy takes an empty one for none (viper's `AllowEmptyEnv` is off). */
export function settingsInEnvironment({ variables, unknown }: Environment): Layer {
  const settings = variables.flatMap((one): Setting[] => {
    const { variable, about, field, inTheOpen } = one;
    const name = nameOfVariable(variable);
    if (name === undefined) return [];
    const value = () => {
      const text = one.read();
      return text === "" ? undefined : text;
    };
    return [{ name, origin: "variable", about, field: `${field} (${variable})`, inTheOpen, read: value }];
  });
  return { settings, ...(unknown ? { unknown } : {}) };
}

/** A value with the variables in it that Kubernetes replaces: those that stand before it. */
function expanded(value: unknown, find: (name: string) => Variable | undefined): unknown {
  if (typeof value !== "string") return value;
  const [, whole] = /^\$\(([A-Za-z_][\w.-]*)\)$/.exec(value) ?? [];
  const source = whole === undefined ? undefined : find(whole);
  if (source) return source.read();
  return value.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (reference, name: string) => {
    const text = find(name)?.read();
    return typeof text === "string" ? text : reference;
  });
}

interface VariableArgs {
  readonly about: Member;
  readonly field: string;
  readonly variable: string;
  readonly pair: Record<string, unknown>;
  readonly namespace: string;
  readonly members: readonly Member[];
  readonly problems: Problem[];
}

function variableOf({ about, field, variable, pair, namespace, members, problems }: VariableArgs): Variable {
  const from = known(() => pair["valueFrom"]);
  if (!from.known || !isMap(from.value)) {
    const read = () => {
      if (!from.known) throw from.cause;
      const value = pair["value"];
      return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    };
    return { variable, about, field, inTheOpen: true, read };
  }
  const source = from.value;
  const name = nameOfVariable(variable);
  const hidden = (reason: string): Variable => {
    if (name !== undefined && !mayStayHidden.has(name)) {
      problems.push({ about, field: `${field} (${variable})`, message: reason });
    }
    return { variable, about, field, inTheOpen: false, read: () => notShown };
  };
  const reference = referenceIn(source, namespace);
  if (!reference) {
    const kind = Object.keys(source)[0] ?? "nowhere";
    return hidden(`takes a setting from ${kind}, where nobody can see it here. Write the value.`);
  }
  const { kind, name: object } = reference;
  const member = memberFor(members, reference);
  if (!member) return hidden(notAmong(kind, object));
  const text = textAt(member, reference.key);
  if (!text) return hidden(`takes ${reference.key} from the ${kind} ${object}, which has no such key. Add it there.`);
  return {
    variable,
    about: member,
    field: text.entry.field,
    inTheOpen: kind === "ConfigMap",
    read: () => text.entry.read() ?? "",
  };
}

function referenceIn(source: Record<string, unknown>, namespace: string) {
  for (const [field, kind] of [
    ["configMapKeyRef", "ConfigMap"],
    ["secretKeyRef", "Secret"],
  ] as const) {
    const reference = source[field];
    if (isMap(reference)) return { kind, namespace, name: String(reference["name"]), key: String(reference["key"]) };
  }
  return undefined;
}

/** Everything in a ConfigMap or a Secret. */
function allOf(
  about: Member,
  field: string,
  source: unknown,
  namespace: string,
  members: readonly Member[],
  problems: Problem[],
): Variable[] {
  const from = mapAt(source, field);
  const prefix = typeof from["prefix"] === "string" ? from["prefix"] : "";
  return (
    [
      ["configMapRef", "ConfigMap"],
      ["secretRef", "Secret"],
    ] as const
  ).flatMap(([key, kind]) => {
    const reference = from[key];
    if (!isMap(reference)) return [];
    const wanted: TextReference = { kind, namespace, name: String(reference["name"]) };
    const member = memberFor(members, wanted);
    if (!member) {
      problems.push({ about, field, message: notAmong(kind, wanted.name) });
      return [];
    }
    return textsIn(member).map(({ entry }): Variable => ({
      variable: `${prefix}${entry.name}`,
      about: member,
      field: entry.field,
      inTheOpen: kind === "ConfigMap",
      read: () => entry.read() ?? "",
    }));
  });
}
