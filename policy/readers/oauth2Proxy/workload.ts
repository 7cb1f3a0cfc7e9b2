import { variablePrefix } from "../../../documents/oauth2-proxy/settingNames";
import { isMap, join, listAt } from "../../manifest";
import { type Member } from "../../rule";
import { type Container } from "../containers";
import { known } from "../known";
import { type FoundText } from "../texts";
import { commandLine, hiddenWords } from "./commandLine";
import { environmentOf, settingsInEnvironment } from "./environment";
import { fileAt, type FileFormat, type FileSettings, settingsInText, unknownFile } from "./files";
import { type Problem, type Proxy } from "./proxy";
import { type Layer, mention } from "./setting";

/** `quay.io/oauth2-proxy/oauth2-proxy:v7`, also from a mirror. */
const image = /(^|\/)[\w.-]*oauth2[-_]?proxy[\w.-]*([:@]|$)/i;
const program = /(^|[/\s])oauth2[-_]?proxy(\s|$)/i;

/** Whether a container runs oauth2-proxy: by its image, its command, or variables that only oauth2-proxy reads. */
export function runsOAuth2Proxy({ field, spec, isInit }: Container): boolean {
  const list = (key: string) => listAt(spec[key], join(field, key));
  const command = () => [...list("command"), ...list("args")];
  if (known(command).known && command().some((word) => typeof word === "string" && program.test(word))) return true;
  const variables = known(() => list("env").some((entry) => isMap(entry) && isSetting(entry["name"])));
  // The chart's init container has them too, to wait for Redis.
  if (!isInit && variables.known && variables.value) return true;
  const own = spec["image"];
  return typeof own === "string" && image.test(own);
}

/** The client's identifier and secret are the other side's as well, Dex's, and may have the same name there. */
const ofBothSides = new Set(["CLIENT_ID", "CLIENT_SECRET"].map((name) => `${variablePrefix}${name}`));

function isSetting(name: unknown): boolean {
  return typeof name === "string" && name.startsWith(variablePrefix) && !ofBothSides.has(name);
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
  const problems: Problem[] = [...environment.problems, ...hiddenWords(about, container)];
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
    upper: [flags, settingsInEnvironment(environment)],
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
export function assemble({ about, field, upper, config, alpha, problems }: Parts): Proxy {
  const layers = [...(alpha ? [alpha.layer] : []), ...upper, ...(config ? [config.layer] : [])];
  const hidden = problems.length > 0;
  const providers = !alpha
    ? [layers]
    : alpha.alpha
      ? alpha.alpha.providers.map((settings) => [{ settings }])
      : [[alpha.layer]];
  return { about, field, layers, providers, shows: { core: !hidden, providers: !hidden }, problems };
}
