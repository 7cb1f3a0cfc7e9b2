import { isMap, join, listAt, mapAt } from "../../manifest";
import { type Pod, show } from "../../readers/pods";
import { cis, owasp, podSecurityStandards, weakness } from "../../references";
import { type Finding, type Rule, violation } from "../../rule";
import { eachContainer, eachPod } from "./containers";

const { framework, cwe } = weakness(693, "Protection Mechanism Failure");

/** Those that Kubernetes calls safe: each pod has its own. */
const safeSysctls = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

const seLinuxTypes = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);

const appArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

/**
 * The node's own protections stay on: AppArmor, SELinux, and the kernel settings that pods share. istio-cni, a node agent,
 * turns AppArmor off to enter pods' networks, and is exempted by its name.
 */
export const limitKernelSettings: Rule = {
  name: "limit-kernel-settings",
  title: "The kernel's protections stay on",
  why:
    "AppArmor and SELinux stop what gets out of a container, and an unsafe sysctl is set for every pod of the node, " +
    "not for this one.",
  mend: "Remove appArmorProfile Unconfined, seLinuxOptions.user, role and type, and every sysctl that Kubernetes doesn't call safe.",
  severity: "medium",
  enforcementLevel: "mandatory",
  framework,
  references: [cwe, owasp("K01"), podSecurityStandards, cis("5.6.3", "pods and containers have a security context")],
  settings: [],
  check: (manifest) => [
    ...eachPod(manifest, (pod) => [
      ...profileFindings(pod.field, pod.spec["securityContext"]),
      ...sysctlFindings(pod),
      ...annotationFindings(pod),
    ]),
    ...eachContainer(manifest, (_, container) => profileFindings(container.field, container.values["securityContext"])),
  ],
};

function profileFindings(owner: string, context: unknown): Finding[] {
  const field = join(owner, "securityContext");
  const { appArmorProfile, seLinuxOptions } = mapAt(context, field);
  const armor = join(join(field, "appArmorProfile"), "type");
  const armorType = isMap(appArmorProfile) ? appArmorProfile["type"] : undefined;
  const se = mapAt(seLinuxOptions, join(field, "seLinuxOptions"));
  return [
    ...([undefined, null, "RuntimeDefault", "Localhost"].includes(armorType as string)
      ? []
      : [violation(armor, `${armor} is ${show(armorType)}. Write RuntimeDefault.`)]),
    ...["user", "role", "type"].flatMap((key) => {
      const value = se[key] ?? "";
      if (value === "" || (key === "type" && seLinuxTypes.has(value as string))) return [];
      const place = join(join(field, "seLinuxOptions"), key);
      return [violation(place, `${place} is ${show(value)}. Remove it.`)];
    }),
  ];
}

function sysctlFindings(pod: Pod): Finding[] {
  const context = join(pod.field, "securityContext");
  const list = join(context, "sysctls");
  return listAt(mapAt(pod.spec["securityContext"], context)["sysctls"], list).flatMap((item, index) => {
    const field = join(list, index);
    const name = mapAt(item, field)["name"];
    if (typeof name === "string" && safeSysctls.has(name)) return [];
    return [violation(field, `${field} sets ${show(name)}, which Kubernetes doesn't call safe. Remove it.`)];
  });
}

/** How AppArmor was told before Kubernetes 1.30, still read. */
function annotationFindings(pod: Pod): Finding[] {
  return Object.keys(pod.annotations)
    .filter((key) => key.startsWith(appArmorAnnotation))
    .flatMap((key) => {
      const value = pod.annotations[key];
      if (value === "runtime/default" || (typeof value === "string" && value.startsWith("localhost/"))) return [];
      const field = join(join(pod.field.replace(/(^|\.)spec$/, "$1metadata"), "annotations"), key);
      return [violation(field, `${field} is ${show(value)}. Write runtime/default, or remove it.`)];
    });
}
