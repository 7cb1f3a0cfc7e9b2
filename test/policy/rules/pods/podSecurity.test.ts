import assert from "node:assert/strict";
import { type Rule } from "../../../../policy/rule";
import { forbidHostAccess } from "../../../../policy/rules/pods/forbid-host-access";
import { forbidPrivilegeEscalation } from "../../../../policy/rules/pods/forbid-privilege-escalation";
import { rules } from "../../../../policy/rules/pods";
import { limitCapabilities } from "../../../../policy/rules/pods/limit-capabilities";
import { limitKernelSettings } from "../../../../policy/rules/pods/limit-kernel-settings";
import { limitVolumeTypes } from "../../../../policy/rules/pods/limit-volume-types";
import { requireRootless } from "../../../../policy/rules/pods/require-rootless";
import { requireSeccomp } from "../../../../policy/rules/pods/require-seccomp";
import { run } from "../../../../policy/run";
import { changed, context, messages, unknownCheckingProxy, unknownStringValue } from "../../support";
import { type Case, container, deployment, pod } from "./fixtures";

const own = `${container}.securityContext`;
const wide = `${pod}.securityContext`;

function suite(rule: Rule, cases: readonly Case[]) {
  describe(rule.name, () => {
    it("lets a pod pass that is as the restricted policy wants it", () => {
      assert.deepEqual(messages(rule, deployment), []);
    });
    for (const [what, changes, ...expected] of cases) {
      it(expected.length === 0 ? `lets ${what} pass` : `rejects ${what}`, () => {
        assert.deepEqual(messages(rule, changed(deployment, changes)), expected);
      });
    }
  });
}

const user = (field: string, value: string) =>
  `${field} is ${value}, where a number above 0 has to be. Write, for example, 65532.`;
const nonRoot = (field: string, value: string) => `${field} is ${value}, so the container may run as root. Write true`;

suite(requireRootless, [
  ["a container that says so itself", { [`${wide}.runAsNonRoot`]: undefined, [`${own}.runAsNonRoot`]: true }],
  ["a pod that leaves the user to the image", { [`${wide}.runAsUser`]: undefined }],
  ["a user of the container's own", { [`${own}.runAsUser`]: 1337 }],
  [
    "a pod that says nothing",
    { [wide]: undefined },
    `${nonRoot(`${own}.runAsNonRoot`, "absent")}, or leave it to ${wide}.runAsNonRoot.`,
  ],
  ["a pod that says false", { [`${wide}.runAsNonRoot`]: false }, `${nonRoot(`${wide}.runAsNonRoot`, "false")}.`],
  [
    "a container that takes the pod's word back",
    { [`${own}.runAsNonRoot`]: false },
    `${nonRoot(`${own}.runAsNonRoot`, "false")}, or leave it to ${wide}.runAsNonRoot.`,
  ],
  ["a word for true", { [`${wide}.runAsNonRoot`]: "true" }, `${nonRoot(`${wide}.runAsNonRoot`, '"true"')}.`],
  ["the pod's user 0", { [`${wide}.runAsUser`]: 0 }, user(`${wide}.runAsUser`, "0")],
  ["the container's user 0", { [`${own}.runAsUser`]: 0 }, user(`${own}.runAsUser`, "0")],
  ["a user by name", { [`${own}.runAsUser`]: "root" }, user(`${own}.runAsUser`, '"root"')],
  [
    "an init container that runs as root",
    { [`${pod}.initContainers`]: [{ name: "init", securityContext: { runAsUser: 0 } }] },
    user(`${pod}.initContainers[0].securityContext.runAsUser`, "0"),
  ],
  [
    "a debugging container that runs as root",
    { [`${pod}.ephemeralContainers`]: [{ name: "debug", securityContext: { runAsUser: 0 } }] },
    user(`${pod}.ephemeralContainers[0].securityContext.runAsUser`, "0"),
  ],
]);

suite(forbidPrivilegeEscalation, [
  ["privileged: false", { [`${own}.privileged`]: false }],
  ["the default procMount", { [`${own}.procMount`]: "Default" }],
  [
    "a container that says nothing, which means yes",
    { [`${own}.allowPrivilegeEscalation`]: undefined },
    `${own}.allowPrivilegeEscalation is absent, so a process may get more rights than its parent. Write false.`,
  ],
  [
    "allowPrivilegeEscalation: true",
    { [`${own}.allowPrivilegeEscalation`]: true },
    `${own}.allowPrivilegeEscalation is true, so a process may get more rights than its parent. Write false.`,
  ],
  [
    "a privileged container",
    { [`${own}.privileged`]: true },
    `${own}.privileged is true, so the container is the node's root. Write false.`,
  ],
  [
    "an unmasked /proc",
    { [`${own}.procMount`]: "Unmasked" },
    `${own}.procMount is "Unmasked", so the kernel's own /proc is open. Write Default.`,
  ],
]);

suite(limitCapabilities, [
  ["NET_BIND_SERVICE", { [`${own}.capabilities.add`]: ["NET_BIND_SERVICE"] }],
  [
    "a container that drops none",
    { [`${own}.capabilities`]: undefined },
    `${own}.capabilities.drop is absent. Write ["ALL"].`,
  ],
  [
    "a container that drops one alone",
    { [`${own}.capabilities.drop`]: ["NET_RAW"] },
    `${own}.capabilities.drop is a list of 1. Write ["ALL"].`,
  ],
  [
    "all in small letters, which no runtime reads as all",
    { [`${own}.capabilities.drop`]: ["all"] },
    `${own}.capabilities.drop is a list of 1. Write ["ALL"].`,
  ],
  [
    "a capability besides",
    { [`${own}.capabilities.add`]: ["NET_BIND_SERVICE", "NET_ADMIN"] },
    `${own}.capabilities.add[1] is "NET_ADMIN". Remove it; only NET_BIND_SERVICE may be added.`,
  ],
]);

suite(requireSeccomp, [
  ["a profile of the node's", { [`${wide}.seccompProfile`]: { type: "Localhost", localhostProfile: "web.json" } }],
  [
    "a pod without one",
    { [`${wide}.seccompProfile`]: undefined },
    `${own}.seccompProfile.type is absent. Write RuntimeDefault there or in ${wide}.seccompProfile.type.`,
  ],
  [
    "a pod that turns it off",
    { [`${wide}.seccompProfile.type`]: "Unconfined" },
    `${wide}.seccompProfile.type is "Unconfined". Write RuntimeDefault.`,
  ],
  [
    "a container that turns it off",
    { [`${own}.seccompProfile`]: { type: "Unconfined" } },
    `${own}.seccompProfile.type is "Unconfined". Write RuntimeDefault there or in ${wide}.seccompProfile.type.`,
  ],
]);

suite(forbidHostAccess, [
  ["hostNetwork: false", { [`${pod}.hostNetwork`]: false }],
  ["a port of the node that is none", { [`${container}.ports[0].hostPort`]: 0 }],
  ["a probe of the pod's own loopback", { [`${container}.readinessProbe.httpGet.host`]: "127.0.0.1" }],
  ...["hostNetwork", "hostPID", "hostIPC"].map((key): Case => [
    key,
    { [`${pod}.${key}`]: true },
    `${pod}.${key} is true. Remove it, or write false.`,
  ]),
  [
    "a port of the node",
    { [`${container}.ports[0].hostPort`]: 443 },
    `${container}.ports[0].hostPort is 443. Remove it; a Service makes the port reachable.`,
  ],
  [
    "a probe that goes elsewhere",
    { [`${container}.readinessProbe.httpGet.host`]: "169.254.169.254" },
    `${container}.readinessProbe.httpGet.host is "169.254.169.254". Remove it; the probe then goes to the pod.`,
  ],
  [
    "a hook that goes elsewhere",
    { [`${container}.lifecycle`]: { preStop: { tcpSocket: { port: 1, host: "10.0.0.1" } } } },
    `${container}.lifecycle.preStop.tcpSocket.host is "10.0.0.1". Remove it; the probe then goes to the pod.`,
  ],
  [
    "a pod of the node's own on Windows",
    { [`${wide}.windowsOptions`]: { hostProcess: true } },
    `${wide}.windowsOptions.hostProcess is true. Remove it, or write false.`,
  ],
  [
    "a container of the node's own on Windows",
    { [`${own}.windowsOptions`]: { hostProcess: true } },
    `${own}.windowsOptions.hostProcess is true. Remove it, or write false.`,
  ],
]);

const volume = (type: string) =>
  `${pod}.volumes[0].${type} is a volume of the type ${type}. Use one of configMap, csi, downwardAPI, emptyDir, ` +
  "ephemeral, persistentVolumeClaim, projected, secret.";

suite(limitVolumeTypes, [
  ["a projected volume", { [`${pod}.volumes[0]`]: { name: "token", projected: { sources: [] } } }],
  ["a volume without a type, which is an emptyDir", { [`${pod}.volumes[0]`]: { name: "empty" } }],
  ["a hostPath", { [`${pod}.volumes[0]`]: { name: "node", hostPath: { path: "/" } } }, volume("hostPath")],
  [
    "a disk of the network's",
    { [`${pod}.volumes[0]`]: { name: "nfs", nfs: { server: "a", path: "/" } } },
    volume("nfs"),
  ],
  ["a type that nobody knows yet", { [`${pod}.volumes[0]`]: { name: "new", nodeDisk: {} } }, volume("nodeDisk")],
]);

const annotation = "container.apparmor.security.beta.kubernetes.io/web";
const annotated = (value: string) => ({ "spec.template.metadata.annotations": { [annotation]: value } });

suite(limitKernelSettings, [
  ["a safe sysctl", { [`${wide}.sysctls`]: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] }],
  ["AppArmor's default", { [`${wide}.appArmorProfile`]: { type: "RuntimeDefault" } }],
  ["AppArmor's default in the old annotation", annotated("runtime/default")],
  ["SELinux's type for containers", { [`${wide}.seLinuxOptions`]: { type: "container_t" } }],
  [
    "a sysctl of the whole node",
    { [`${wide}.sysctls`]: [{ name: "kernel.msgmax", value: "1" }] },
    `${wide}.sysctls[0] sets "kernel.msgmax", which Kubernetes doesn't call safe. Remove it.`,
  ],
  [
    "a pod without AppArmor",
    { [`${wide}.appArmorProfile`]: { type: "Unconfined" } },
    `${wide}.appArmorProfile.type is "Unconfined". Write RuntimeDefault.`,
  ],
  [
    "a container without AppArmor",
    { [`${own}.appArmorProfile`]: { type: "Unconfined" } },
    `${own}.appArmorProfile.type is "Unconfined". Write RuntimeDefault.`,
  ],
  [
    "a container without AppArmor in the old annotation",
    annotated("unconfined"),
    `spec.template.metadata.annotations["${annotation}"] is "unconfined". Write runtime/default, or remove it.`,
  ],
  [
    "a type of SELinux's that may do anything",
    { [`${own}.seLinuxOptions`]: { type: "spc_t" } },
    `${own}.seLinuxOptions.type is "spc_t". Remove it.`,
  ],
  [
    "a user of SELinux's",
    { [`${own}.seLinuxOptions`]: { user: "system_u" } },
    `${own}.seLinuxOptions.user is "system_u". Remove it.`,
  ],
]);

describe("the rules about pods", () => {
  it("let the fixture pass", () => {
    assert.deepEqual(
      rules.flatMap((rule) => messages(rule, deployment)),
      [],
    );
  });

  it("report a container that is unknown at preview, and what is wrong with the next", () => {
    const manifest = changed(deployment, {
      [`${pod}.containers[0].securityContext.allowPrivilegeEscalation`]: unknownStringValue,
      [`${pod}.containers[1]`]: { name: "other" },
    });
    const found = run(forbidPrivilegeEscalation, unknownCheckingProxy(manifest), context);
    assert.deepEqual(
      found.map(({ kind, field }) => `${kind} ${field}`),
      [
        `unchecked ${own}.allowPrivilegeEscalation`,
        `violation ${pod}.containers[1].securityContext.allowPrivilegeEscalation`,
      ],
    );
  });

  it("reject a pod that isn't what Kubernetes expects, and say so", () => {
    assert.deepEqual(messages(requireRootless, changed(deployment, { [`${pod}.containers`]: "web" })), [
      `require-rootless can't check this object: ${pod}.containers is the string "web", where Kubernetes expects a list. ` +
        "What can't be checked is not let through.",
    ]);
  });
});
