import { claimsToBeAlphaConfig, claimsToBeConfig } from "../../documents/oauth2-proxy/reader";
import { nameOfVariable } from "../../documents/oauth2-proxy/settingNames";
import { nameOf, UnexpectedShape } from "../manifest";
import { isUnknownValue, type Member } from "../rule";
import { allReleasesOf, chartValuesIn, chartValuesOf, textsOfValues } from "./chartValues";
import { containersOf } from "./containers";
import { known } from "./known";
import { oauth2ProxyChart, proxyInChart } from "./oauth2Proxy/chart";
import { type FileSettings, settingsInFile, settingsInText } from "./oauth2Proxy/files";
import { configurationsIn, looksLikeChartValues, valuesInText } from "./oauth2Proxy/nested";
import { type Proxy, type UnknownProxy } from "./oauth2Proxy/proxy";
import { settingsInLines } from "./oauth2Proxy/script";
import { type Setting } from "./oauth2Proxy/setting";
import { assemble, claimOf, proxyInContainer, runsOAuth2Proxy } from "./oauth2Proxy/workload";
import { isForKubernetes } from "./secretTypes";
import { type FoundText, textsIn } from "./texts";

export interface Proxies {
  readonly proxies: readonly Proxy[];
  readonly unknown: readonly UnknownProxy[];
}

const remembered = new WeakMap<readonly Member[], Proxies>();

/**
 * Every oauth2-proxy among objects with every setting that it has, wherever the setting hides: flags, variables, variables
 * from ConfigMaps and Secrets, the two configuration files in ConfigMaps and Secrets, a chart's values. A file that no
 * workload reads counts as a proxy of its own.
 */
export function proxiesIn(members: readonly Member[]): Proxies {
  const found = remembered.get(members) ?? find(members);
  // Every rule asks for the same.
  remembered.set(members, found);
  return found;
}

function find(members: readonly Member[]): Proxies {
  const proxies: Proxy[] = [];
  const unknown: UnknownProxy[] = [];
  const claimed = new Set<string>();
  const guard = (about: Member, look: () => readonly Proxy[]) => {
    try {
      proxies.push(...look());
    } catch (error) {
      if (isUnknownValue(error)) unknown.push({ about, cause: error });
      else if (error instanceof UnexpectedShape) proxies.push(misshapen(about, error));
      else throw error;
    }
  };
  for (const about of members) {
    guard(about, () =>
      containersOf(about.manifest)
        .filter((container) => runsOAuth2Proxy(container, () => about.namespace, members))
        .map((container) => proxyInContainer(about, container, members, claimed)),
    );
    guard(about, () =>
      chartValuesOf(about.manifest, oauth2ProxyChart, { about, members }).map((values) =>
        proxyInChart(about, values, members, claimed),
      ),
    );
  }
  for (const about of members) {
    guard(about, () => {
      const around = { about, members };
      for (const text of textsOfValues(about.manifest, around)) claimed.add(claimOf(text));
      const hasChart = chartValuesOf(about.manifest, oauth2ProxyChart, around).length > 0;
      // Where the chart itself has one, it is judged with the chart.
      return allReleasesOf(about.manifest)
        .flatMap(({ field, values }) => nestedIn(about, field, values))
        .filter(({ field }) => !/(^|[.: ])(config|alphaConfig)\.config(File|Data)$/.test(field) || !hasChart);
    });
  }
  const textsOf = (about: Member) => {
    let texts: FoundText[] = [];
    guard(about, () => {
      const found = known(() => textsIn(about));
      if (found.known) texts = found.value;
      else if (!isForKubernetes(about.manifest)) throw found.cause;
      return [];
    });
    return texts;
  };
  const used = new Set(
    proxies.flatMap(({ layers }) => layers.flatMap(({ settings }) => settings.map((one) => one.about))),
  );
  for (const about of members) {
    const texts = textsOf(about);
    for (const text of texts) guard(about, () => fileAlone(text, claimed, members));
    if (!used.has(about)) guard(about, () => variablesAlone(about, texts));
  }
  return { proxies, unknown };
}

/** A configuration file that nobody here reads. */
function fileAlone(text: FoundText, claimed: Set<string>, members: readonly Member[]): Proxy[] {
  const { about, entry } = text;
  const content = known(() => entry.read());
  if (!content.known) {
    // Its name is all that can tell.
    if (claimsToBeConfig(entry.name, "") || claimsToBeAlphaConfig(entry.name, "")) throw content.cause;
    return [];
  }
  const own = content.value ?? "";
  const isAlpha = claimsToBeAlphaConfig(entry.name, own);
  if (claimed.has(claimOf(text))) return [];
  const values = valuesInText(own);
  if (values) return inValues(about, `${entry.field}: `, values, claimed, members);
  if (!isAlpha && !claimsToBeConfig(entry.name, own, nameOf(about.manifest))) return [];
  const settings = settingsInText(text, isAlpha ? "alpha file" : "file");
  return [fileOf(about, entry.field, settings, isAlpha)];
}

/** Values of a chart that nobody here takes. */
function inValues(
  about: Member,
  field: string,
  values: Record<string, unknown>,
  claimed: Set<string>,
  members: readonly Member[],
): Proxy[] {
  const whole = { field, values, namespace: undefined, filesField: undefined, patchesField: undefined };
  const parts = looksLikeChartValues(values) ? [whole] : chartValuesIn(field, values, oauth2ProxyChart);
  if (parts.length > 0) return parts.map((part) => proxyInChart(about, part, members, claimed));
  return nestedIn(about, field, values);
}

/** Configurations in values of a chart that no reader knows. */
function nestedIn(about: Member, field: string, values: unknown): Proxy[] {
  return configurationsIn(field, values).map(({ field: place, text, isAlpha }) => {
    const settings = settingsInFile(about, place, true, () => text, isAlpha ? "alpha file" : "file");
    return fileOf(about, place, settings, isAlpha);
  });
}

function fileOf(about: Member, field: string, settings: FileSettings, isAlpha: boolean): Proxy {
  const proxy = assemble({
    about,
    field,
    upper: [],
    config: isAlpha ? undefined : settings,
    alpha: isAlpha ? settings : undefined,
    problems: settings.problems,
  });
  return isAlpha ? { ...proxy, shows: { ...proxy.shows, core: false } } : proxy;
}

/** Variables of oauth2-proxy that no workload here takes, as keys of an object or as lines of a text. */
function variablesAlone(about: Member, texts: readonly FoundText[]): Proxy[] {
  const inTheOpen = about.manifest.kind !== "Secret";
  const settings = texts.flatMap(({ entry }): Setting[] => {
    const { name: key, field } = entry;
    const name = nameOfVariable(key);
    if (name !== undefined) {
      return [{ name, origin: "variable", about, field, inTheOpen, read: () => entry.read() || undefined }];
    }
    const text = known(() => entry.read() ?? "");
    return text.known ? settingsInLines(about, field, inTheOpen, text.value) : [];
  });
  if (settings.length === 0) return [];
  const layers = [{ settings }];
  // The flags and files are somebody else's.
  const shows = { core: false, providers: false };
  return [{ about, field: "", layers, providers: [layers], shows, problems: [] }];
}

/** Without the value, which may be a secret. */
function misshapen(about: Member, { outline }: UnexpectedShape): Proxy {
  const problem = { about, field: "", message: `${outline}. What can't be read isn't checked.` };
  return { about, field: "", layers: [], providers: [], shows: { core: false, providers: false }, problems: [problem] };
}
