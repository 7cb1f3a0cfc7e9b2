import { join, type Manifest, mapAt } from "../../manifest";
import { type Image } from "../../readers/image";
import { type Pod, show } from "../../readers/pods";
import { weakness } from "../../references";
import { type Finding, inspect, type Rule, violation } from "../../rule";
import { type Component, componentOf } from "../../versions/components";
import { saferThan, vulnerabilitiesOf } from "../../versions/vulnerable";
import { readVersion, type Version } from "../../versions/version";
import { eachContainer } from "../pods/containers";
import { namedVersions } from "./charts";
import { asvs, vulnerableComponents } from "../frameworks";

const { framework, cwe } = weakness(1395, "Dependency on Vulnerable Third-Party Component");

/**
 * Istio, Dex, oauth2-proxy, cert-manager and Kubeflow Pipelines have no published hole that a release has mended.
 *
 * A version that can't be told fails: nobody can say what is in `latest`. Beside a digest alone the label
 * app.kubernetes.io/version counts, which charts write; where a chart is named only, its version, which the values' tags
 * take the place of. Pipelines' images are released together, so that each of them stands for the release. A release newer
 * than the table passes; how old the table is, `npm run policy:age` tells.
 */
export const forbidVulnerableVersions: Rule = {
  name: "forbid-vulnerable-versions",
  title: "No version with a published hole",
  why:
    "The gateway, the sign-in and what is behind them had authentication bypasses that anybody can read about; an old " +
    "version undoes every setting that is right.",
  mend: "Run the version that the message names, or a newer one.",
  severity: "critical",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    asvs("15.2.1", "components are updated within the time that was set for it"),
    vulnerableComponents,
    {
      id: "CVE-2026-31837",
      url: "https://github.com/istio/istio/security/advisories/GHSA-v75c-crr9-733c",
      about: "Istio accepted tokens signed with a published key",
    },
    {
      id: "CVE-2026-40575",
      url: "https://github.com/oauth2-proxy/oauth2-proxy/security/advisories/GHSA-7x63-xv5r-3p2x",
      about: "oauth2-proxy let anybody choose which page is asked for",
    },
    {
      id: "CVE-2026-54745",
      url: "https://github.com/kubeflow/pipelines/security/advisories/GHSA-gqww-5pj5-8fq7",
      about: "Kubeflow Pipelines sent requests for anybody",
    },
  ],
  settings: [],
  check: (manifest) => [
    ...eachContainer(manifest, (pod, { field, image }) => {
      const component = image && componentOf(image);
      if (!image || !component) return [];
      return imageFindings(join(field, "image"), image, component, () => labelled(manifest, pod));
    }),
    ...inspect(() => namedFindings(manifest)),
  ],
};

function imageFindings(field: string, image: Image, component: Component, label: () => string | undefined): Finding[] {
  const text = image.tag ?? (image.digest === undefined ? undefined : label());
  const installed = text === undefined ? undefined : readVersion(text);
  if (installed) return versionFindings(field, component, installed);
  const message =
    `${field} is ${show(image.text)}, and nobody can tell which version of ${component} that is. ` +
    "Write a whole version as its tag, also beside a digest.";
  return [violation(field, message)];
}

/** What a chart brings that is rendered where nobody looks, or an operator. */
function namedFindings(manifest: Manifest): Finding[] {
  return namedVersions(manifest, readVersion).flatMap(({ field, component, text, version, mend }) => {
    if (version === "newer") return [];
    if (version) return versionFindings(field, component, version);
    const message = `${field} is ${show(text)}, and nobody can tell which version of ${component} that is. ${mend}`;
    return [violation(field, message)];
  });
}

function versionFindings(field: string, component: Component, installed: Version): Finding[] {
  const found = vulnerabilitiesOf(component, installed);
  if (found.length === 0) return [];
  const holes = found.map(({ id, about }) => `${id}: ${about}`).join("; ");
  return [violation(field, `${field} is ${component} ${shown(installed)} (${holes}). ${mend(component, installed)}`)];
}

function mend(component: Component, installed: Version): string {
  const safer = saferThan(component, installed);
  return safer === undefined ? "Run a newer version." : `Run ${safer} or newer.`;
}

function shown({ numbers, isPrerelease }: Version): string {
  return `${numbers.join(".")}${isPrerelease ? " before its release" : ""}`;
}

function labelled(manifest: Manifest, pod: Pod): string | undefined {
  const own = mapAt(mapAt(manifest["metadata"], "metadata")["labels"], "metadata.labels");
  const version = pod.labels["app.kubernetes.io/version"] ?? own["app.kubernetes.io/version"];
  return typeof version === "string" ? version : undefined;
}
