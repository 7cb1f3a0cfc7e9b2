import { strict as assert } from "node:assert";
import { type Workload } from "../program/pods";
import { recordEverything, recordPlatform } from "../program/record";
import { type Recording } from "../program/recording";
import { changed, production, settingsOf } from "../stacks/fixture";

const host = "cluster-keys.istio-system.svc.cluster.local";

describe("what hands the cluster's own keys to istiod", () => {
  let recording: Recording;
  before(async () => (recording = await recordEverything()));

  it("may read that one path of the API server, and nothing else", () => {
    const roles = recording.all<{ rules: object[] }>("ClusterRole");
    assert.deepEqual(
      roles.map(({ metadata, rules }) => [metadata.name, rules]),
      [["gatehouse-cluster-keys", [{ nonResourceURLs: ["/openid/v1/jwks"], verbs: ["get"] }]]],
    );
    const bindings = recording.all<{ roleRef: object; subjects: object[] }>("ClusterRoleBinding");
    assert.deepEqual(
      bindings.map(({ roleRef, subjects }) => [roleRef, subjects]),
      [
        [
          { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "gatehouse-cluster-keys" },
          [{ kind: "ServiceAccount", name: "cluster-keys", namespace: "istio-system" }],
        ],
      ],
    );
    const roleBindings = recording.all<{ subjects: { name: string }[] }>("RoleBinding");
    assert(!roleBindings.some(({ subjects }) => subjects.some(({ name }) => name === "cluster-keys")));
  });

  it("shows a certificate of the private CA for the name that istiod asks for", () => {
    const { spec } = recording.object<{ spec: { dnsNames: string[]; issuerRef: object } }>(
      "Certificate",
      "cluster-keys",
      "istio-system",
    );
    assert.deepEqual(spec.dnsNames, [host]);
    assert.deepEqual(spec.issuerRef, { group: "cert-manager.io", kind: "ClusterIssuer", name: "gatehouse-ca-1" });
  });

  it("runs two pods of Istio's Envoy that are probed over TLS", () => {
    const { spec } = recording.object<Workload & { spec: { replicas: number } }>(
      "Deployment",
      "cluster-keys",
      "istio-system",
    );
    const [container] = spec.template.spec.containers;
    const probe = { path: "/ready", port: 8443, scheme: "HTTPS" };
    assert.equal(spec.replicas, 2);
    assert.equal(container?.image, "docker.io/istio/proxyv2:1.31.1-distroless");
    assert.deepEqual(container?.command, ["/usr/local/bin/envoy"]);
    assert.deepEqual([container?.readinessProbe?.httpGet, container?.livenessProbe?.httpGet], [probe, probe]);
    assert.equal((spec.template.spec as { automountServiceAccountToken?: boolean }).automountServiceAccountToken, true);
  });

  it("is there before the rule that needs it", () => {
    const of = (kind: string, name: string) => {
      const found = recording.objects.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name);
      assert(found, `${kind} ${name}`);
      return found.resource;
    };
    assert(recording.waitsFor(of("RequestAuthentication", "tokens"), of("Deployment", "cluster-keys")));
    for (const kind of ["Certificate", "ConfigMap"]) {
      assert(recording.waitsFor(of("Deployment", "cluster-keys"), of(kind, "cluster-keys")), kind);
    }
  });

  it("isn't there where the keys are public, or nobody needs them", async () => {
    const issuer = "https://oidc.example.com";
    for (const cluster of [{ type: "none" }, { type: "public", issuer, audiences: ["a"] }]) {
      const without = await recordPlatform(settingsOf(changed(production(), "machines.cluster", cluster)));
      assert.deepEqual(
        without.objects.filter(({ manifest }) => JSON.stringify(manifest).includes("cluster-keys")),
        [],
      );
    }
  });
});
