import { actionOf } from "../../readers/authorizationPolicy";
import { isKind } from "../../readers/istio";
import { meshConfigsOf } from "../../readers/istioMesh";
import { type Member, type StackRule, violation } from "../../rule";
import { mayBe } from "./about";
import { istioPage, weakness } from "./facts";
import { namesPaths } from "./require-path-normalization";

const { framework, reference } = weakness(693, "Protection Mechanism Failure");

/**
 * Says what was not checked. A rule that finds no mesh configuration can neither pass nor reject what rests on it, and to
 * be silent about that would be a pass.
 *
 * Advisory, because nothing is known to be wrong: a stack that leaves Istio to somebody else, or a folder of policies
 * alone, is right to have none. It is one finding for all objects, not one for each policy. Where the mesh belongs to the
 * same stack the pack's config makes it mandatory.
 */
export const requireMeshConfig: StackRule = {
  name: "require-mesh-config",
  title: "The mesh's configuration is checked with its policies",
  why:
    "Whether a policy that names paths can be passed by, and whether an authorization service that is away lets everybody " +
    "in, stands in the mesh configuration. Without it among these objects, neither was checked.",
  mend: "Check the ConfigMap istio, or the values of istiod's chart, together with the policies.",
  severity: "low",
  enforcementLevel: "advisory",
  framework,
  references: [
    reference,
    istioPage("Istio mesh configuration", "reference/config/istio.mesh.v1alpha1/", "what policies rest on"),
  ],
  settings: [],
  checkTogether(members) {
    const resting = members.filter((member) => mayBe(() => restsOnMesh(member)));
    if (resting.length === 0 || members.some((member) => mayBe(() => hasMesh(member)))) return [];
    const message =
      "No mesh configuration is among these objects, so pathNormalization and failOpen, which their policies rest on, " +
      "were not checked. Check the ConfigMap istio together with them.";
    return [{ about: undefined, finding: violation("", message) }];
  },
};

function restsOnMesh(member: Member): boolean {
  const { manifest } = member;
  return isKind(manifest, "AuthorizationPolicy") && (actionOf(manifest) === "CUSTOM" || namesPaths(member));
}

/** A configuration that is unknown at preview is there. */
function hasMesh({ manifest }: Member): boolean {
  return meshConfigsOf(manifest).length > 0;
}
