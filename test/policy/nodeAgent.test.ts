import assert from "node:assert/strict";
import { type Manifest } from "../../policy/manifest";
import { rules } from "../../policy/pack";
import { run } from "../../policy/run";
import { changed, context, unknownCheckingProxy, unknownStringValue } from "./support";

const container = "spec.template.spec.containers[0]";
const armor = "container.apparmor.security.beta.kubernetes.io/install-cni";

/** What Istio's chart makes, as far as the rules for pods look at it. */
const agent: Manifest = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "istio-cni-node", namespace: "istio-system" },
  spec: {
    selector: { matchLabels: { "k8s-app": "istio-cni-node" } },
    template: {
      metadata: { labels: { "k8s-app": "istio-cni-node" }, annotations: { [armor]: "unconfined" } },
      spec: {
        serviceAccountName: "istio-cni",
        securityContext: { seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "install-cni",
            image: "docker.io/istio/install-cni:1.31.1",
            securityContext: {
              privileged: false,
              readOnlyRootFilesystem: true,
              runAsGroup: 0,
              runAsUser: 0,
              runAsNonRoot: false,
              capabilities: {
                drop: ["ALL"],
                add: ["NET_ADMIN", "NET_RAW", "SYS_PTRACE", "SYS_ADMIN", "DAC_OVERRIDE"],
              },
            },
          },
        ],
        volumes: ["/opt/cni/bin", "/proc", "/etc/cni/net.d", "/var/run/istio-cni", "/var/run/netns"].map(
          (path, index) => ({
            name: `v${index}`,
            hostPath: { path },
          }),
        ),
      },
    },
  },
};

const rejected = (manifest: Manifest): string[] =>
  rules
    .filter((rule) => rule.enforcementLevel === "mandatory")
    .flatMap((rule) =>
      run(rule, manifest, context)
        .filter(({ kind }) => kind === "violation")
        .map(({ field }) => `${rule.name} ${field}`),
    );

describe("Istio's CNI agent", () => {
  it("may have what it can't do without", () => {
    assert.deepEqual(rejected(agent), []);
    assert.deepEqual(rejected(unknownCheckingProxy(agent)), []);
  });

  for (const namespace of ["istio-cni", "kube-system"]) {
    it(`may be in ${namespace}`, () =>
      assert.deepEqual(rejected(changed(agent, { "metadata.namespace": namespace })), []));
  }

  it("may come from a mirror, and have its profile in a field", () => {
    const manifest = changed(agent, {
      [`${container}.image`]: "registry.example.com/istio/install-cni:1.31.1",
      [`${container}.securityContext.appArmorProfile`]: { type: "Unconfined" },
    });
    assert.deepEqual(rejected(manifest), []);
  });

  for (const [what, changes] of [
    ["of another kind", { kind: "Deployment" }],
    ["of another group", { apiVersion: "extensions/v1beta1" }],
    ["of another name", { "metadata.name": "istio-cni" }],
    ["in another namespace", { "metadata.namespace": "apps" }],
    ["without a namespace", { "metadata.namespace": undefined }],
    ["whose container has another name", { [`${container}.name`]: "cni" }],
    ["with another image", { [`${container}.image`]: "docker.io/istio/install-cni-2:1.31.1" }],
  ] as const) {
    it(`is nothing ${what}`, () => {
      const found = new Set(rejected(changed(agent, changes)).map((one) => one.split(" ")[0]));
      for (const rule of ["require-rootless", "limit-capabilities", "limit-volume-types", "limit-kernel-settings"]) {
        assert.ok(found.has(rule), rule);
      }
    });
  }

  it("is nothing with a container beside it", () => {
    const [own] = (agent["spec"] as { template: { spec: { containers: unknown[] } } }).template.spec.containers;
    const two = changed(agent, {
      "spec.template.spec.containers": [own, { name: "debug", image: "example.com/debug:1" }],
    });
    assert.ok(rejected(two).includes(`require-rootless ${container}.securityContext.runAsUser`));
  });

  for (const [what, field, value, rule, at] of [
    [
      "the node's root",
      "spec.template.spec.volumes[0].hostPath.path",
      "/",
      "limit-volume-types",
      "spec.template.spec.volumes[0].hostPath",
    ],
    [
      "a folder that isn't known yet",
      "spec.template.spec.volumes[0].hostPath.path",
      unknownStringValue,
      "limit-volume-types",
      "spec.template.spec.volumes[0].hostPath",
    ],
    [
      "another capability",
      `${container}.securityContext.capabilities.add`,
      ["SYS_MODULE"],
      "limit-capabilities",
      `${container}.securityContext.capabilities.add[0]`,
    ],
    [
      "all rights",
      `${container}.securityContext.privileged`,
      true,
      "forbid-privilege-escalation",
      `${container}.securityContext.privileged`,
    ],
    [
      "another user",
      `${container}.securityContext.runAsUser`,
      "0",
      "require-rootless",
      `${container}.securityContext.runAsUser`,
    ],
    [
      "the node's network",
      "spec.template.spec.hostNetwork",
      true,
      "forbid-host-access",
      "spec.template.spec.hostNetwork",
    ],
  ] as const) {
    it(`may not have ${what}`, () => {
      assert.deepEqual(rejected(unknownCheckingProxy(changed(agent, { [field]: value }))), [`${rule} ${at}`]);
    });
  }
});
