import { protoField } from "../../../documents/istio/envoyTls";
import { join } from "../../manifest";
import { type EnvoyPatch, mapsIn, messagesIn } from "../../readers/envoyFilter";
import { type Finding, violation } from "../../rule";

/**
 * What an EnvoyFilter adds around the filters that decide: a listener or a chain of filters of its own, or a filter that ends
 * connections before theirs come. Istio puts policies into what it makes itself and nowhere else.
 */
export function addedListeners(patch: EnvoyPatch): Finding[] {
  const { field, applyTo, operation, value } = patch;
  const isAdded = !["REMOVE", "REPLACE", "MERGE"].includes(operation);
  switch (applyTo) {
    case "LISTENER":
    case "FILTER_CHAIN":
      return isAdded ? [added(`${field}.patch.operation`, `is ${operation} for ${applyTo}`)] : holding(patch);
    case "BOOTSTRAP":
      return holding(patch);
    case "NETWORK_FILTER": {
      const type = typeOf(patch);
      if (!isAdded || passing.test(type)) return [];
      return [
        added(value.field, `adds the network filter ${JSON.stringify(type)}, which may lead connections elsewhere`),
      ];
    }
    default:
      return [];
  }
}

/** Network filters that look at a connection, and leave where it goes to the next. Any other may be its end, as tcp_proxy is. */
const passing =
  /^(io\.istio|envoy|istio)\.([\w.]+\.)?(rbac|ext_authz|ratelimit|local_ratelimit|connection_limit|metadata_?exchange)(\.config|\.v3)?(\.\w+)?$/;

/** What a filter is goes by its message; its name is free, unless there is none. */
function typeOf({ value }: EnvoyPatch): string {
  const [key] = protoField(value.map, "typed_config");
  const own = [join(value.field, key), join(value.field, "config")].flatMap((place) => [place, join(place, "value")]);
  const message = messagesIn(value).find(({ field }) => own.includes(field));
  const { name } = value.map;
  return message?.type ?? (typeof name === "string" ? name : "");
}

/** Fields that hold listeners or their chains. A merge adds to a list, and what Envoy starts with may come from elsewhere. */
const fields = {
  LISTENER: ["filter_chains", "default_filter_chain", "filters"],
  FILTER_CHAIN: ["filters"],
  BOOTSTRAP: ["listeners", "filter_chains", "default_filter_chain", "dynamic_resources", "admin"],
} as const;

function holding({ applyTo, operation, value }: EnvoyPatch): Finding[] {
  if (operation === "REMOVE") return [];
  const names: readonly string[] = applyTo in fields ? fields[applyTo as keyof typeof fields] : [];
  return mapsIn(value).flatMap(({ field, map }) =>
    names.flatMap((name) => {
      const [key, held] = protoField(map, name);
      return held === undefined || held === null ? [] : [added(join(field, key), "adds to what takes connections")];
    }),
  );
}

function added(field: string, what: string): Finding {
  return violation(
    field,
    `${field} ${what}, past the filters that decide about requests. Remove the patch; a Gateway opens ports, with every policy.`,
  );
}
