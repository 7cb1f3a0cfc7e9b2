import { groupOf, listAt, type Manifest, mapAt, UnexpectedShape } from "../manifest";

/** The kinds that rules look at, by their API's group. Any served version of a group has the same fields. */
const groups = {
  AuthorizationPolicy: "security.istio.io",
  RequestAuthentication: "security.istio.io",
  PeerAuthentication: "security.istio.io",
  DestinationRule: "networking.istio.io",
  EnvoyFilter: "networking.istio.io",
  ServiceEntry: "networking.istio.io",
  VirtualService: "networking.istio.io",
  Telemetry: "telemetry.istio.io",
  WasmPlugin: "extensions.istio.io",
  TrafficExtension: "extensions.istio.io",
  HTTPRoute: "gateway.networking.k8s.io",
  GRPCRoute: "gateway.networking.k8s.io",
  SecurityPolicy: "gateway.envoyproxy.io",
  EnvoyExtensionPolicy: "gateway.envoyproxy.io",
} as const;

export function isKind(manifest: Manifest, kind: keyof typeof groups): boolean {
  return manifest.kind === kind && groupOf(manifest) === groups[kind];
}

/** Istio's Gateway; the Gateway API has one of the same name. */
export function isIstioGateway(manifest: Manifest): boolean {
  return manifest.kind === "Gateway" && groupOf(manifest) === "networking.istio.io";
}

/** A Gateway of the Gateway API, or a set of listeners that is added to one, which looks the same in what they say. */
export function isApiGateway(manifest: Manifest): boolean {
  return (
    /^gateway\.networking\.(x-)?k8s\.io$/.test(groupOf(manifest)) && /^X?(Gateway|ListenerSet)$/.test(manifest.kind)
  );
}

/** The listeners of the Gateway API's objects; an ambient mesh's own protocol has identities, and no browser speaks it. */
export function apiListeners(manifest: Manifest): Placed[] {
  return mapsAt(specOf(manifest)["listeners"], "spec.listeners").filter(({ map }) => map["protocol"] !== "HBONE");
}

/** A waypoint, which has no listener for anything else. */
export function isWaypoint(manifest: Manifest): boolean {
  return (
    isApiGateway(manifest) &&
    mapsAt(specOf(manifest)["listeners"], "spec.listeners").length > 0 &&
    apiListeners(manifest).length === 0
  );
}

export function specOf(manifest: Manifest): Record<string, unknown> {
  return mapAt(manifest["spec"], "spec");
}

/** A map with the path at which it stands. */
export interface Placed {
  readonly field: string;
  readonly map: Record<string, unknown>;
}

/** A list of maps. */
export function mapsAt(value: unknown, field: string): Placed[] {
  const list = listAt(value, field);
  // By index, because a value can be unknown at preview and `map` would read them all at once.
  return Array.from({ length: list.length }, (_, index) => {
    const place = `${field}[${index}]`;
    return { field: place, map: mapAt(list[index], place) };
  });
}

/** A list of texts. */
export function textsAt(value: unknown, field: string): string[] {
  return listAt(value, field).map((text, index) => {
    if (typeof text === "string") return text;
    throw new UnexpectedShape(`${field}[${index}]`, text, "a string");
  });
}

/** A text; empty where it is absent, as Protocol Buffers have it. */
export function textAt(value: unknown, field: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw new UnexpectedShape(field, value, "a string");
}

/** Whether a switch of Protocol Buffers is off: absent, null or false. Anything else may be on. */
export function isOff(value: unknown): boolean {
  return value === undefined || value === null || value === false;
}

export function show(value: unknown): string {
  return value === undefined || value === null ? "absent" : JSON.stringify(value);
}
