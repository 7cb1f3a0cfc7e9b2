import { claimsToBeAlphaConfig, claimsToBeConfig } from "../../documents/oauth2-proxy/reader";
import { UnexpectedShape } from "../manifest";
import { isUnknownValue, type Member } from "../rule";
import { chartValuesOf } from "./chartValues";
import { containersOf } from "./containers";
import { known } from "./known";
import { oauth2ProxyChart, proxyInChart } from "./oauth2Proxy/chart";
import { settingsInText } from "./oauth2Proxy/files";
import { type Proxy, type UnknownProxy } from "./oauth2Proxy/proxy";
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
        .filter(runsOAuth2Proxy)
        .map((container) => proxyInContainer(about, container, members, claimed)),
    );
    guard(about, () =>
      chartValuesOf(about.manifest, oauth2ProxyChart).map((values) => proxyInChart(about, values, members, claimed)),
    );
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
  for (const about of members) {
    for (const text of textsOf(about)) guard(about, () => fileAlone(text, claimed));
  }
  return { proxies, unknown };
}

/** A configuration file that nobody here reads. */
function fileAlone(text: FoundText, claimed: ReadonlySet<string>): Proxy[] {
  const { about, entry } = text;
  const content = known(() => entry.read());
  if (!content.known) {
    // Its name is all that can tell.
    if (claimsToBeConfig(entry.name, "") || claimsToBeAlphaConfig(entry.name, "")) throw content.cause;
    return [];
  }
  const own = content.value ?? "";
  const isAlpha = claimsToBeAlphaConfig(entry.name, own);
  if (!isAlpha && !claimsToBeConfig(entry.name, own)) return [];
  if (claimed.has(claimOf(text))) return [];
  const settings = settingsInText(text, isAlpha ? "alpha file" : "file");
  const proxy = assemble({
    about,
    field: entry.field,
    upper: [],
    config: isAlpha ? undefined : settings,
    alpha: isAlpha ? settings : undefined,
    problems: settings.problems,
  });
  return [isAlpha ? { ...proxy, shows: { ...proxy.shows, core: false } } : proxy];
}

/** Without the value, which may be a secret. */
function misshapen(about: Member, { outline }: UnexpectedShape): Proxy {
  const problem = { about, field: "", message: `${outline}. What can't be read isn't checked.` };
  return { about, field: "", layers: [], providers: [], shows: { core: false, providers: false }, problems: [problem] };
}
