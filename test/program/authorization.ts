/**
 * Istio's AuthorizationPolicy as far as the platform uses it, in a form that can be compared with the documentation line
 * by line: https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export interface AuthorizationSpec {
  selector?: { matchLabels?: Record<string, string> };
  action?: string;
  provider?: { name: string };
  rules?: Rule[];
}

interface Rule {
  from?: { source: { principals?: string[]; notRequestPrincipals?: string[]; notIpBlocks?: string[] } }[];
  to?: { operation: Operation }[];
  when?: { key: string; values?: string[]; notValues?: string[] }[];
}

interface Operation {
  hosts?: string[];
  notHosts?: string[];
  ports?: string[];
  notPorts?: string[];
  paths?: string[];
  notPaths?: string[];
}

export interface Request {
  /** The port that the pod listens at, not the Service's; with the PROXY protocol whatever its header says. */
  port: number;
  host: string;
  /** The path as Envoy has normalised it, without the query. */
  path: string;
  /** The server name that the client asked for in TLS. */
  sni?: string;
  /** Headers besides those above, in lower case. */
  headers?: Record<string, string>;
  /** SPIFFE identity of the client, where it speaks mutual TLS. */
  principal?: string;
  /** Claims of the verified token; without one there is no request principal. */
  claims?: Record<string, unknown>;
}

/** Whether one of the policy's rules matches; what follows from it is the action's. */
export function matches({ rules = [] }: AuthorizationSpec, request: Request): boolean {
  return rules.some((rule) => matchesRule(known(rule, ["from", "to", "when"]), request));
}

/** All of from, to and when; a list that is missing matches anything. */
function matchesRule({ from, to, when }: Rule, request: Request): boolean {
  return (
    (from === undefined || from.some(({ source }) => matchesSource(source, request))) &&
    (to === undefined || to.some(({ operation }) => matchesOperation(operation, request))) &&
    (when === undefined || when.every((condition) => matchesCondition(condition, request)))
  );
}

type Source = NonNullable<Rule["from"]>[number]["source"];

function matchesSource(source: Source, { principal, claims }: Request): boolean {
  const { principals, notRequestPrincipals } = known(source, ["principals", "notRequestPrincipals"]);
  const requestPrincipal = claims === undefined ? "" : `${String(claims.iss)}/${String(claims.sub)}`;
  return among(principals, principal ?? "") && notAmong(notRequestPrincipals, requestPrincipal);
}

/** All fields that are there. Hosts are compared without regard to case, paths with. */
function matchesOperation(operation: Operation, { host, port, path }: Request): boolean {
  const { hosts, notHosts, ports, notPorts, paths, notPaths } = known(operation, [
    "hosts",
    "notHosts",
    "ports",
    "notPorts",
    "paths",
    "notPaths",
  ]);
  const lower = (texts: string[] | undefined) => texts?.map((text) => text.toLowerCase());
  return (
    among(lower(hosts), host.toLowerCase()) &&
    notAmong(lower(notHosts), host.toLowerCase()) &&
    among(ports, String(port)) &&
    notAmong(notPorts, String(port)) &&
    among(paths, path) &&
    notAmong(notPaths, path)
  );
}

type Condition = NonNullable<Rule["when"]>[number];

function matchesCondition(condition: Condition, { headers = {}, claims = {}, sni = "" }: Request): boolean {
  const { key, values, notValues } = known(condition, ["key", "values", "notValues"]);
  if (key === "connection.sni") {
    return among(values, sni) && notAmong(notValues, sni);
  }
  const [, name = ""] = /^request\.(?:headers|auth\.claims)\[(.*)\]$/.exec(key) ?? [];
  if (key.startsWith("request.headers[")) {
    const value = headers[name];
    // For a header, "*" asks only whether it is there.
    const is = (patterns: string[]) =>
      value !== undefined && patterns.some((pattern) => pattern === "*" || fits(pattern, value));
    return (values === undefined || is(values)) && (notValues === undefined || !is(notValues));
  }
  if (key.startsWith("request.auth.claims[")) {
    // `[a][b]` is the member b of the claim a.
    const value = name
      .split("][")
      .reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined)?.[part], claims);
    const texts = [value].flat().filter((one) => typeof one === "string");
    const is = (patterns: string[]) => texts.some((one) => patterns.some((pattern) => fits(pattern, one)));
    return (values === undefined || is(values)) && (notValues === undefined || !is(notValues));
  }
  throw new Error(`this interpreter doesn't know the condition ${key}`);
}

function among(patterns: string[] | undefined, value: string): boolean {
  return patterns === undefined || patterns.some((pattern) => fits(pattern, value));
}

function notAmong(patterns: string[] | undefined, value: string): boolean {
  return patterns === undefined || !patterns.some((pattern) => fits(pattern, value));
}

/** Exact, `prefix*`, `*suffix`, or `*` for anything that is not empty. */
function fits(pattern: string, value: string): boolean {
  if (pattern === "*") {
    return value !== "";
  }
  if (pattern.endsWith("*")) {
    return value.startsWith(pattern.slice(0, -1));
  }
  return pattern.startsWith("*") ? value.endsWith(pattern.slice(1)) : value === pattern;
}

/** A field that the interpreter doesn't know would count as fulfilled; this refuses it instead. */
function known<T extends object>(object: T, fields: string[]): T {
  const unknown = Object.keys(object).filter((field) => !fields.includes(field));
  if (unknown.length > 0) {
    throw new Error(`this interpreter doesn't know ${unknown.join(", ")}`);
  }
  return object;
}
