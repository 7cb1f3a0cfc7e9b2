import { strict as assert } from "node:assert";
import { type Container, type PodTemplate, type Workload, workloadsOf } from "../program/pods";
import { recordEverything } from "../program/record";
import { type Recording } from "../program/recording";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, written out. */
function restrictedProblems({ metadata, spec }: PodTemplate): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => void (holds || problems.push(problem));
  expect(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, "shares a namespace of its node");
  expect(spec.securityContext?.sysctls === undefined, "sets sysctls");
  expect(
    !Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith("container.apparmor")),
    "sets an AppArmor profile",
  );
  const volumes = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
  ];
  for (const { name, ...source } of spec.volumes ?? []) {
    expect(
      Object.keys(source).every((kind) => volumes.includes(kind)),
      `volume ${name} is of another kind`,
    );
  }
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  for (const { name, ports = [], securityContext = {} } of containers) {
    const own = securityContext;
    expect(
      ports.every((port) => !("hostPort" in port)),
      `${name} takes a port of its node`,
    );
    expect(own.privileged !== true, `${name} is privileged`);
    expect(own.allowPrivilegeEscalation === false, `${name} may gain privileges`);
    expect(own.runAsNonRoot ?? spec.securityContext?.runAsNonRoot ?? false, `${name} may run as root`);
    expect((own.runAsUser ?? spec.securityContext?.runAsUser) !== 0, `${name} runs as root`);
    const { type } = own.seccompProfile ?? spec.securityContext?.seccompProfile ?? { type: "Unconfined" };
    expect(type === "RuntimeDefault" || type === "Localhost", `${name} has no seccomp profile`);
    expect(own.capabilities?.drop?.includes("ALL") ?? false, `${name} keeps capabilities`);
    expect(
      (own.capabilities?.add ?? []).every((added) => added === "NET_BIND_SERVICE"),
      `${name} adds capabilities`,
    );
    expect(own.procMount === undefined || own.procMount === "Default", `${name} unmasks /proc`);
    // Not in the standard, and the platform's own.
    expect(own.readOnlyRootFilesystem === true, `${name} may write to its root file system`);
  }
  return problems;
}

describe("every pod of the platform's own", () => {
  let recording: Recording;
  let workloads: Workload[];
  before(async () => {
    recording = await recordEverything();
    workloads = workloadsOf(recording);
  });
  const each = (check: (workload: Workload) => void) => {
    assert.deepEqual(workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(), [
      "Deployment cluster-keys",
      "Deployment dex",
      "Deployment echo",
      "Deployment oauth2-proxy",
      "Job startupapicheck",
    ]);
    workloads.forEach(check);
  };

  it("passes the restricted Pod Security Standard, with a root file system that it can't write to", () => {
    each(({ metadata, spec }) => assert.deepEqual(restrictedProblems(spec.template), [], metadata.name));
  });

  it("has that checked by a check which finds every breach", () => {
    const template = (): PodTemplate =>
      structuredClone(workloads.find(({ metadata }) => metadata.name === "dex")?.spec.template) as PodTemplate;
    const breaches: [problem: RegExp, change: (container: Container, spec: PodTemplate["spec"]) => unknown][] = [
      [/namespace of its node/, (_, spec) => (spec.hostNetwork = true)],
      [/privileged/, (container) => (container.securityContext = { ...container.securityContext, privileged: true })],
      [/gain privileges/, ({ securityContext }) => delete securityContext?.allowPrivilegeEscalation],
      [/runs as root/, (_, spec) => (spec.securityContext = { ...spec.securityContext, runAsUser: 0 })],
      [/seccomp/, (_, spec) => delete spec.securityContext?.seccompProfile],
      [/keeps capabilities/, ({ securityContext }) => delete securityContext?.capabilities],
      [/write to its root/, ({ securityContext }) => delete securityContext?.readOnlyRootFilesystem],
      [/another kind/, (_, spec) => spec.volumes?.push({ name: "host", hostPath: { path: "/" } })],
      [/keeps capabilities/, (_, spec) => (spec.initContainers = [{ name: "init", image: "x" }])],
      [
        /may run as root/,
        (container, spec) => {
          delete container.securityContext?.runAsNonRoot;
          delete spec.securityContext?.runAsNonRoot;
        },
      ],
    ];
    for (const [problem, change] of breaches) {
      const broken = template();
      change(broken.spec.containers[0] as Container, broken.spec);
      assert(
        restrictedProblems(broken).some((found) => problem.test(found)),
        String(problem),
      );
    }
  });

  it("is in a namespace that enforces that standard; only the node agent's has a reason not to", () => {
    const levels = recording.all("Namespace").map(({ metadata: { name, labels = {}, annotations } }) => {
      const [enforce, warn, audit] = ["enforce", "warn", "audit"].map(
        (mode) => labels[`pod-security.kubernetes.io/${mode}`],
      );
      assert(enforce === warn && enforce === audit, name);
      return [name, enforce, annotations?.["gatehouse/pod-security-reason"]];
    });
    assert.deepEqual(levels.sort(), [
      ["auth", "restricted", undefined],
      ["cert-manager", "restricted", undefined],
      ["gatehouse-echo", "restricted", undefined],
      ["ingress", "restricted", undefined],
      ["istio-cni", "privileged", "istio-cni writes the node's CNI configuration and enters pods' network namespaces"],
      ["istio-system", "restricted", undefined],
    ]);
  });

  it("asks for CPU and memory, and has a limit of memory that is not below", () => {
    each(({ metadata, spec }) => {
      for (const { resources } of spec.template.spec.containers) {
        const mebibytes = (text = "") => Number(/^(\d+)Mi$/.exec(text)?.[1]);
        assert.match(resources?.requests?.cpu ?? "", /^\d+m$/, metadata.name);
        assert(mebibytes(resources?.limits?.memory) >= mebibytes(resources?.requests?.memory), metadata.name);
        assert.equal(resources?.limits?.cpu, undefined, "a CPU limit only slows a pod down");
      }
    });
  });

  it("is probed at ports where it listens, if it serves at all", () => {
    each(({ kind, metadata, spec }) => {
      for (const { ports = [], readinessProbe, livenessProbe } of spec.template.spec.containers) {
        const probed = [readinessProbe, livenessProbe].map((probe) => probe?.httpGet.port);
        if (kind === "Job") {
          assert.deepEqual([ports, ...probed], [[], undefined, undefined]);
        } else {
          assert(
            probed.every((port) => ports.some(({ containerPort }) => containerPort === port)),
            metadata.name,
          );
        }
      }
    });
  });

  it("spreads over nodes and zones, and has a budget", () => {
    each(({ kind, metadata: { name, namespace }, spec }) => {
      if (kind === "Job") {
        return;
      }
      const labels = { "app.kubernetes.io/name": name };
      assert.deepEqual(
        spec.template.spec.topologySpreadConstraints?.map(({ topologyKey, labelSelector }) => [
          topologyKey,
          labelSelector,
        ]),
        [
          ["kubernetes.io/hostname", { matchLabels: labels }],
          ["topology.kubernetes.io/zone", { matchLabels: labels }],
        ],
      );
      assert.deepEqual(spec.selector, { matchLabels: labels });
      const budget = recording.object<{ spec: { selector: object } }>("PodDisruptionBudget", name, namespace);
      assert.deepEqual(budget.spec.selector, { matchLabels: labels });
    });
  });

  it("has an account of its own, and a token only where it talks to the API server", () => {
    const tokens: string[] = [];
    each(({ metadata: { name, namespace }, spec }) => {
      const { serviceAccountName, automountServiceAccountToken, enableServiceLinks } = spec.template.spec;
      assert.equal(serviceAccountName, name);
      assert.equal(enableServiceLinks, false);
      const account = recording.object<{ automountServiceAccountToken: boolean }>("ServiceAccount", name, namespace);
      assert.equal(account.automountServiceAccountToken, false);
      if (automountServiceAccountToken !== false) {
        tokens.push(name);
      }
    });
    assert.deepEqual(tokens.sort(), ["cluster-keys", "dex", "startupapicheck"]);
  });

  it("runs an image of the lock, with a tag that names a version", () => {
    each(({ spec }) => {
      for (const { image } of spec.template.spec.containers) {
        assert.match(image, /^[a-z0-9.-]+\.[a-z]+\/[a-z0-9./-]+:v?\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/);
      }
    });
  });

  it("lets a Secret be read by nobody but its own group", () => {
    each(({ spec }) => {
      for (const { configMap, secret } of (spec.template.spec.volumes ?? []) as Record<
        string,
        { defaultMode?: number }
      >[]) {
        assert.equal((configMap ?? secret)?.defaultMode ?? 0o440, 0o440);
      }
    });
  });
});
