import { join, type Manifest, mapAt } from "../../manifest";
import { isKind, mapsAt, specOf } from "../../readers/istio";
import { podsOf } from "../../readers/pods";
import { weakness } from "../../references";
import { type Finding, inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(201, "Insertion of Sensitive Information Into Sent Data");

const annotation = "notebooks.kubeflow.org/http-headers-request-set";

/**
 * A notebook's headers are fixed texts. Envoy fills in what stands between percent signs, and `%REQ(Authorization)%` is
 * the token of whoever opens the notebook. `%%`, its way to write one, is rejected as well: no header needs it.
 */
export const forbidHeaderVariables: Rule = {
  name: "forbid-header-variables",
  title: "A notebook's headers hold no variables",
  why:
    "Whoever owns a notebook writes its headers, and %REQ(Authorization)% or %REQ(Cookie)% in one sends the session of " +
    "every visitor to the notebook's own server.",
  mend: `Remove the percent signs from the annotation ${annotation}.`,
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    {
      id: "kubeflow/notebooks#562",
      url: "https://github.com/kubeflow/notebooks/pull/562",
      about: "the review that found the visitor's token in a header of the notebook's",
    },
    {
      id: "Envoy header variables",
      url: "https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers",
      about: "what stands between percent signs is filled in for each request",
    },
  ],
  settings: [],
  check: (manifest) =>
    [
      ...inspect(() => routeFindings(manifest)),
      ...inspect(() => annotationFindings("metadata.annotations", annotationsOf(manifest))),
      ...podsOf(manifest).flatMap((pod) =>
        inspect(() =>
          annotationFindings(`${pod.field.replace(/(^|\.)spec$/, "$1metadata")}.annotations`, pod.annotations),
        ),
      ),
    ].filter(({ field }, index, all) => all.findIndex((other) => other.field === field) === index),
};

/** A route's own headers, of which Envoy fills in variables as well; those of what is sent back are the owner's business. */
function routeFindings(manifest: Manifest): Finding[] {
  if (isKind(manifest, "VirtualService")) return virtualService(manifest);
  return isKind(manifest, "HTTPRoute") || isKind(manifest, "GRPCRoute") ? apiRoute(manifest) : [];
}

function virtualService(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["http"], "spec.http").flatMap((http) => {
    const routes = mapsAt(http.map["route"], `${http.field}.route`);
    return [http, ...routes].flatMap(({ field, map }) => {
      const place = `${field}.headers.request`;
      const request = mapAt(mapAt(map["headers"], `${field}.headers`)["request"], place);
      return ["add", "set"].flatMap((how) => {
        const headers = mapAt(request[how], `${place}.${how}`);
        return Object.keys(headers).flatMap((name) => sent(join(`${place}.${how}`, name), headers[name]));
      });
    });
  });
}

/** Istio hands the Gateway API's values to Envoy as they are, too. */
function apiRoute(manifest: Manifest): Finding[] {
  return mapsAt(specOf(manifest)["rules"], "spec.rules").flatMap((rule) => {
    const backends = mapsAt(rule.map["backendRefs"], `${rule.field}.backendRefs`);
    return [rule, ...backends]
      .flatMap(({ field, map }) => mapsAt(map["filters"], `${field}.filters`))
      .flatMap(({ field, map }) => {
        const place = `${field}.requestHeaderModifier`;
        const modifier = mapAt(map["requestHeaderModifier"], place);
        return ["add", "set"]
          .flatMap((how) => mapsAt(modifier[how], `${place}.${how}`))
          .flatMap((header) => sent(`${header.field}.value`, header.map["value"]));
      });
  });
}

function sent(field: string, value: unknown): Finding[] {
  if (!sendsSession(String(value))) return [];
  return [violation(field, `${field} sends each visitor's session on, by a variable of Envoy's. Remove it.`)];
}

/**
 * What a visitor's session is in, also as the header that Envoy takes where another is absent (`%REQ(x?cookie)%`). Other
 * variables, such as a request's path, say nothing that a backend doesn't know.
 */
function sendsSession(value: string): boolean {
  const within = (variable: RegExp, end: RegExp) =>
    value
      .split(variable)
      .slice(1)
      .map((rest) => rest.split(end, 1)[0] ?? "");
  return (
    within(/%(?:REQ|REQ_WITHOUT_QUERY|REQUEST_HEADER)\(/i, /\)/).some((names) =>
      names.split("?").some((name) => /^\s*(?:proxy-)?(?:authorization|cookie)/i.test(name)),
    ) || within(/%CEL\(/i, /\)[:\d]*%/).some((expression) => /authorization|cookie/i.test(expression))
  );
}

function annotationsOf(manifest: Manifest): Record<string, unknown> {
  return mapAt(mapAt(manifest["metadata"], "metadata")["annotations"], "metadata.annotations");
}

function annotationFindings(owner: string, annotations: Record<string, unknown>): Finding[] {
  const value = annotations[annotation];
  if (value === undefined || value === null) return [];
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  if (!text.includes("%")) return [];
  const field = join(owner, annotation);
  return [violation(field, `${field} has a percent sign, which Envoy takes for a variable's. Remove it.`)];
}
