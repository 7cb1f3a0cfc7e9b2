import { variablePrefix } from "../../../documents/oauth2-proxy/settingNames";
import { isMap, join, listAt } from "../../manifest";
import { type Member } from "../../rule";
import { type Container } from "../containers";
import { known } from "../known";
import { fileAt } from "../mountedFile";
import { type FoundText, memberFor, textsIn } from "../texts";
import { commandLine } from "./commandLine";
import { environmentOf, mayStayHidden, settingsInEnvironment } from "./environment";
import { type FileFormat, type FileSettings, settingsInText, unknownFile } from "./files";
import { type Problem, type Proxy } from "./proxy";
import { hiddenWords, isProgram, otherProgram, settingsInScript } from "./script";
import { type Layer, mention, notShown } from "./setting";
import { hiddenStart } from "./start";

/** `quay.io/oauth2-proxy/oauth2-proxy:v7`, also from a mirror. */
function isImage(text: string): boolean {
  const parts = text.split("/");
  return parts.some((part, index) => {
    const [name = ""] = /^[\w.-]*/.exec(part) ?? [];
    const next = part.charAt(name.length);
    const ends = next === ":" || next === "@" || (next === "" && index === parts.length - 1);
    return ends && /oauth2[-_]?proxy/i.test(name);
  });
}

/** Flags that no other program has; two of them tell, because forks and future programs may take one over. */
const tellingFlags =
  /^--?(alpha-config|authenticated-emails-file|code-challenge-method|cookie-(csrf-.+|domain|httponly|name|refresh|samesite|secret(-file)?|secure)|email-domain|insecure-oidc-.+|pass-(access-token|authorization-header|user-headers)|provider-ca-file|redeem-url|set-(authorization-header|xauthrequest)|skip-(auth-.+|provider-button)|ssl-.*insecure-skip-verify|upstream|whitelist-domain)(=|$)/;

/** Whether a container runs oauth2-proxy: by its image, its command, or flags and variables that only oauth2-proxy reads. */
export function runsOAuth2Proxy(
  { field, spec, isInit }: Container,
  namespace: () => string,
  members: readonly Member[],
): boolean {
  const list = (key: string) => listAt(spec[key], join(field, key));
  const command = known(() => [...list("command"), ...list("args")]);
  const words = (command.known ? command.value : []).filter((word) => typeof word === "string");
  if (words.some(isProgram)) return true;
  const telling = words.flatMap((word) => tellingFlags.exec(word.replaceAll("_", "-"))?.[1] ?? []);
  // OpenShift's fork has its own settings.
  if (new Set(telling).size > 1 && !words.some((word) => word.startsWith("--openshift-"))) return true;
  const variables = known(
    () =>
      list("env").some((entry) => isMap(entry) && isSetting(entry["name"])) ||
      list("envFrom").some((source) => bringsSettings(source, namespace, members)),
  );
  // The chart's init container has them too, to wait for Redis.
  if (!isInit && variables.known && variables.value) return true;
  const own = spec["image"];
  return typeof own === "string" && isImage(own);
}

/** The client's identifier and secret are the other side's as well, Dex's, and may have the same name there. */
const ofBothSides = new Set(["CLIENT_ID", "CLIENT_SECRET"].map((name) => `${variablePrefix}${name}`));

function isSetting(name: unknown): boolean {
  return typeof name === "string" && name.startsWith(variablePrefix) && !ofBothSides.has(name);
}

/** Whether all variables of an object are such, by their prefix or by their names. */
function bringsSettings(source: unknown, namespace: () => string, members: readonly Member[]): boolean {
  if (!isMap(source)) return false;
  const prefix = typeof source["prefix"] === "string" ? source["prefix"] : "";
  if (prefix.startsWith(variablePrefix)) return true;
  return (
    [
      ["configMapRef", "ConfigMap"],
      ["secretRef", "Secret"],
    ] as const
  ).some(([key, kind]) => {
    const reference = source[key];
    if (!isMap(reference)) return false;
    const member = memberFor(members, { kind, namespace: namespace(), name: String(reference["name"]) });
    return member !== undefined && textsIn(member).some(({ entry }) => isSetting(`${prefix}${entry.name}`));
  });
}

/** The proxy in a container with everything that it reads; texts that it reads are added to `claimed`. */
export function proxyInContainer(
  about: Member,
  container: Container,
  members: readonly Member[],
  claimed: Set<string>,
): Proxy {
  const namespace = about.namespace;
  const environment = environmentOf(about, container.field, container.spec, namespace, members);
  const flags = commandLine(about, container.field, container.spec, environment.variables);
  const words = hiddenWords(about, container);
  const problems: Problem[] = [
    ...environment.problems,
    ...words,
    ...(words.length > 0 ? [] : hiddenStart(about, container)),
    ...otherProgram(about, container),
  ];
  const file = (name: string, format: FileFormat): FileSettings | undefined => {
    const result = known(() => {
      const setting = mention([flags], name);
      if (!setting) return undefined;
      const path = setting.read();
      const shownPath = typeof path === "string" ? path : "a file whose name isn't shown";
      const found = fileAt(about, container, setting.field, shownPath, namespace, members);
      if ("message" in found) return { layer: { settings: [] }, problems: [found] };
      claimed.add(claimOf(found));
      return settingsInText(found, format);
    });
    return result.known ? result.value : unknownFile(result.cause);
  };
  const config = file("config", "file");
  const alpha = file("alpha_config", "alpha file");
  problems.push(...(config?.problems ?? []), ...(alpha?.problems ?? []));
  return assemble({
    about,
    field: container.field,
    upper: [flags, { settings: settingsInScript(about, container) }, settingsInEnvironment(environment)],
    config,
    alpha,
    problems,
  });
}

export function claimOf({ about, entry }: FoundText): string {
  const { kind, metadata } = about.manifest;
  const own = isMap(metadata) ? String(metadata["name"]) : "";
  return [kind, about.namespace, own, entry.field].join(" ");
}

export interface Parts {
  readonly about: Member;
  readonly field: string;
  /** What ranks above the files. */
  readonly upper: readonly Layer[];
  readonly config: FileSettings | undefined;
  readonly alpha: FileSettings | undefined;
  readonly problems: readonly Problem[];
}

/**
 * With an alpha configuration its providers, upstreams and headers hold, and oauth2-proxy reads no other setting for them,
 * neither from flags nor from variables (`loadYamlOptions` in main.go).
 */
export function assemble({ about, field, upper, config, alpha, problems: told }: Parts): Proxy {
  const layers = [...(alpha ? [alpha.layer] : []), ...upper, ...(config ? [config.layer] : [])];
  const problems = [...told, ...valuesNotShown(upper, told)];
  const hidden = problems.length > 0;
  const providers = !alpha
    ? [layers]
    : alpha.alpha
      ? alpha.alpha.providers.map((settings) => [{ settings }])
      : [[alpha.layer]];
  return { about, field, layers, providers, shows: { core: !hidden, providers: !hidden }, problems };
}

/** Flags and variables whose value comes by another variable from an object that nobody showed. */
function valuesNotShown(layers: readonly Layer[], problems: readonly Problem[]): Problem[] {
  const told = new Set(problems.map(({ field }) => field));
  return layers
    .flatMap(({ settings }) => settings)
    .filter((setting) => {
      if (mayStayHidden.has(setting.name) || told.has(setting.field)) return false;
      const value = known(() => setting.read());
      return value.known && value.value === notShown;
    })
    .map(({ about, field }) => {
      const message = "takes a setting from a variable whose value nobody can see here. Write the value.";
      return { about, field, message };
    });
}
