import { withoutTrailing } from "../../documents/withoutTrailing";
import { type Component } from "./components";
import { compare, readVersion, type Version, version } from "./version";

/** A chart that brings one of the components. */
export interface ChartRelease {
  readonly component: Component;
  /** The component's version in a release of the chart; `newer` than the table, or nothing where nobody can tell. */
  versionOf(release: string): Version | "newer" | undefined;
}

/** From which release on a chart has which version of its program (`appVersion` in Chart.yaml), oldest first. */
type AppVersions = readonly (readonly [chart: string, program: string])[];

/** https://github.com/oauth2-proxy/manifests, the tags oauth2-proxy-*, as of 2026-06-09. */
const oauth2Proxy: AppVersions = [
  ["7.10.1", "7.8.1"],
  ["7.12.8", "7.8.2"],
  ["7.12.11", "7.9.0"],
  ["7.14.1", "7.10.0"],
  ["7.16.0", "7.11.0"],
  ["8.1.0", "7.12.0"],
  ["8.3.3", "7.13.0"],
  ["10.1.3", "7.14.2"],
  ["10.1.5", "7.15.0"],
  ["10.4.2", "7.15.1"],
  ["10.4.3", "7.15.2"],
  ["10.6.1", "7.15.3"],
];

/** https://github.com/dexidp/helm-charts, the tags dex-*, as of 2025-09-01. */
const dex: AppVersions = [
  ["0.6.2", "2.30.0"],
  ["0.8.0", "2.31.1"],
  ["0.9.0", "2.32.0"],
  ["0.10.0", "2.33.0"],
  ["0.11.0", "2.34.0"],
  ["0.12.0", "2.35.1"],
  ["0.14.0", "2.36.0"],
  ["0.15.0", "2.37.0"],
  ["0.16.0", "2.38.0"],
  ["0.24.0", "2.44.0"],
];

/** The last release of each chart that the table knows; a later one passes. */
const latest: Readonly<Record<"oauth2-proxy" | "Dex", string>> = { "oauth2-proxy": "10.7.0", Dex: "0.24.0" };

/** Which component a chart brings, by its name and the repository that it comes from. */
export function chartReleaseOf(chart: string, repository: string): ChartRelease | undefined {
  const name = withoutTrailing(chart, "/").split("/").at(-1) ?? "";
  if (name === "cert-manager") return { component: "cert-manager", versionOf: readVersion };
  if (name === "istiod") return { component: "Istio", versionOf: readVersion };
  // Istio's other charts have names that every project uses, so that their repository has to tell.
  if (/^(gateway|cni|ztunnel|ambient)$/.test(name) && /istio/.test(`${chart} ${repository}`)) {
    return { component: "Istio", versionOf: readVersion };
  }
  const place = `${chart.slice(0, -name.length)}${repository}`;
  if (name === "oauth2-proxy")
    return byTable("oauth2-proxy", oauth2Proxy, /oauth2-proxy/.test(place) ? "own" : originOf(place));
  return name === "dex" ? byTable("Dex", dex, /dexidp/.test(place) ? "own" : originOf(place)) : undefined;
}

/** Whose chart it is: a mirror's address says nothing of that. */
type Origin = "own" | "mirrored" | "foreign";

/** Those who have a chart of the same name with numbers of its own. */
function originOf(place: string): Origin {
  return /bitnami|truecharts|k8s-at-home|kubernetes-charts/i.test(place) ? "foreign" : "mirrored";
}

function byTable(component: "oauth2-proxy" | "Dex", table: AppVersions, origin: Origin): ChartRelease {
  return {
    component,
    versionOf(text) {
      const installed = readVersion(text);
      if (!installed || origin === "foreign") return undefined;
      // A number that the project's own chart doesn't have yet may be of anybody's.
      if (compare(installed, version(latest[component])) > 0) return origin === "own" ? "newer" : undefined;
      const [oldest] = table;
      const found = table.findLast(([from]) => compare(version(from), installed) <= 0) ?? oldest;
      return found && version(found[1]);
    },
  };
}
