import { isMap, join, type Manifest } from "../../manifest";
import { luaIn, mapsIn, patchesOf } from "../../readers/envoyFilter";
import { isKind, type Placed, specOf } from "../../readers/istio";
import { fieldOf, meshConfigsOf } from "../../readers/istioMesh";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { envoyPage, weakness } from "./facts";

const { framework, reference } = weakness(532, "Insertion of Sensitive Information into Log File");

/** Headers that are as good as a session. */
const secret =
  /^(proxy-)?authorization$|^(set-)?cookie2?$|access-token|id-token|^x-amzn-oidc-(data|accesstoken)$|jwt|^x-goog-iap-/i;

const isSecret = (name: unknown): name is string => typeof name === "string" && secret.test(name);

export const forbidTokensInLogs: Rule = {
  name: "forbid-tokens-in-logs",
  title: "No token or cookie in a log or a trace",
  why:
    "Whoever may read logs or traces can be everybody whose token or session is in them, for as long as it lasts; and logs " +
    "are kept for longer, in more places, and read by more people.",
  mend: "Take the header out of the log's format, the list of additional headers, or the trace's tags.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    envoyPage(
      "Envoy access logs",
      "configuration/observability/access_log/usage#command-operators",
      "%REQ(name)% writes a header of the request, %RESP(name)% one of the answer",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isKind(manifest, "EnvoyFilter")) return envoyFilter(manifest);
    if (isKind(manifest, "Telemetry")) return inspect(() => telemetry({ field: "spec", map: specOf(manifest) }));
    if (isKind(manifest, "TrafficExtension")) {
      return inspect(() =>
        luaIn({ field: "spec", map: specOf(manifest) }).flatMap(({ field, text }) => luaFindings(field, text)),
      );
    }
    return meshConfigsOf(manifest).flatMap((mesh) => inspect(() => meshFindings(mesh)));
  },
};

/** Every text of the configuration may be a format, but what is sent to an authorization service is no log. */
function meshFindings(mesh: Placed): Finding[] {
  const places = ["access_log_format", "extension_providers", "default_config"].flatMap((name) => {
    const { field, value } = fieldOf(mesh, name);
    return texts(field, value).filter(([path]) => !/ext_?authz/i.test(path));
  });
  return [...places.flatMap(([field, text]) => operators(field, text)), ...headersNamedIn(mesh)];
}

/** Tags of a header, and those of a format. */
function telemetry(spec: Placed): Finding[] {
  return [...headersNamedIn(spec), ...texts(spec.field, spec.map).flatMap(([field, text]) => operators(field, text))];
}

function envoyFilter(manifest: Manifest): Finding[] {
  return patchesOf(manifest).flatMap(({ value }) =>
    inspect(() => [
      ...texts(value.field, value.map)
        .filter(([path]) => /access_?log|log_?format|json_?format/i.test(path))
        .flatMap(([field, text]) => operators(field, text)),
      ...luaIn(value).flatMap(({ field, text }) => luaFindings(field, text)),
      ...headersNamedIn(value),
    ]),
  );
}

/** Texts below a value, each with its path. */
function texts(field: string, value: unknown): [string, string][] {
  if (typeof value === "string") return [[field, value]];
  if (Array.isArray(value)) return value.flatMap((item, index) => texts(`${field}[${index}]`, item));
  return isMap(value) ? Object.keys(value).flatMap((key) => texts(join(field, key), value[key])) : [];
}

/** `%REQ(X?Y):Z%`, with the name that stands in for an absent header, and the same of answers. */
function operators(field: string, text: string): Finding[] {
  const names = [
    ...argumentsIn(text).flatMap((inside) => inside.split(/[?,]/).map((name) => name.trim())),
    // Envoy's expressions name headers as texts: request.headers['authorization'].
    ...text
      .split(/%CEL\(/i)
      .slice(1)
      .map((expression) => expression.split(/\)[:\d]*%/, 1)[0] ?? "")
      .flatMap((inside) => [...inside.matchAll(/["']([\w-]+)["']/g)].map(([, name = ""]) => name)),
  ];
  return [...new Set(names.filter((name) => secret.test(name)))].map((name) => wrong(field, name));
}

/** What stands in the parentheses of operators that write headers. */
function argumentsIn(text: string): string[] {
  const operator = /%([A-Z_]+)\(/gi;
  const found: string[] = [];
  for (let match = operator.exec(text); match; match = operator.exec(text)) {
    const [word = ""] = (match[1] ?? "").split("_", 1);
    if (!/REQ|RESP|HEADER|TRAILER/i.test(word)) continue;
    const end = text.indexOf(")", operator.lastIndex);
    if (end < 0) break;
    found.push(text.slice(operator.lastIndex, end));
    operator.lastIndex = end + 1;
  }
  return found;
}

/** Lists of headers that go to a log service, and tags of traces that are a header's value. */
function headersNamedIn(value: Placed): Finding[] {
  return mapsIn(value).flatMap(({ field, map }) =>
    Object.keys(map).flatMap((key) => {
      const inner = map[key];
      const place = join(field, key);
      if (/^additional_?(request|response)_?(headers|trailers)_?to_?log$/i.test(key) && Array.isArray(inner)) {
        return inner.filter(isSecret).map((name) => wrong(place, name));
      }
      const isTag = /(custom_?tags|request_?header)/i.test(place);
      if (/^(request_?)?header$/i.test(key) && isTag && isMap(inner) && isSecret(inner["name"])) {
        return [wrong(place, inner["name"])];
      }
      return [];
    }),
  );
}

function luaFindings(field: string, text: string): Finding[] {
  const found = [...text.matchAll(/:log\w+\s*\(([^\n]*)/g)].flatMap(([, rest = ""]) =>
    [...rest.matchAll(/["']([\w-]+)["']/g)].map(([, name = ""]) => name),
  );
  return [...new Set(found.filter((name) => secret.test(name)))].map((name) => wrong(field, name));
}

function wrong(field: string, name: string): Finding {
  return violation(field, `${field} writes ${name} of every request to a log or a trace. Take it out.`);
}
