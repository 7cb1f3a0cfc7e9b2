import { policyRules } from "../../readers/authorizationPolicy";
import { isKind, show } from "../../readers/istio";
import { fieldOf, meshConfigsOf, messageAt } from "../../readers/istioMesh";
import { type Member, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
import { istioPage, vulnerability, weakness } from "./facts";

const { framework, reference } = weakness(180, "Incorrect Behavior Order: Validate Before Canonicalize");

/** Whether a policy decides by path. */
export function namesPaths({ manifest }: Member): boolean {
  return (
    isKind(manifest, "AuthorizationPolicy") &&
    policyRules(manifest).some(({ operations }) =>
      operations.some(({ says }) => says["paths"] !== undefined || says["notPaths"] !== undefined),
    )
  );
}

/**
 * Policies and backends see one spelling of a path.
 *
 * About the mesh's configuration, which may be among these objects or not; require-mesh-config tells where it isn't.
 */
export const requirePathNormalization: StackRule = {
  name: "require-path-normalization",
  title: "A path has one spelling",
  why:
    "A policy that names paths sees what the client wrote. With Istio's default /oauth2%2F..%2Fadmin or //admin is one path " +
    "for the policy and another for the application.",
  mend: "Write pathNormalization.normalization: DECODE_AND_MERGE_SLASHES in the mesh configuration.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    vulnerability("CVE-2021-31920", "a path with several slashes passes a policy that names one"),
    vulnerability("CVE-2021-39156", "a fragment in a path passes a policy that names the path"),
    istioPage(
      "Istio path normalization",
      "reference/config/security/normalization/",
      "BASE, the default, neither merges slashes nor decodes them",
    ),
  ],
  settings: [],
  checkTogether(members) {
    if (!members.some((member) => mayBe(() => namesPaths(member)))) return [];
    return members.flatMap((member) =>
      about(member, () =>
        meshConfigsOf(member.manifest).flatMap((mesh) => {
          const { field, value } = fieldOf(messageAt(mesh, "path_normalization"), "normalization");
          if (value === "DECODE_AND_MERGE_SLASHES") return [];
          const message =
            `${field} is ${show(value)}, and policies here decide by path. ` +
            "Write DECODE_AND_MERGE_SLASHES, so that policies and applications see one spelling.";
          return [violation(field, message)];
        }),
      ),
    );
  },
};
