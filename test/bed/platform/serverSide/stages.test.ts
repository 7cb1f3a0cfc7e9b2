import assert from "node:assert/strict";
import { type Api } from "../../../../bed/platform/cluster/api";
import { type KubernetesObject, nameOf } from "../../../../bed/platform/cluster/object";
import { type LeftOut } from "../../../../bed/platform/leftOut";
import { idOf, readApplied, writeApplied } from "../../../../bed/platform/serverSide/applied";
import { settle, sortOut } from "../../../../bed/platform/serverSide/deploy";
import { fillGenerated } from "../../../../bed/platform/serverSide/manifests";
import { readObjects } from "../../../../bed/platform/serverSide/render";
import { webhooksTrusted } from "../../../../bed/platform/serverSide/webhooks";
import { Steps } from "../../../../bed/platform/steps";
import { writeOutput } from "../../../../cli/manifests/folder";
import { type PlainObject } from "../../../../cli/manifests/shape";
import { type StageName, stagesOf } from "../../../../cli/manifests/stages";
import { temporaryFolder } from "../../../cli/gatehouse";

const object = (apiVersion: string, kind: string, namespace: string | undefined, name: string, more: object = {}) =>
  ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...more,
  }) as KubernetesObject;
const deployment = (namespace: string, name: string, image: string) =>
  object("apps/v1", "Deployment", namespace, name, { spec: { template: { spec: { containers: [{ name, image }] } } } });
const hook = (kind: string, namespace: string) =>
  object("admissionregistration.k8s.io/v1", kind, undefined, `${namespace}-hook`, {
    webhooks: [{ name: "h", clientConfig: { service: { namespace } } }],
  });
const objects = [
  object("v1", "Namespace", undefined, "auth"),
  object("apiextensions.k8s.io/v1", "CustomResourceDefinition", undefined, "gateways"),
  object("v1", "Secret", "auth", "dex"),
  object("v1", "Secret", "istio-system", "ca"),
  deployment("auth", "dex", "dex:v1"),
  deployment("cert-manager", "webhook", "quay.io/jetstack/cert-manager-webhook:v1"),
  deployment("istio-system", "istiod", "pilot:v1"),
  object("networking.istio.io/v1", "Gateway", "ingress", "gatehouse"),
  object("security.istio.io/v1", "PeerAuthentication", "istio-system", "default"),
  object("cert-manager.io/v1", "ClusterIssuer", undefined, "ca"),
  hook("MutatingWebhookConfiguration", "istio-system"),
  hook("ValidatingWebhookConfiguration", "cert-manager"),
];

describe("the order in which the bed applies a stack", () => {
  const folder = temporaryFolder();
  after(folder.remove);

  it("is that of the folder that the preview writes, stage by stage", () => {
    const written = objects.map((value) => ({ id: idOf(value), value: value as PlainObject }));
    writeOutput({ directory: folder.path("out"), project: "p", stack: "dev", objects: written, generated: [] });
    assert.deepEqual(
      stagesOf(readObjects(folder.path("out")), idOf).map((stage) => [stage.name, stage.objects.map(nameOf)]),
      [
        ["definitions", ["Namespace auth", "CustomResourceDefinition gateways"]],
        [
          "foundations",
          [
            "Secret istio-system/ca",
            "MutatingWebhookConfiguration istio-system-hook",
            "ValidatingWebhookConfiguration cert-manager-hook",
            "Deployment cert-manager/webhook",
            "Deployment istio-system/istiod",
          ],
        ],
        ["rules", ["PeerAuthentication istio-system/default", "ClusterIssuer ca"]],
        ["gate", ["Secret auth/dex", "Deployment auth/dex", "Gateway ingress/gatehouse"]],
      ],
    );
  });

  it("waits for every workload whose image is there, and leaves out webhooks that nobody would answer", () => {
    const complete = sortOut(objects, { certManager: false, image: () => false });
    assert.equal(complete.applied.length, objects.length);
    assert.equal(complete.workloads.size, 3);
    assert.deepEqual(complete.left, []);
    const without = sortOut(objects, { certManager: true, image: (image) => image.includes("cert-manager") });
    assert.equal(without.applied.length, objects.length - 1);
    assert.deepEqual([...without.workloads].map(nameOf), ["Deployment auth/dex", "Deployment istio-system/istiod"]);
    assert.deepEqual(
      without.left.map((text) => text.slice(0, 60)),
      [
        "Deployment cert-manager/webhook was applied and does not run",
        "ValidatingWebhookConfiguration cert-manager-hook was not app",
      ],
    );
  });

  it("waits until every webhook has the CA of whoever answers it", async () => {
    const trusted = (caBundle?: string) => ({
      pathOf: () => Promise.resolve("/x"),
      get: <T>() => Promise.resolve({ webhooks: [{ name: "h", clientConfig: { caBundle } }] } as T),
    });
    await webhooksTrusted(objects, trusted("Q0E="), 0);
    await assert.rejects(webhooksTrusted(objects, trusted(), 0), /not done within 0 s/);
  });

  it("has certificates before the gate's pods, from cert-manager or from the bed in its place", async () => {
    const certificate = object("cert-manager.io/v1", "Certificate", "ingress", "edge", {
      status: { conditions: [{ type: "Ready", status: "False", message: "not issued" }] },
    });
    const api = {
      pathOf: () => Promise.resolve("/x"),
      get: () => Promise.resolve(certificate),
      list: () => Promise.resolve([]),
    } as unknown as Api;
    const waited = (name: StageName, certManager: boolean) =>
      settle(
        { name, objects: [certificate] },
        {
          leftOut: { certManager } as LeftOut,
          api,
          patience: 0,
          steps: new Steps(() => undefined),
          workloads: new Set<KubernetesObject>(),
        },
      );
    await assert.rejects(waited("rules", false), /waiting for cert-manager/);
    assert.deepEqual(await waited("rules", true), ["cert-manager: 0 certificates signed by the bed"]);
    assert.deepEqual(await waited("gate", false), []);
  });

  it("has values that the preview left out, filled in memory", async () => {
    const read = ["b", "a"].map((name) => object("v1", "Secret", "auth", name, { stringData: {} }));
    const missing = { apiVersion: "v1", kind: "Secret", namespace: "auth", name: "a", path: "stringData.k" };
    const value = { ...missing, why: "unknown" as const, from: [] };
    await fillGenerated(read, [value], { make: () => Promise.resolve("made") });
    assert.deepEqual(read[1]?.stringData, { k: "made" });
    await assert.rejects(
      fillGenerated(read, [{ ...value, name: "c" }], { make: () => Promise.resolve("") }),
      /left out of Secret c/,
    );
  });

  it("is remembered, so that the next run removes what is gone", () => {
    const file = folder.path("applied.json");
    assert.deepEqual(readApplied(file), []);
    const id = { apiVersion: "v1", kind: "Secret", namespace: "auth", name: "a" };
    writeApplied(file, [id]);
    assert.deepEqual(readApplied(file), [id]);
  });
});
