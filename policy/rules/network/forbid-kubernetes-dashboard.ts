import { groupOf, isMap, join, type Manifest } from "../../manifest";
import { argoValuesOf } from "../../readers/argoApplication";
import { containersOf, podsOf } from "../../readers/pods";
import { owasp, weakness } from "../../references";
import { type Finding, inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(749, "Exposed Dangerous Method or Function");

/** Kubernetes' dashboard by its images, also in a mirror, and by its chart. Kubeflow's own is called otherwise. */
const image = /(^|\/)(kubernetesui\/dashboard[^/]*|kubernetes-dashboard[^/]*)$/;
const chart = /(^|\/)kubernetes-dashboard(-[\d.]+\.tgz)?$/;

/** Nobody runs the Kubernetes dashboard. */
export const forbidKubernetesDashboard: Rule = {
  name: "forbid-kubernetes-dashboard",
  title: "No Kubernetes dashboard",
  why:
    "The Kubernetes dashboard is a second sign-in, with service account tokens that people paste, in front of whatever " +
    "its account may do; it has been the way into clusters again and again.",
  mend: "Remove the dashboard; read the cluster with kubectl and the accounts of your sign-in.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    cwe,
    owasp("K06"),
    {
      id: "CVE-2018-18264",
      url: "https://nvd.nist.gov/vuln/detail/CVE-2018-18264",
      about: "the dashboard's sign-in could be skipped, and its account's Secrets read",
    },
  ],
  settings: [],
  check: (manifest) => [...imageFindings(manifest), ...chartFindings(manifest)],
};

function imageFindings(manifest: Manifest): Finding[] {
  return podsOf(manifest).flatMap((pod) =>
    containersOf(pod).flatMap((container) =>
      inspect(() => {
        if (!container.image || !image.test(container.image.repository)) return [];
        const field = join(container.field, "image");
        return [violation(field, `${field} is ${JSON.stringify(container.image.text)}. Remove the dashboard.`)];
      }),
    ),
  );
}

/** Where Pulumi, Flux, Argo CD and k3s name a chart. */
function chartsIn(manifest: Manifest): { readonly field: string; readonly value: unknown }[] {
  const group = groupOf(manifest);
  const at = (field: string, ...keys: string[]) => ({
    field: `${field}${keys.map((key) => `.${key}`).join("")}`,
    value: keys.reduce<unknown>((place, key) => (isMap(place) ? place[key] : undefined), manifest[field]),
  });
  if (group.startsWith("helm.toolkit.fluxcd.io")) return [at("spec", "chart", "spec", "chart")];
  if (group === "helm.cattle.io") return [at("spec", "chart")];
  if (group === "argoproj.io") return argoValuesOf(manifest).map(({ field, chart: value }) => ({ field, value }));
  return group.startsWith("helm") ? [at("chart")] : [];
}

function chartFindings(manifest: Manifest): Finding[] {
  return inspect(() =>
    chartsIn(manifest).flatMap(({ field, value }) =>
      typeof value === "string" && chart.test(value)
        ? [violation(field, `${field} is ${JSON.stringify(value)}. Remove the dashboard.`)]
        : [],
    ),
  );
}
