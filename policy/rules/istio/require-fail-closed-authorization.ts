import { isMap, type Manifest } from "../../manifest";
import { mapsIn, messagesIn, patchesOf } from "../../readers/envoyFilter";
import { type ExtAuthz, extAuthzInMesh, extAuthzInMessage } from "../../readers/extAuthz";
import { isKind, isOff, type Placed, show, specOf } from "../../readers/istio";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { envoyPage, istioPage, weakness } from "./facts";

const { framework, reference } = weakness(636, "Not Failing Securely ('Failing Open')");

/** When what decides about requests is away, or broken, nobody gets in. */
export const requireFailClosedAuthorization: Rule = {
  name: "require-fail-closed-authorization",
  title: "Without an answer nobody gets in",
  why:
    "With failOpen everybody gets in while oauth2-proxy is away, and whoever can overload it decides when that is. The " +
    "same holds for a status of success in place of an error, and for a filter that is on for a share of requests.",
  mend: 'Remove failOpen, failure_mode_allow and the like, and write statusOnError: "503" or another error.',
  remedy:
    "Takes failOpen and failure_mode_allow away, and writes FAIL_CLOSE for a plugin, which changes nothing while the " +
    "service that decides answers; nothing is written into a ConfigMap's text.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio mesh configuration",
      "reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-EnvoyExternalAuthorizationHttpProvider",
      "failOpen allows requests when the service is away or answers with an error",
    ),
    envoyPage(
      "Envoy ExtAuthz",
      "api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto",
      "failure_mode_allow, status_on_error and filter_enabled",
    ),
  ],
  settings: [],
  check(manifest) {
    if (isKind(manifest, "WasmPlugin")) return wasmPlugin(manifest);
    if (isKind(manifest, "EnvoyFilter")) {
      return patchesOf(manifest).flatMap(({ value }) =>
        inspect(() => [
          ...messagesIn(value).flatMap(extAuthzInMessage).flatMap(findings),
          ...mapsIn(value).flatMap(lenientTokens),
        ]),
      );
    }
    return meshConfigsOf(manifest).flatMap((mesh) => inspect(() => extAuthzInMesh(mesh).flatMap(findings)));
  },
};

function findings({ message, failOpen, statusOnError, unknownFields }: ExtAuthz): Finding[] {
  const open = fieldOf(message, failOpen);
  const status = fieldOf(message, statusOnError);
  const code = isMap(status.value) ? messageAt(message, statusOnError).map["code"] : status.value;
  const enabled = fieldOf(message, "filter_enabled");
  return [
    ...(isOff(open.value)
      ? []
      : [
          violation(
            open.field,
            `${open.field} is ${show(open.value)}. Remove it: without an answer nobody may get in.`,
            { value: undefined },
          ),
        ]),
    ...(isError(code)
      ? []
      : [violation(status.field, `${status.field} is ${show(code)}. Write "503", so that an error stays one.`)]),
    ...(isEverywhere(enabled.value)
      ? []
      : [
          violation(
            enabled.field,
            `${enabled.field} asks about a share of requests. Remove it, so that none passes without being asked about.`,
          ),
        ]),
    ...unknownFields.map((field) =>
      violation(
        field,
        `${field} is a field that this rule doesn't know. Remove it, or report it to the authors of these rules.`,
      ),
    ),
  ];
}

/** Names of envoy.type.v3.StatusCode that tell of an error; protobuf's JSON takes them for numbers. */
const errorNames = [
  ...["BadRequest", "Unauthorized", "Forbidden", "NotFound", "TooManyRequests", "InternalServerError"],
  ...["BadGateway", "ServiceUnavailable", "GatewayTimeout"],
];

function isError(code: unknown): boolean {
  if (code === undefined || code === null || code === "" || code === 0) return true;
  if (typeof code === "number") return code >= 400 && code < 600;
  return typeof code === "string" && (errorNames.includes(code) || /^[45]\d\d$/.test(code));
}

/** `filter_enabled` with a default of everything; a runtime key could change that without anybody seeing it here. */
function isEverywhere(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isMap(value)) return false;
  const share = value["default_value"] ?? value["defaultValue"];
  const hasKey = (value["runtime_key"] ?? value["runtimeKey"] ?? "") !== "";
  const isWhole =
    isMap(share) && share["numerator"] === 100 && [undefined, "HUNDRED", 0].includes(share["denominator"] as 0);
  return isWhole && !hasKey;
}

/** jwt_authn's requirement that bad tokens meet, too. `allow_missing` alone is Istio's own; policies see to the rest. */
function lenientTokens({ field, map }: Placed): Finding[] {
  const key = ["allow_missing_or_failed", "allowMissingOrFailed"].find((name) => Object.hasOwn(map, name));
  if (key === undefined) return [];
  return [violation(`${field}.${key}`, `${field}.${key} lets tokens pass that are no good. Write allow_missing: {}.`)];
}

/** A plugin that decides about requests, by its phase. */
function wasmPlugin(manifest: Manifest): Finding[] {
  const spec = specOf(manifest);
  const strategy = spec["failStrategy"];
  if (strategy === undefined || strategy === "FAIL_CLOSE" || strategy === "FAIL_RELOAD") return [];
  if (!["AUTHN", "AUTHZ"].includes(String(spec["phase"]))) return [];
  return [
    violation(
      "spec.failStrategy",
      `spec.failStrategy is ${show(strategy)} for a plugin that decides about requests. Write FAIL_CLOSE.`,
      { value: "FAIL_CLOSE" },
    ),
  ];
}
