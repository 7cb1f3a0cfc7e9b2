import { protoField } from "../../documents/istio/envoyTls";
import { isMap, join } from "../manifest";
import { type EnvoyMessage } from "./envoyFilter";
import { mapsAt, type Placed } from "./istio";
import { fieldOf } from "./istioMesh";

/** Where the configuration of an authorization service can let somebody in whom it was not asked about, or did not let in. */
export interface ExtAuthz {
  readonly message: Placed;
  /** The switch that lets a request pass when the service is away. */
  readonly failOpen: string;
  readonly statusOnError: string;
  /** Fields that no release had when this was written; what they do cannot be told. */
  readonly unknownFields: readonly string[];
}

/** EnvoyExternalAuthorizationHttpProvider and its gRPC sibling (mesh/v1alpha1/config.proto of istio.io/api 1.31). */
const providerFields = [
  ...["service", "port", "timeout", "path_prefix", "fail_open", "clear_route_cache", "status_on_error"],
  ...["include_headers_in_check", "include_request_headers_in_check", "include_additional_headers_in_check"],
  ...["include_request_body_in_check", "headers_to_upstream_on_allow", "headers_to_downstream_on_deny"],
  "headers_to_downstream_on_allow",
];

/** envoy/extensions/filters/http/ext_authz/v3/ext_authz.proto of Envoy 1.39. */
const filterFields = [
  ...["@type", "grpc_service", "http_service", "transport_api_version", "failure_mode_allow", "with_request_body"],
  ...["failure_mode_allow_header_add", "clear_route_cache", "status_on_error", "validate_mutations", "stat_prefix"],
  ...["metadata_context_namespaces", "typed_metadata_context_namespaces", "route_metadata_context_namespaces"],
  ...["route_typed_metadata_context_namespaces", "filter_enabled", "filter_enabled_metadata", "deny_at_disable"],
  ...["include_peer_certificate", "bootstrap_metadata_labels_key", "allowed_headers", "disallowed_headers"],
  ...["include_tls_session", "charge_cluster_response_stats", "encode_raw_headers", "decoder_header_mutation_rules"],
  ...["enable_dynamic_metadata_ingestion", "filter_metadata", "emit_filter_state_stats"],
  ...["max_denied_response_body_bytes", "enforce_response_header_limits"],
];

/** The services of a mesh configuration that are asked about requests. */
export function extAuthzInMesh(mesh: Placed): ExtAuthz[] {
  const providers = fieldOf(mesh, "extension_providers");
  return mapsAt(providers.value, providers.field).flatMap((provider) =>
    ["envoy_ext_authz_http", "envoy_ext_authz_grpc"].flatMap((name) => {
      const { field, value } = fieldOf(provider, name);
      return isMap(value) ? [extAuthz({ field, map: value }, "fail_open", providerFields)] : [];
    }),
  );
}

/** Envoy's filter, for HTTP or for TCP, where an EnvoyFilter brings it along or changes it. */
export function extAuthzInMessage(message: EnvoyMessage): ExtAuthz[] {
  const isFilter = /(^|\.)ExtAuthz$|^envoy\.(filters\.(http|network)\.)?ext_authz$/.test(message.type);
  return isFilter ? [extAuthz(message, "failure_mode_allow", filterFields)] : [];
}

function extAuthz({ field, map }: Placed, failOpen: string, known: readonly string[]): ExtAuthz {
  return {
    message: { field, map },
    failOpen,
    statusOnError: "status_on_error",
    unknownFields: Object.keys(map)
      .filter((key) => !known.some((name) => protoField({ [key]: true }, name)[1] === true))
      .map((key) => join(field, key)),
  };
}
