import { nameOfVariable, secretNames } from "../../../documents/oauth2-proxy/settingNames";
import { isMap, join, listAt, mapAt } from "../../manifest";
import { type Member, type UnknownValue } from "../../rule";
import { known } from "../known";
import { once } from "../once";
import { memberFor, notAmong, textAt, type TextReference, textsIn } from "../texts";
import { expanded, newRoom, tooLong } from "./expansion";
import { type Problem } from "./proxy";
import { type Layer, notShown, type Setting } from "./setting";

/** An environment variable of a container, whatever it is for. */
export interface Variable {
  readonly variable: string;
  readonly about: Member;
  readonly field: string;
  readonly inTheOpen: boolean;
  /** `tooLong` where the variables in it make it so. */
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
  /** By their names, the last of each so far: a variable has in it what stands before it. */
  const last = new Map<string, Variable>();
  const add = (variable: Variable) => {
    last.set(variable.variable, { ...variable, read: once(() => variable.read()) });
  };
  const room = newRoom();
  let unknown: UnknownValue | undefined;
  const guard = (look: () => void) => {
    const result = known(look);
    if (!result.known) unknown ??= result.cause;
  };
  guard(() => {
    const place = join(field, keys.envFrom);
    listAt(container[keys.envFrom], place).forEach((source, index) =>
      guard(() => allOf(about, join(place, index), source, namespace, members, problems).forEach(add)),
    );
  });
  guard(() => {
    const place = join(field, keys.env);
    listAt(container[keys.env], place).forEach((entry, index) =>
      guard(() => {
        const pair = mapAt(entry, join(place, index));
        const variable = String(pair["name"]);
        const own = variableOf({ about, field: join(place, index), variable, pair, namespace, members, problems });
        const read = once(() => {
          const text = own.read();
          return typeof text === "string" ? expanded(text, (name) => last.get(name)?.read(), room) : text;
        });
        // At once, and not when asked for: each is read after those in it, and none of them twice.
        const value = known(read);
        if (value.known && value.value === tooLong && nameOfVariable(variable) !== undefined) {
          problems.push({ about, field: fieldOf(own), message: grown });
        }
        add({ ...own, read });
      }),
    );
  });
  return { variables: [...last.values()], problems, ...(unknown ? { unknown } : {}) };
}

const grown =
  "grows by the variables in it beyond what a process can have, so that nobody can see it here. Write the value.";

function fieldOf({ field, variable }: Variable): string {
  return `${field} (${variable})`;
}

/** The variables that are settings. oauth2-proxy takes an empty one for none (viper's `AllowEmptyEnv` is off). */
export function settingsInEnvironment({ variables, unknown }: Environment): Layer {
  const settings = variables.flatMap((one): Setting[] => {
    const { variable, about, inTheOpen } = one;
    const name = nameOfVariable(variable);
    if (name === undefined) return [];
    const value = () => {
      const text = one.read();
      return text === "" ? undefined : text === tooLong ? notShown : text;
    };
    return [{ name, origin: "variable", about, field: fieldOf(one), inTheOpen, read: value }];
  });
  return { settings, ...(unknown ? { unknown } : {}) };
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
