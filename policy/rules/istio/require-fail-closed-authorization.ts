import { isMap, type Manifest, mapAt } from "../../manifest";
import { mapsIn, messagesOf, patchesOf } from "../../readers/envoyFilter";
import { type ExtAuthz, extAuthzInMesh, extAuthzInMessage } from "../../readers/extAuthz";
import { isKind, isOff, mapsAt, type Placed, show, specOf } from "../../readers/istio";
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
    if (isKind(manifest, "WasmPlugin")) return plugin(manifest, { field: "spec", map: specOf(manifest) });
    if (isKind(manifest, "TrafficExtension")) {
      return plugin(manifest, { field: "spec.wasm", map: mapAt(specOf(manifest)["wasm"], "spec.wasm") });
    }
    if (isKind(manifest, "EnvoyFilter")) {
      return patchesOf(manifest).flatMap((patch) =>
        inspect(() => {
          const messages = messagesOf(patch);
          return [
            ...messages.flatMap(extAuthzInMessage).flatMap(findings),
            ...messages
              .filter(({ type }) => /(^|\.)(ExternalProcessor|ext_proc)$/.test(type))
              .flatMap((message) => openSwitch(message)),
            ...mapsIn(patch.value).flatMap(lenientTokens),
          ];
        }),
      );
    }
    if (isKind(manifest, "SecurityPolicy")) {
      return openSwitch(
        { field: "spec.extAuth", map: mapAt(specOf(manifest)["extAuth"], "spec.extAuth") },
        "fail_open",
      );
    }
    if (isKind(manifest, "EnvoyExtensionPolicy")) {
      return ["extProc", "wasm"].flatMap((key) =>
        mapsAt(specOf(manifest)[key], `spec.${key}`).flatMap((one) => inspect(() => openSwitch(one, "fail_open"))),
      );
    }
    return meshConfigsOf(manifest).flatMap((mesh) => inspect(() => extAuthzInMesh(mesh).flatMap(findings)));
  },
};

function findings({ message, failOpen, statusOnError, unknownFields }: ExtAuthz): Finding[] {
  const status = fieldOf(message, statusOnError);
  const code = isMap(status.value) ? messageAt(message, statusOnError).map["code"] : status.value;
  const enabled = fieldOf(message, "filter_enabled");
  const chosen = fieldOf(message, "filter_enabled_metadata");
  return [
    ...openSwitch(message, failOpen),
    ...(isError(code)
      ? []
      : [violation(status.field, `${status.field} is ${show(code)}. Write "503", so that an error stays one.`)]),
    ...[...(isEverywhere(enabled.value) ? [] : [enabled]), ...(isOff(chosen.value) ? [] : [chosen])].map(({ field }) =>
      violation(
        field,
        `${field} asks about a share of requests. Remove it, so that none passes without being asked about.`,
      ),
    ),
    ...unknownFields.map((field) =>
      violation(
        field,
        `${field} is a field that this rule doesn't know. Remove it, or report it to the authors of these rules.`,
      ),
    ),
  ];
}

/** The switch that lets a request pass when the service is away: ext_authz's, a provider's, ext_proc's. */
function openSwitch(message: Placed, name = "failure_mode_allow"): Finding[] {
  const { field, value } = fieldOf(message, name);
  if (isOff(value)) return [];
  const said = `${field} is ${show(value)}. Remove it: without an answer nobody may get in.`;
  return [violation(field, said, { value: undefined })];
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

/** A plugin may decide about requests in every phase but that of statistics, also where it names none. */
function plugin(manifest: Manifest, { field, map }: Placed): Finding[] {
  const strategy = map["failStrategy"];
  if (strategy === undefined || strategy === "FAIL_CLOSE" || strategy === "FAIL_RELOAD") return [];
  if (specOf(manifest)["phase"] === "STATS") return [];
  const place = `${field}.failStrategy`;
  const said = `${place} is ${show(strategy)} for a plugin that may decide about requests. Write FAIL_CLOSE.`;
  return [violation(place, said, { value: "FAIL_CLOSE" })];
}
