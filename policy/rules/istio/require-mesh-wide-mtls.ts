import { type Manifest, mapAt } from "../../manifest";
import { isKind, show, specOf } from "../../readers/istio";
import { fieldOf, meshConfigsOf } from "../../readers/istioMesh";
import { labelCount } from "../../readers/istioReach";
import { type Finding, type Member, type StackContext, type StackRule, violation } from "../../rule";
import { about, mayBe } from "./about";
import { istioPage, weakness } from "./facts";

const { framework, reference } = weakness(319, "Cleartext Transmission of Sensitive Information");

export const requireMeshWideMtls: StackRule = {
  name: "require-mesh-wide-mtls",
  title: "Every namespace with sidecars asks for mutual TLS",
  why:
    "Istio's default is PERMISSIVE: a pod without a sidecar, or a caller from outside, is let in without an identity. Every " +
    "policy that names the gateway's principal rests on somebody having said STRICT.",
  mend:
    "Add a PeerAuthentication without a selector and with mtls.mode: STRICT to Istio's root namespace, or one to each " +
    "namespace with sidecars.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [
    reference,
    istioPage(
      "Istio mutual TLS migration",
      "tasks/security/authentication/mtls-migration/#lock-down-mutual-tls-for-the-entire-mesh",
      "STRICT for the mesh, or for a namespace",
    ),
  ],
  settings: ["rootNamespace"],
  checkTogether(members, context) {
    const strict = members.filter((member) => mayBe(() => saysStrict(member)));
    // What may be strict because nobody can tell is told, or it would cover its namespaces in silence.
    const unread = strict.flatMap((member) => about(member, () => onlyRead(() => saysStrict(member))));
    unread.push(...members.flatMap((member) => about(member, () => meshFindings(member, context))));
    const covered = new Set<unknown>(strict.map(({ namespace }) => namespace));
    if (covered.has(context.settings.rootNamespace)) return unread;
    const open = members
      .filter(({ manifest }) => manifest.kind === "Namespace" && manifest.apiVersion === "v1")
      .flatMap((member) =>
        about(member, () => {
          const labels = mapAt(mapAt(member.manifest["metadata"], "metadata")["labels"], "metadata.labels");
          return isInMesh(labels) && !covered.has(nameIn(member.manifest)) ? [missing(member, context)] : [];
        }),
      );
    return [...unread, ...open];
  },
};

/** What of the mesh's configuration this rests on: which namespace is the root, and that sidecars speak mutual TLS. */
function meshFindings({ manifest }: Member, { settings }: StackContext): Finding[] {
  return meshConfigsOf(manifest).flatMap((mesh) => {
    const root = fieldOf(mesh, "root_namespace");
    const auto = fieldOf(mesh, "enable_auto_mtls");
    return [
      ...([undefined, null, "", settings.rootNamespace].includes(root.value as string)
        ? []
        : [
            violation(
              root.field,
              `${root.field} is ${show(root.value)}, and the policies of ${settings.rootNamespace} were judged as the mesh's. ` +
                `Write ${settings.rootNamespace}, or name that one in the pack's rootNamespace.`,
            ),
          ]),
      ...([undefined, null, true].includes(auto.value as boolean)
        ? []
        : [violation(auto.field, `${auto.field} is ${show(auto.value)}, so sidecars ask in plain text. Write true.`)]),
    ];
  });
}

/** Nothing about what can be read. */
function onlyRead(look: () => unknown): [] {
  look();
  return [];
}

function nameIn(manifest: Manifest): unknown {
  return mapAt(manifest["metadata"], "metadata")["name"];
}

/** Sidecars by a namespace's labels (Istio's injector), or the ambient mode. */
function isInMesh(labels: Record<string, unknown>): boolean {
  if (labels["istio-injection"] === "disabled") return false;
  const revision = labels["istio.io/rev"];
  return (
    labels["istio-injection"] === "enabled" ||
    (revision !== undefined && revision !== "") ||
    labels["istio.io/dataplane-mode"] === "ambient"
  );
}

/** A PeerAuthentication for all of its namespace. */
function saysStrict({ manifest }: Member): boolean {
  if (!isKind(manifest, "PeerAuthentication")) return false;
  const spec = specOf(manifest);
  return labelCount(spec) === 0 && mapAt(spec["mtls"], "spec.mtls")["mode"] === "STRICT";
}

function missing({ manifest }: Member, { settings }: StackContext) {
  return violation(
    "metadata.labels",
    `The namespace ${JSON.stringify(nameIn(manifest))} has sidecars, and neither it nor ${settings.rootNamespace} has a ` +
      "PeerAuthentication without a selector that says STRICT. Add one, or pods without an identity are let in.",
  );
}
