import { strict as assert } from "node:assert";
import { flowsOf, type Peer } from "../../components/flows";
import { gateway } from "../../components/topology";
import { ownNamespaces } from "../../stacks/namespaces";
import { type Settings } from "../../stacks/schema";
import { compliantCluster } from "../program/live";
import { recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, existing, settingsOf, type Tree } from "../stacks/fixture";

const cluster = {
  type: "selfSigned",
  issuer: "https://kubernetes.default.svc.cluster.local",
  audiences: ["pipelines"],
};
const everythingExisting = () => changed(existing(), "machines.cluster", cluster);

/** As Pulumi words an error that comes out of a resource's input. */
const inInput = (message: string) => ({ message: `error serializing property "data": ${message}` });

const live = (settings: Settings, id: string, path: string, value: unknown): Record<string, object> => {
  const objects = compliantCluster(settings);
  assert(objects[id], id);
  return { ...objects, [id]: changed(objects[id] as Tree, path, value) };
};

describe("an existing cert-manager and an existing Istio", () => {
  let settings: Settings;
  let recording: Recording;
  before(async () => {
    settings = settingsOf(everythingExisting());
    recording = await recordPlatform(settings);
  });

  it("are not installed, and what is left of the charts is the gateway", () => {
    assert.deepEqual(
      recording.charts.map(({ name }) => name),
      [gateway.name],
    );
    assert.equal(recording.find("Job", "startupapicheck", "cert-manager"), undefined);
  });

  it("get no namespace, no policies and nothing else but the CA, its key, and what was found", () => {
    const foreign = ["mesh", "certificates", "istio-system", "istio-cni", "cert-manager"];
    const [secret] = recording.all("Secret", "mesh");
    assert.match(secret?.metadata.name ?? "", /^gatehouse-istiod-ca-[0-9a-f]{10}$/);
    assert.deepEqual(
      recording.objects
        .filter(({ manifest: { kind, metadata } }) =>
          foreign.includes((kind === "Namespace" ? metadata.name : metadata.namespace) ?? ""),
        )
        .map(({ manifest: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`)
        .sort(),
      [
        "ConfigMap certificates/gatehouse-checked-cert-manager",
        "ConfigMap mesh/gatehouse-checked-istio",
        "Secret certificates/gatehouse-ca-1",
        `Secret mesh/${secret?.metadata.name ?? ""}`,
      ],
    );
    const checked = (name: string, namespace: string) =>
      recording.object<{ data: object }>("ConfigMap", name, namespace).data;
    assert.deepEqual(checked("gatehouse-checked-istio", "mesh"), { istiod: "1.31.1-distroless" });
    assert.deepEqual(checked("gatehouse-checked-cert-manager", "certificates"), { certManager: "v1.21.2" });
  });

  it("leave mutual TLS of the mesh to whoever runs it", () => {
    assert.deepEqual(
      recording
        .all("PeerAuthentication")
        .map(({ metadata }) => metadata.namespace)
        .sort(),
      ["auth", "gatehouse-echo", "ingress"],
    );
  });

  it("are known to the sidecars of sign-in, and no other namespace is beside the gateway's and that of the names", () => {
    const { spec } = recording.object<{ spec: object }>("Sidecar", "default", "auth");
    assert.deepEqual(spec, {
      egress: [{ hosts: ["./*", "ingress/*", "mesh/*", "kube-system/*"] }],
      outboundTrafficPolicy: { mode: "ALLOW_ANY" },
    });
  });

  it("have the cluster's keys handed on in a namespace of the platform's own", () => {
    const { labels } = recording.object("Namespace", "gatehouse-keys").metadata;
    assert.deepEqual(
      [labels?.["pod-security.kubernetes.io/enforce"], labels?.["istio-injection"]],
      ["restricted", "disabled"],
    );
    const host = "cluster-keys.gatehouse-keys.svc.cluster.local";
    const { spec } = recording.object<{ spec: { dnsNames: string[] } }>(
      "Certificate",
      "cluster-keys",
      "gatehouse-keys",
    );
    assert.deepEqual(spec.dnsNames, [host]);
    const { jwtRules } = recording.object<{ spec: { jwtRules: { jwksUri?: string }[] } }>(
      "RequestAuthentication",
      "tokens",
      "ingress",
    ).spec;
    assert.ok(jwtRules.some(({ jwksUri }) => jwksUri === `https://${host}:8443/openid/v1/jwks`));
    const binding = recording.object<{ subjects: object[] }>("ClusterRoleBinding", "gatehouse-cluster-keys");
    assert.deepEqual(binding.subjects, [{ kind: "ServiceAccount", name: "cluster-keys", namespace: "gatehouse-keys" }]);
    assert.deepEqual(
      recording
        .all("NetworkPolicy", "gatehouse-keys")
        .map(({ metadata }) => metadata.name)
        .sort(),
      ["allow-all", "allow-cluster-keys", "default-deny"],
    );
  });

  it("are looked at before anything that stands on them is made", () => {
    const istio = recording.declared("ConfigMap", "gatehouse-checked-istio", "mesh");
    const certManager = recording.declared("ConfigMap", "gatehouse-checked-cert-manager", "certificates");
    const chart = recording.chart(gateway.name).resource;
    const pods = recording.objects.filter(({ manifest: { kind } }) => kind === "Deployment");
    assert.equal(pods.length, 4);
    for (const later of [chart, ...pods.map(({ resource }) => resource)]) {
      assert.ok(recording.waitsFor(later, istio), later.name);
    }
    const custom = recording.objects.filter(({ manifest: { apiVersion } }) => /\.istio\.io\//.test(apiVersion));
    assert.ok(custom.length > 10);
    for (const { resource } of custom) {
      assert.ok(recording.waitsFor(resource, istio), resource.name);
    }
    const issued = recording.objects.filter(({ manifest: { apiVersion } }) =>
      apiVersion.startsWith("cert-manager.io/"),
    );
    assert.ok(issued.length > 3);
    for (const { resource } of issued) {
      assert.ok(recording.waitsFor(resource, certManager), resource.name);
    }
    // istiod's new pods wait for the Secret, so that comes before they are looked at.
    const [authority] = recording.all("Secret", "mesh");
    assert.ok(recording.waitsFor(istio, recording.declared("Secret", authority?.metadata.name ?? "", "mesh")));
  });

  it("are in the network policies by the namespaces that they have", () => {
    const own = ownNamespaces(settings);
    assert.deepEqual(own, ["ingress", "auth", "gatehouse-echo", "gatehouse-keys"]);
    const inOwn = (peer: Peer) =>
      (peer.kind === "workload" || peer.kind === "namespace") && own.includes(peer.namespace);
    const flows = flowsOf(settings);
    assert.ok(flows.every(({ from, to }) => inOwn(from) || inOwn(to)));
    const named = (peer: Peer) => (peer.kind === "workload" ? `${peer.namespace}/${peer.name}` : peer.kind);
    const ends = new Set(flows.flatMap(({ from, to }) => [named(from), named(to)]));
    assert.ok(ends.has("mesh/istiod") && ends.has("gatehouse-keys/cluster-keys"));
    assert.ok(![...ends].some((end) => /^(istio-system|istio-cni|cert-manager)\//.test(end)));
  });

  const mesh = "ConfigMap mesh/istio";
  const foreign = "trustDomain: example.com\ndefaultConfig: { discoveryAddress: istiod.mesh.svc:15012 }\n";
  const istiod = "Deployment mesh/istiod";
  const controller = "Deployment certificates/cert-manager";

  it("stop the update with each difference and its mend", async () => {
    const objects = live(settings, mesh, "data.mesh", foreign);
    await assert.rejects(
      recordPlatform(settings, { live: objects }),
      inInput(
        [
          "The Istio in mesh is not as the gate needs it, and no pod of the gate was made (npm run mesh prints the values): 3 differences.",
          '  ConfigMap mesh/istio: trustDomain: "example.com"',
          "    write cluster.local: the gate's policies name identities of that domain",
          "  ConfigMap mesh/istio: extensionProviders[oauth2-proxy]: (not set)",
          "    have exactly one entry of this name, as gatehouse mesh prints it",
          "  ConfigMap mesh/istio: pathNormalization.normalization: (not set)",
          "    write DECODE_AND_MERGE_SLASHES: policies and routes must see one spelling of a path (CVE-2021-31920, CVE-2021-39156)",
        ].join("\n"),
      ),
    );
    const old = live(settings, controller, "spec.template.spec.serviceAccountName", "other");
    await assert.rejects(
      recordPlatform(settings, { live: old }),
      inInput(
        [
          "The cert-manager in certificates is not as the platform needs it, and nothing was issued: 1 difference.",
          '  Deployment certificates/cert-manager: serviceAccountName: "other"',
          "    write cert-manager: the platform gives its rights to that account",
        ].join("\n"),
      ),
    );
  });

  it("stop a preview, too, where the cluster can be seen", async () => {
    const objects = live(settings, mesh, "data.mesh", foreign);
    await assert.rejects(recordPlatform(settings, { live: objects, mode: "preview" }), /3 differences/);
  });

  it("stop the update where one of them is not there", async () => {
    for (const id of [
      mesh,
      "ConfigMap mesh/istio-sidecar-injector",
      istiod,
      "MutatingWebhookConfiguration istio-sidecar-injector-mesh",
      controller,
      "ClusterRole cert-manager-edit",
    ]) {
      const { [id]: gone, ...others } = compliantCluster(settings);
      assert.ok(gone);
      await assert.rejects(recordPlatform(settings, { live: others }), new RegExp(`there is no ${id}$`));
    }
  });

  for (const [title, path, value] of [
    ["istiod's controller has not seen the last change", "status.observedGeneration", 2],
    ["old pods of istiod still run", "status.updatedReplicas", 1],
    ["none of istiod's pods is ready", "status.readyReplicas", undefined],
    ["istiod has no status", "status", {}],
  ] as const) {
    it(`stop the update while ${title}, and not a preview`, async () => {
      const objects = live(settings, istiod, path, value);
      await assert.rejects(
        recordPlatform(settings, { live: objects }),
        inInput(
          "istiod still runs pods from before its last change, and no pod of the gate was made. Wait, and run pulumi up again: kubectl rollout status -n mesh deployment/istiod",
        ),
      );
      await recordPlatform(settings, { live: objects, mode: "preview" });
    });
  }

  it("let a preview pass that sees nothing of the cluster", async () => {
    const preview = await recordPlatform(settings, { live: {}, mode: "preview" });
    assert.ok(preview.find("ConfigMap", "gatehouse-checked-istio", "mesh"));
  });

  it("can be one without the other", async () => {
    const names = async (without: string) =>
      (await recordPlatform(settingsOf(changed(existing(), without, undefined)))).charts.map(({ name }) => name).sort();
    assert.deepEqual(await names("certManager"), ["cert-manager", gateway.name]);
    assert.deepEqual(await names("istio"), ["base", "cni", gateway.name, "istiod"]);
  });

  it("have another Secret for istiod when its CA is another, so that no istiod runs with an old one", async () => {
    const nameWith = async (path: string, value: unknown) =>
      (await recordPlatform(settingsOf(changed(everythingExisting(), path, value)))).all("Secret", "mesh")[0]?.metadata
        .name;
    const names = await Promise.all([
      nameWith("replicas", 3),
      nameWith("rotation.certificateAuthority", 2),
      nameWith("certificates.caDuration", "43800h"),
    ]);
    assert.equal(new Set(names).size, 3);
    assert.equal(names[0], recording.all("Secret", "mesh")[0]?.metadata.name);
  });
});
