import { join, mapAt } from "../../manifest";
import { type Container, effective, ownSetting, type Pod, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Finding, type Rule, violation } from "../../rule";
import { eachContainer, eachPod, onLinux } from "./containers";

const { framework, cwe } = weakness(250, "Execution with Unnecessary Privileges");

/**
 * No container runs as root.
 *
 * `runAsUser` may be absent, as in the restricted policy: with `runAsNonRoot` the kubelet refuses an image whose user is
 * 0, and the charts of Istio and cert-manager leave the number to the image. What configures the node, such as
 * istio-cni's installer, has to be root; that is an exemption for its DaemonSet and no reason for a hole here.
 */
export const requireRootless: Rule = {
  name: "require-rootless",
  title: "Containers don't run as root",
  why:
    "Root in a container is root on the node for every kernel bug and every mount that gets out of it; " +
    "nothing that terminates TLS or reads tokens needs it.",
  mend: "Write runAsNonRoot: true in the securityContext of the pod or of each container, and a runAsUser other than 0.",
  remedy:
    "Writes runAsNonRoot: true, with which the kubelet starts the same program or, where the image's user is root, none; a " +
    "runAsUser is never made up.",
  severity: "high",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K01"), podSecurityStandards, cis("5.2.7", "few containers are admitted that run as root")],
  settings: [],
  check: (manifest) => [
    ...eachContainer(manifest, (pod, container) => {
      const { field, value } = effective(pod, container, "runAsNonRoot");
      const own = ownSetting(container, "runAsUser");
      return [
        ...(value === true
          ? []
          : [
              violation(
                field,
                nonRootMessage(pod, field, value),
                isMendable(pod, container) ? { value: true } : undefined,
              ),
            ]),
        ...userFindings(own.field, own.value),
      ];
    }),
    ...eachPod(manifest, (pod) => {
      const context = join(pod.field, "securityContext");
      return userFindings(join(context, "runAsUser"), mapAt(pod.spec["securityContext"], context)["runAsUser"]);
    }),
  ],
};

function nonRootMessage(pod: Pod, field: string, value: unknown): string {
  const wide = `${join(pod.field, "securityContext")}.runAsNonRoot`;
  const also = field === wide ? "" : `, or leave it to ${wide}`;
  return `${field} is ${show(value)}, so the container may run as root. Write true${also}.`;
}

/** Nobody knows here which user a container would do with that somebody gave user 0. */
function isMendable(pod: Pod, container: Container): boolean {
  const { field, value } = effective(pod, container, "runAsUser");
  return onLinux(pod) && userFindings(field, value).length === 0;
}

function userFindings(field: string, user: unknown): Finding[] {
  if (user === undefined || user === null || (typeof user === "number" && user > 0)) return [];
  return [violation(field, `${field} is ${show(user)}, where a number above 0 has to be. Write, for example, 65532.`)];
}
