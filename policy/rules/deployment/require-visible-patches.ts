import { groupOf, join, type Manifest } from "../../manifest";
import { allReleasesOf, isGiven } from "../../readers/chartValues";
import { specOf } from "../../readers/istio";
import { weakness } from "../../references";
import { inspect, type Rule, violation } from "../../rule";

const { framework, cwe } = weakness(1059, "Insufficient Technical Documentation");

/** What Flux's Kustomization changes in the objects of its folder; the last two are of its older versions. */
const patchLists = ["patches", "patchesStrategicMerge", "patchesJson6902"];

/**
 * What a delivery changes in objects on their way to the cluster can be seen. A patch has a part of an object only, so that
 * no rule can judge it by itself.
 */
export const requireVisiblePatches: Rule = {
  name: "require-visible-patches",
  title: "No patch changes what the rules have seen",
  why:
    "Flux and Argo CD can patch objects after everybody has looked at them: a host becomes *, a denial an ALLOW, and a " +
    "flag is added, while the object in the repository is what it should be.",
  mend:
    "Scan what is rendered with the patches, such as flux build kustomization or argocd app manifests writes it; or write " +
    "the change into the objects, and remove the patch.",
  severity: "medium",
  // Who scans what is rendered, as the mend says, has looked at them.
  enforcementLevel: "advisory",
  framework,
  references: [
    cwe,
    {
      id: "Flux Kustomization",
      url: "https://fluxcd.io/flux/components/kustomize/kustomizations/#patches",
      about: "patches over the objects of a path, in the Kustomization itself",
    },
    {
      id: "Argo CD and Kustomize",
      url: "https://argo-cd.readthedocs.io/en/stable/user-guide/kustomize/#patches",
      about: "patches over the objects of a source, in the Application itself",
    },
  ],
  settings: [],
  check: (manifest) =>
    patchesOf(manifest).flatMap((look) => inspect(() => look().map((field) => violation(field, unseen(field))))),
};

function unseen(field: string): string {
  return `${field} changes objects that the rules see without it. Scan what is rendered with it, or remove it.`;
}

/** Where patches stand, each to be looked for by itself. */
function patchesOf(manifest: Manifest): (() => readonly string[])[] {
  if (groupOf(manifest) === "kustomize.toolkit.fluxcd.io" && manifest.kind === "Kustomization") {
    return patchLists.map((key) => () => (isGiven(specOf(manifest)[key]) ? [join("spec", key)] : []));
  }
  return [() => allReleasesOf(manifest).flatMap(({ patchesField }) => patchesField ?? [])];
}
