import { strict as assert } from "node:assert";
import { everything } from "../../stacks/everything";
import { settingsOf, production } from "../stacks/fixture";
import { idOf } from "../program/differences";
import { type Declared } from "../program/monitor";
import { recordEverything, recordPlatform, recordStack } from "../program/record";
import { type Recording } from "../program/recording";
import { holdsUnknown } from "../program/values";

describe("the platform", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  const components = (of: Recording) =>
    of.resources
      .filter(({ type }) => type.startsWith("gatehouse:"))
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
      .sort();

  it("is made of these components", () => {
    assert.deepEqual(components(recording), [
      "AccessRules access",
      "CertManager cert-manager",
      "CertificateAuthority ca",
      "ClusterKeys cluster-keys",
      "Dex dex",
      "DexStorage dex-storage",
      "Echo echo",
      "GatewayPods gateway",
      "GuardedNamespace auth",
      "GuardedNamespace cert-manager",
      "GuardedNamespace gatehouse-echo",
      "GuardedNamespace ingress",
      "GuardedNamespace istio-cni",
      "GuardedNamespace istio-system",
      "HardenedWorkload cluster-keys",
      "HardenedWorkload dex",
      "HardenedWorkload echo",
      "HardenedWorkload oauth2-proxy",
      "Ingress ingress",
      "Istio istio",
      "OAuth2Proxy oauth2-proxy",
      "Platform gatehouse",
      "ProtectedApp app-door",
      "ProtectedApp app-grafana",
      "Routes routes",
      "TokenRules tokens",
    ]);
  });

  it("has no echo, no application and no proxy of the cluster's keys where they are not asked for", async () => {
    const without = await recordPlatform(settingsOf(production()));
    assert.deepEqual(
      components(recording).filter((name) => !components(without).includes(name)),
      [
        "ClusterKeys cluster-keys",
        "Echo echo",
        "GuardedNamespace gatehouse-echo",
        "HardenedWorkload cluster-keys",
        "HardenedWorkload echo",
        "ProtectedApp app-door",
        "ProtectedApp app-grafana",
      ],
    );
  });

  for (const [stack, objects] of [
    ["dev", 80],
    ["staging", 60],
    ["prod", 60],
  ] as const) {
    it(`is whole in ${stack}`, async () => {
      const found = await recordStack(stack);
      assert.equal(found.charts.length, 5);
      assert(found.objects.length > objects, `only ${found.objects.length} objects`);
    });
  }

  it("keeps every resource in a component of its own", () => {
    for (const resource of recording.resources.filter(({ custom }) => custom)) {
      const around = recording.ancestry(resource).map(({ type }) => type);
      assert(around[0]?.startsWith("gatehouse:"), `${resource.name} is a child of ${around[0]}`);
      assert(around.includes("gatehouse:index:Platform"), resource.name);
    }
  });

  it("has two objects nowhere that are one to the API server", () => {
    const ids = recording.objects.map(({ manifest }) => idOf(manifest));
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
  });

  it("puts its own label on every object", () => {
    for (const { manifest } of recording.objects) {
      assert.equal(
        manifest.metadata.labels?.["app.kubernetes.io/part-of"],
        "kubeflow-gatehouse",
        `${manifest.kind} ${manifest.metadata.name}`,
      );
    }
  });
});

describe("the order of creation", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  const chart = (name: string) => recording.chart(name).resource;
  /** All of the platform itself; applications come when it is there. */
  const all = (kind: string, namespace?: string): Declared[] =>
    recording.objects
      .filter(({ resource: { urn } }) => !urn.includes("ProtectedApp"))
      .filter(
        ({ manifest: { kind: other, metadata } }) => other === kind && (!namespace || metadata.namespace === namespace),
      )
      .map(({ resource }) => resource);
  const needs = (later: Declared[], earlier: Declared[]) => {
    assert(later.length > 0 && earlier.length > 0, "nothing to compare");
    for (const one of later) {
      for (const other of earlier) {
        assert(recording.waitsFor(one, other), `${one.urn} does not wait for ${other.urn}`);
      }
    }
  };

  it("has nothing that waits for itself", () => {
    for (const resource of recording.resources) {
      assert(!recording.everythingBefore(resource).has(resource.urn), resource.urn);
    }
  });

  it("has nothing that waits for a component around it, which would be done only after it", () => {
    for (const resource of recording.resources) {
      const before = recording.everythingBefore(resource);
      for (const { urn } of recording.ancestry(resource)) {
        assert(!before.has(urn), `${resource.urn} waits for ${urn}`);
      }
    }
  });

  it("makes issuers and certificates when cert-manager's webhook has answered", () => {
    const check = [recording.declared("Job", "startupapicheck", "cert-manager")];
    needs(all("ClusterIssuer"), check);
    needs(all("Certificate"), all("ClusterIssuer"));
    needs(check, [chart("cert-manager")]);
    needs(all("ClusterIssuer"), [recording.declared("Secret", "gatehouse-ca-1", "cert-manager")]);
  });

  it("makes the start-up check's rights before the check", () => {
    needs(
      [recording.declared("Job", "startupapicheck", "cert-manager")],
      [
        recording.declared("RoleBinding", "startupapicheck", "cert-manager"),
        recording.declared("Role", "startupapicheck", "cert-manager"),
        recording.declared("ServiceAccount", "startupapicheck", "cert-manager"),
      ],
    );
  });

  it("installs Istio's charts one after the other, and the CA before istiod reads it", () => {
    needs([chart("cni")], [chart("base")]);
    needs(
      [chart("istiod")],
      [chart("cni"), chart("base"), recording.declared("Secret", "gatehouse-ca", "istio-system")],
    );
  });

  it("makes Istio's objects when istiod's webhook is there", () => {
    for (const kind of [
      "AuthorizationPolicy",
      "EnvoyFilter",
      "Gateway",
      "PeerAuthentication",
      "RequestAuthentication",
      "Sidecar",
      "VirtualService",
    ]) {
      needs(all(kind), [chart("istiod")]);
    }
  });

  it("starts the gateway's pods after every rule that they are to follow", () => {
    needs(
      [chart("gatehouse-gateway")],
      [
        ...all("Gateway"),
        ...all("EnvoyFilter"),
        ...all("AuthorizationPolicy", "ingress"),
        ...all("Certificate", "ingress"),
      ],
    );
  });

  it("believes tokens when the way to Dex's keys is there", () => {
    needs(all("RequestAuthentication"), [
      chart("gatehouse-gateway"),
      recording.declared("Service", "gatehouse-internal", "ingress"),
      recording.declared("VirtualService", "dex-internal", "auth"),
      recording.declared("Deployment", "dex", "auth"),
      recording.declared("Service", "dex", "auth"),
    ]);
  });

  it("closes a namespace before anything runs in it", () => {
    const workloads: [workload: Declared, namespace: string][] = [
      [chart("cert-manager"), "cert-manager"],
      [recording.declared("Job", "startupapicheck", "cert-manager"), "cert-manager"],
      [chart("istiod"), "istio-system"],
      [chart("cni"), "istio-cni"],
      [chart("gatehouse-gateway"), "ingress"],
      [recording.declared("Deployment", "cluster-keys", "istio-system"), "istio-system"],
      [recording.declared("Deployment", "dex", "auth"), "auth"],
      [recording.declared("Deployment", "oauth2-proxy", "auth"), "auth"],
      [recording.declared("Deployment", "echo", "gatehouse-echo"), "gatehouse-echo"],
    ];
    assert.equal(workloads.length, recording.charts.length - 1 + all("Deployment").length + all("Job").length);
    for (const [workload, namespace] of workloads) {
      needs([workload], [recording.declared("Namespace", namespace)]);
      needs([workload], all("NetworkPolicy", namespace));
    }
  });

  it("gives a workload its access rule, its rights and its mesh before it runs", () => {
    for (const [name, namespace] of [
      ["dex", "auth"],
      ["oauth2-proxy", "auth"],
      ["echo", "gatehouse-echo"],
    ] as const) {
      needs(
        [recording.declared("Deployment", name, namespace)],
        [recording.declared("AuthorizationPolicy", name, namespace), chart("istiod")],
      );
    }
    needs([recording.declared("Deployment", "dex", "auth")], all("CustomResourceDefinition"));
    needs(
      [recording.declared("Deployment", "dex", "auth")],
      [recording.declared("RoleBinding", "dex-storage", "auth")],
    );
  });

  it("makes every object of a namespace after the namespace", () => {
    const early = recording.objects.filter(({ manifest: { metadata }, resource }) => {
      const { namespace } = metadata;
      // Applications' own namespaces are other people's.
      if (namespace === "monitoring") {
        return false;
      }
      return namespace !== undefined && !recording.waitsFor(resource, recording.declared("Namespace", namespace));
    });
    assert.deepEqual(
      early.map(({ manifest }) => idOf(manifest)),
      [],
    );
  });

  it("makes namespaces, keys and CRDs first, so that they wait for nothing", () => {
    for (const resource of [...all("Namespace"), ...all("CustomResourceDefinition")]) {
      assert.deepEqual(resource.dependencies, [], resource.urn);
    }
  });
});

describe("a first preview", () => {
  it("sees every object, and knows everything but secrets and what they are made from", async () => {
    const preview = await recordPlatform(everything(), { mode: "preview" });
    const update = await recordEverything();
    assert.deepEqual(preview.resources.map(({ urn }) => urn).sort(), update.resources.map(({ urn }) => urn).sort());
    const unknown = preview.objects.filter(({ resource }) => holdsUnknown(resource.inputs));
    assert.deepEqual(
      unknown.map(({ manifest: { kind, metadata } }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort(),
      [
        "Secret auth/dex",
        "Secret auth/gatehouse-ca",
        "Secret auth/oauth2-proxy",
        "Secret cert-manager/gatehouse-ca-1",
        "Secret istio-system/gatehouse-ca",
      ],
    );
    for (const { resource } of unknown) {
      const { stringData, ...rest } = resource.inputs;
      assert(stringData !== undefined && !holdsUnknown(rest), resource.urn);
    }
  });

  it("has chart values without a single unknown, which would hide a chart's objects", async () => {
    const { charts } = await recordPlatform(everything(), { mode: "preview" });
    assert.equal(charts.length, 5);
    for (const { resource } of charts) {
      assert(!holdsUnknown(resource.inputs), resource.name);
    }
  });
});
