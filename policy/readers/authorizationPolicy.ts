import { type Manifest, mapAt } from "../manifest";
import { mapsAt, type Placed, specOf, textAt, textsAt } from "./istio";
import { isServiceName } from "./serviceNames";

/** A source or an operation: what has to be true of a request, all at once. Empty lists say nothing. */
export interface Clause {
  readonly field: string;
  readonly says: Readonly<Record<string, readonly string[]>>;
}

export interface Condition {
  readonly field: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

/** A rule applies where one of its sources, one of its operations and all of its conditions do. */
export interface PolicyRule {
  readonly field: string;
  readonly sources: readonly Clause[];
  readonly operations: readonly Clause[];
  readonly conditions: readonly Condition[];
}

/** What a policy does where it applies; Istio's default is ALLOW. */
export function actionOf(manifest: Manifest): string {
  return textAt(specOf(manifest)["action"], "spec.action") || "ALLOW";
}

export function policyRules(manifest: Manifest): PolicyRule[] {
  return mapsAt(specOf(manifest)["rules"], "spec.rules").map(({ field, map }) => ({
    field,
    sources: clauses(map["from"], `${field}.from`, "source"),
    operations: clauses(map["to"], `${field}.to`, "operation"),
    conditions: mapsAt(map["when"], `${field}.when`).map(condition),
  }));
}

function clauses(value: unknown, field: string, key: string): Clause[] {
  return mapsAt(value, field).map(({ field: place, map }) => {
    const clause = mapAt(map[key], `${place}.${key}`);
    const lists = Object.keys(clause).map((name): [string, string[]] => [
      name,
      textsAt(clause[name], `${place}.${key}.${name}`),
    ]);
    return { field: `${place}.${key}`, says: Object.fromEntries(lists.filter(([, texts]) => texts.length > 0)) };
  });
}

function condition({ field, map }: Placed): Condition {
  return {
    field,
    key: textAt(map["key"], `${field}.key`),
    values: textsAt(map["values"], `${field}.values`),
    notValues: textsAt(map["notValues"], `${field}.notValues`),
  };
}

/** Whether a clause says this and, apart from what is listed as harmless, nothing else. */
export function saysOnly(clause: Clause, keys: readonly string[]): boolean {
  return Object.keys(clause.says).every((key) => keys.includes(key));
}

/** Whether a rule is for requests that no RequestAuthentication has found a principal in. */
export function isForStrangers({ sources }: PolicyRule): boolean {
  return sources.some(
    (source) => source.says["notRequestPrincipals"]?.includes("*") && saysOnly(source, ["notRequestPrincipals"]),
  );
}

/** The ports at which a rule holds. */
export type Ports = "every" | readonly string[];

/**
 * At which ports a rule of a DENY policy turns away whoever has no principal, whatever the host.
 *
 * It may leave out paths, which another rule judges. Behind the PROXY protocol, where a port is somebody's word, it may leave
 * out the name in TLS of a Service (docs/decisions/0017), which no public listener serves.
 */
export function portsRefused(rule: PolicyRule): Ports {
  const isWhole = rule.conditions.every(
    ({ key, values, notValues }) =>
      key === "connection.sni" && values.length === 0 && notValues.every((name) => isServiceName(name)),
  );
  if (!isForStrangers(rule) || !isWhole) return [];
  const lists = rule.operations
    .filter((operation) => saysOnly(operation, ["notPaths", "ports"]))
    .map(({ says }) => says["ports"]);
  const ports = lists.filter((list) => list !== undefined);
  return rule.operations.length === 0 || ports.length < lists.length ? "every" : ports.flat();
}
