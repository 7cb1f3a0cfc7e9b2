/**
 * What the hosts of notebooks are called, in CEL: `<namespace>--<name>[--<kind>].<domain>`. Kubernetes allows two hyphens in a
 * row, which would make one host of two names, so a namespace or a name with them has no host. Nor has the namespace `xn`:
 * a browser reads what begins with `xn--` as Punycode.
 */
import { escaped, listLiteral, literal, type Named } from "./admissionPolicy";

/** Something that runs somebody's code behind a page, and where Kubeflow's controllers put it on the dashboard's host. */
export interface NotebookKind {
  kind: string;
  /** The first segment of its path: `/<path>/<namespace>/<name>/`. */
  path: string;
  /** What the first label of its host ends on. */
  suffix: string;
}

export interface NotebookHosts {
  /** Each host is one level below it. */
  domain: string;
  kinds: readonly NotebookKind[];
}

/** Of routes in one VirtualService; Kubeflow's controllers write one. */
export const mostRoutes = 32;

/** Of a label in DNS. */
export const longestLabel = 63;

/** With two hyphens and one letter after it, a namespace's name fills a label. */
const longestNamespace = longestLabel - "--".length - 1;

/** Whether a namespace may have hosts. */
export function hasHosts(namespace: string): string {
  return `(!${namespace}.contains("--") && ${namespace} != "xn" && ${namespace}.size() <= ${longestNamespace})`;
}

/** Why a namespace has none. */
export function noHosts(namespace: string): string {
  return (
    `"namespace " + ${namespace} + " has no hosts for notebooks: " + (` +
    `${namespace}.contains("--") ? "two hyphens in a row separate the namespace from the name in a host" : ` +
    `${namespace} == "xn" ? "a browser reads xn-- at the beginning of a host as Punycode" : ` +
    `"its name and two hyphens leave no room for another one in a label of ${longestLabel} characters") + ` +
    `"; have a namespace of another name, of at most ${longestNamespace} characters, without two hyphens in a row, and not xn"`
  );
}

/** Whether a name may stand in a label; the label with all of it must fit, too. */
export function isName(name: string, label: string): string {
  return (
    `(${name}.matches("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$") && !${name}.contains("--") && ` +
    `${label}.size() <= ${longestLabel})`
  );
}

/** Why a name has no host; `kind` is an expression, too. */
export function noHost(kind: string, namespace: string, name: string, label: string): string {
  const room = `(${longestLabel} - (${label}.size() - ${name}.size()))`;
  return (
    `${kind} + " " + ${namespace} + "/" + ${name} + " can have no host: " + (${label}.size() <= ${longestLabel} ? ` +
    `"a name has small letters, digits and single hyphens between them; have it under such a name" : ` +
    `"its label " + ${label} + " has " + string(${label}.size()) + " characters, and DNS allows ${longestLabel}; have it " + ` +
    `(${room} > 0 ? "under a name of at most " + string(${room}) + " characters" : "in a namespace with a shorter name"))`
  );
}

/** A map from each kind's path to something of it. */
export function byPath({ kinds }: NotebookHosts, of: (kind: NotebookKind) => string): string {
  return `{${kinds.map((kind) => `${literal(kind.path)}: ${literal(of(kind))}`).join(", ")}}`;
}

/**
 * What a VirtualService says of itself: `prefix`, its first one; `segments`; `isNotebook`, whether that is the path of a
 * notebook of its own namespace; `name`; `label`; `exact`, its host.
 */
export function notebookOfRoute(hosts: NotebookHosts): Named[] {
  const paths = listLiteral(hosts.kinds.map(({ path }) => path));
  return [
    { name: "allRoutes", expression: "object.?spec.?http.orValue([])" },
    // One with more is refused, and nobody looks at it any longer than at others.
    { name: "routes", expression: `variables.allRoutes.size() > ${mostRoutes} ? [] : variables.allRoutes` },
    { name: "prefix", expression: 'variables.routes[?0].?match[?0].?uri.?prefix.orValue("")' },
    { name: "segments", expression: 'variables.prefix.split("/")' },
    {
      name: "isNotebook",
      expression:
        'variables.segments.size() == 5 && variables.segments[0] == "" && variables.segments[4] == "" && ' +
        `variables.segments[1] in ${paths} && variables.segments[2] == request.namespace`,
    },
    { name: "name", expression: 'variables.isNotebook ? variables.segments[3] : ""' },
    {
      name: "label",
      expression:
        "variables.isNotebook ? " +
        `request.namespace + "--" + variables.name + ${byPath(hosts, ({ suffix }) => suffix)}[variables.segments[1]] : ""`,
    },
    { name: "exact", expression: `variables.label + ${literal(`.${hosts.domain}`)}` },
  ];
}

/** Whether a host is one of the object's namespace, spelled plainly. */
export function isOwnHost({ domain }: NotebookHosts, host: string): string {
  return (
    `(${host}.matches("^" + request.namespace + ${literal(`--[a-z0-9]([a-z0-9-]*[a-z0-9])?${escaped(`.${domain}`)}$`)}) && ` +
    `${host}.size() <= ${longestLabel + 1 + domain.length})`
  );
}
