import { stringify } from "smol-toml";
import { isMap, join } from "../../manifest";
import { type Member } from "../../rule";
import { type ChartValues, unseenOf } from "../chartValues";
import { known } from "../known";
import { memberFor, notAmong, type TextReference, textsIn } from "../texts";
import { alphaSettings } from "./alpha";
import { commandLine, settingsInWords } from "./commandLine";
import { environmentOf, settingsInEnvironment } from "./environment";
import { type FileFormat, type FileSettings, settingsInFile, settingsInText } from "./files";
import { type Problem, type Proxy } from "./proxy";
import { type Layer, type Setting } from "./setting";
import { assemble, claimOf } from "./workload";

/** The name of oauth2-proxy's chart, and the key of its values in another chart. */
export const oauth2ProxyChart = /^[\w.-]*oauth2-?_?proxy$/i;

/** What the chart makes of values (templates/deployment.yaml and configmap.yaml of 10.7, https://oauth2-proxy.github.io/manifests). */
export function proxyInChart(
  about: Member,
  chart: ChartValues,
  members: readonly Member[],
  claimed: Set<string>,
): Proxy {
  const { field, values } = chart;
  const namespace = chart.namespace ?? about.namespace;
  const config = section(values, "config");
  const configField = join(field, "config");
  const alphaValues = section(values, "alphaConfig");
  const problems: Problem[] = unseenOf(chart).map((unseen) => ({ about, ...unseen }));
  const environment = environmentOf(about, field, values, namespace, members, { env: "extraEnv", envFrom: "envFrom" });
  problems.push(...environment.problems);
  const flags = Array.isArray(values["extraArgs"])
    ? commandLine(about, field, values, environment.variables, ["extraArgs"])
    : { settings: flagsIn(about, join(field, "extraArgs"), section(values, "extraArgs")) };

  const existing = (
    map: Record<string, unknown>,
    place: string,
    key: string,
    kind: TextReference["kind"],
    format: FileFormat,
  ) => {
    const name = map[key];
    if (typeof name !== "string" || name === "") return undefined;
    const member = memberFor(members, { kind, namespace, name });
    const text = member && textsIn(member).find(({ entry }) => /^oauth2_proxy\.(cfg|yml)$/.test(entry.name));
    if (!text) return missing(about, join(place, key), kind, name);
    claimed.add(claimOf(text));
    return settingsInText(text, format);
  };
  const file =
    existing(config, configField, "existingConfig", "ConfigMap", "file") ?? ownFile(about, configField, config);
  const alphaField = join(field, "alphaConfig");
  const alpha =
    alphaValues["enabled"] === true
      ? (existing(alphaValues, alphaField, "existingConfig", "ConfigMap", "alpha file") ??
        existing(alphaValues, alphaField, "existingSecret", "Secret", "alpha file") ??
        ownAlpha(about, alphaField, alphaValues))
      : undefined;
  problems.push(...file.problems, ...(alpha?.problems ?? []));
  const upper = [flags, made(about, field, values), settingsInEnvironment(environment)];
  return assemble({ about, field, upper, config: file, alpha, problems });
}

function section(values: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = values[key];
  return isMap(value) ? value : {};
}

/** `extraArgs` as a map; a key without a value is a flag without one. */
function flagsIn(about: Member, field: string, map: Record<string, unknown>): Setting[] {
  return Object.keys(map).flatMap((flag) => {
    const place = join(field, flag);
    const value = known(() => map[flag]);
    if (value.known) {
      const text = value.value === null || value.value === undefined ? "" : `=${textOf(value.value)}`;
      return settingsInWords(about, [{ field: place, text: `--${flag}${text}` }], []);
    }
    const [setting] = settingsInWords(about, [{ field: place, text: `--${flag}=` }], []);
    const read = () => {
      throw value.cause;
    };
    return setting ? [{ ...setting, read }] : [];
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Flags and variables that the chart writes for values of its own. */
function made(about: Member, field: string, values: Record<string, unknown>): Layer {
  const settings: Setting[] = [];
  const add = (name: string, place: readonly string[], read: () => unknown, inTheOpen = true) =>
    settings.push({ name, origin: "chart", about, field: place.reduce(join, field), inTheOpen, read });
  const config = section(values, "config");
  if ("cookieName" in config) add("cookie_name", ["config", "cookieName"], () => config["cookieName"] || undefined);
  // The chart puts them into a Secret; without them, and without a Secret of one's own, it has words that anybody can read.
  for (const [name, key] of [
    ["client_secret", "clientSecret"],
    ["cookie_secret", "cookieSecret"],
  ] as const) {
    if (key in config || (!config["existingSecret"] && values["proxyVarsAsSecrets"] !== false)) {
      add(name, ["config", key], () => config[key] ?? "", false);
    }
  }
  const google = section(config, "google");
  if ("groups" in google) add("google_groups", ["config", "google", "groups"], () => google["groups"]);
  if (section(values, "htpasswdFile")["enabled"] === true) {
    add("htpasswd_file", ["htpasswdFile", "enabled"], () => "/etc/oauth2_proxy/htpasswd/users.txt");
  }
  if (section(values, "authenticatedEmailsFile")["enabled"] === true) {
    add("authenticated_emails_file", ["authenticatedEmailsFile", "enabled"], () => "/etc/oauth2-proxy");
  }
  const sessions = section(values, "sessionStorage");
  if (sessions["type"] === "redis") {
    const redis = section(sessions, "redis");
    const from = ["sessionStorage", "redis"];
    add("session_store_type", ["sessionStorage", "type"], () => "redis");
    for (const [name, part, key] of [
      ["redis_connection_url", "standalone", "connectionUrl"],
      ["redis_cluster_connection_urls", "cluster", "connectionUrls"],
      ["redis_sentinel_connection_urls", "sentinel", "connectionUrls"],
    ] as const) {
      const value = section(redis, part)[key];
      if (value) add(name, [...from, part, key], () => value);
    }
    // The chart's own Redis has no TLS, and the chart writes its address.
    const ofChart = ["redis-ha", "redis"].find((key) => section(values, key)["enabled"] === true);
    if (ofChart !== undefined && !section(redis, "standalone")["connectionUrl"]) {
      add("redis_connection_url", [ofChart, "enabled"], () => "redis://");
    }
  }
  return { settings };
}

/** `config.configFile`, or what the chart writes without one: by default everybody of every domain. */
function ownFile(about: Member, field: string, config: Record<string, unknown>): FileSettings {
  const place = join(field, "configFile");
  const text = () => {
    const given = config["configFile"];
    if (typeof given === "string" && given !== "") return given;
    return stringify({
      email_domains: config["emailDomains"] ?? ["*"],
      upstreams: config["upstreams"] ?? ["file:///dev/null"],
    });
  };
  return settingsInFile(about, place, true, text, "file");
}

/** What the chart writes into one file: its own listener, the values as they stand, and a text behind them. */
function ownAlpha(about: Member, field: string, values: Record<string, unknown>): FileSettings {
  // It puts all of it into a Secret.
  const settingsOf = (key: string, document: Record<string, unknown>) =>
    alphaSettings(about, join(field, key), document, false);
  const data = settingsOf("configData", section(values, "configData"));
  const written = section(values, "serverConfigData");
  const listens = Object.keys(written).some((key) => key.toLowerCase() === "bindaddress");
  const server = settingsOf("serverConfigData", {
    server: listens ? written : { bindAddress: "0.0.0.0:4180", ...written },
  });
  const given = values["configFile"];
  const text =
    typeof given === "string" && given !== ""
      ? settingsInFile(about, join(field, "configFile"), false, () => given, "alpha file")
      : undefined;
  const core = [...server.core, ...data.core, ...(text?.layer.settings ?? [])];
  const layer = { ...text?.layer, settings: core };
  const alpha = { core, providers: [...data.providers, ...(text?.alpha?.providers ?? [])] };
  return { layer, alpha, problems: text?.problems ?? [] };
}

function missing(about: Member, field: string, kind: string, name: string): FileSettings {
  return { layer: { settings: [] }, problems: [{ about, field, message: notAmong(kind, name) }] };
}
