import { parse, stringify } from "yaml";
import { echoConfig } from "../../../../documents/gateway/echoConfig";
import { type NotebookProgram, notebookPort } from "./manifests";

/** Of Envoy's configuration, what is changed here. */
export interface EchoConfig {
  static_resources: {
    listeners: { filter_chains: { filters: { typed_config: Http }[] }[] }[];
    clusters?: unknown[];
  };
}

interface Http {
  stream_idle_timeout?: string;
  route_config: { virtual_hosts: { routes: unknown[] }[] };
  http_filters: { name: string; typed_config?: unknown }[];
}

/** The parts of the echo's configuration: all of it, what speaks HTTP, and its only host. */
export interface EchoParts {
  config: EchoConfig;
  http: Http;
  host: Http["route_config"]["virtual_hosts"][number];
}

/** A type of Envoy's, as its configuration names it. */
export const typed = (name: string): string => `type.googleapis.com/envoy.extensions.${name}`;

/** For a route of its own, at which the echo has no say. */
export const withoutEcho = {
  echo: { "@type": typed("filters.http.lua.v3.LuaPerRoute"), disabled: true },
} as const;

/** A notebook that answers as the echo does, except for what is changed. */
export function echoNotebook<Name extends string>(
  name: Name,
  change: (parts: EchoParts) => void,
): NotebookProgram & { name: Name } {
  const config = parse(echoConfig(notebookPort)) as EchoConfig;
  const http = config.static_resources.listeners[0]?.filter_chains[0]?.filters[0]?.typed_config;
  const host = http?.route_config.virtual_hosts[0];
  if (http === undefined || host === undefined || !http.http_filters.some((filter) => filter.name in withoutEcho)) {
    throw new Error("the echo's configuration has another shape");
  }
  change({ config, http, host });
  return { name, config: stringify(config, { lineWidth: 0 }) };
}

/** Which path of a notebook such a route is for, whether its program is asked with the notebook's own path before it or without. */
export const at = (path: string): { safe_regex: { regex: string } } => ({
  safe_regex: { regex: `(/notebook/[^/]+/[^/]+)?/${path}` },
});
