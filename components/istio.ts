import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { extraAuthorities } from "../documents/istio/istiodOptions";
import { chartImage } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { authorityVersion, type CertificateAuthority } from "./certificateAuthority";
import { lockedChart } from "./chart";
import { profileOf, webhookAnnotations } from "./clusterPlatform";
import { type Flow } from "./flows";
import { GuardedNamespace } from "./guardedNamespace";
import { type IdentityProvider } from "./identityProvider";
import { keyAuthorities } from "./keyAuthorities";
import { gateMesh, meshValues } from "./meshValues";
import { topologySpread } from "./spread";
import { caSecret, istiod, namespaces } from "./topology";

export interface IstioArgs {
  settings: Settings;
  strictMtls: Extract<Settings["istio"], { type: "installed" }>["strictMtls"];
  flows: readonly Flow[];
  provider: IdentityProvider;
  /** Signs the address at which istiod fetches Dex's keys. */
  certificateAuthority: CertificateAuthority;
}

/** Istio's control plane and its node agent from the official charts. */
export class Istio extends pulumi.ComponentResource {
  /** Istio's objects and pods with sidecars wait for this. */
  readonly ready: pulumi.Resource;

  constructor(
    name: string,
    { settings, strictMtls, flows, provider, certificateAuthority }: IstioArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("gatehouse:index:Istio", name, {}, opts);
    const mirror = settings.mirror.charts;
    const controlPlane = new GuardedNamespace(
      namespaces.istio,
      { namespace: namespaces.istio, podSecurity: "restricted", sidecars: false, flows },
      { parent: this },
    );
    const nodeAgent = new GuardedNamespace(
      namespaces.cni,
      {
        namespace: namespaces.cni,
        podSecurity: "privileged",
        reason: "istio-cni writes the node's CNI configuration and enters pods' network namespaces",
        sidecars: false,
        flows,
      },
      { parent: this },
    );
    const base = lockedChart(
      `${name}-base`,
      {
        chart: "base",
        namespace: namespaces.istio,
        values: { defaultRevision: "default", base: failClosedFromTheStart },
        mirror,
      },
      { parent: this, dependsOn: controlPlane.ready },
    );
    const cni = lockedChart(
      `${name}-cni`,
      { chart: "cni", namespace: namespaces.cni, values: cniValues(settings), mirror },
      { parent: this, dependsOn: [...nodeAgent.ready, base] },
    );
    const authority = certificateAuthority.distribute(
      `${name}-ca`,
      {
        namespace: controlPlane.metadataName,
        key: extraAuthorities.file,
        others: keyAuthorities(settings, provider),
      },
      { parent: this },
    );
    const istiodChart = lockedChart(
      istiod.name,
      { chart: "istiod", namespace: namespaces.istio, values: istiodValues(settings, provider), mirror },
      { parent: this, dependsOn: [base, cni, authority] },
    );
    this.ready = istiodChart;
    if (strictMtls === "mesh") {
      // In the root namespace a policy without a selector holds for the whole mesh.
      controlPlane.requireMutualTls({ dependsOn: istiodChart });
    }
    this.registerOutputs({});
  }
}

/**
 * The charts' own default is a webhook that lets everything through until istiod changes it to `Fail`. That change
 * would show as drift and as a conflict of field managers, and here nothing is created before istiod is ready.
 */
const failClosedFromTheStart = { validationFailurePolicy: "Fail" };

/**
 * The chart's ConfigMap without which istiod, at its start, decides for good that it injects nothing. Helm would create
 * it before the Deployment; Pulumi creates both at once, and every pod with a sidecar would then be refused.
 */
const injectorTemplate = "istio-sidecar-injector";

const runtimeDefault = { type: "RuntimeDefault" };

/** Where Istio's images are; its charts know them by one registry path and one tag. */
function imagesOf({ mirror }: Settings): { hub: string; tag: string } {
  const { hub, tag } = chartImage("istio-pilot", mirror.images);
  return { hub, tag };
}

function cniValues(settings: Settings): Record<string, unknown> {
  return {
    global: { ...profileOf(settings.cluster), ...imagesOf(settings) },
    excludeNamespaces: ["kube-system", namespaces.cni],
    seccompProfile: runtimeDefault,
    resources: { requests: { cpu: "50m", memory: "100Mi" }, limits: { memory: "256Mi" } },
  };
}

function istiodValues(settings: Settings, provider: IdentityProvider): Record<string, unknown> {
  const { replicas, cluster } = settings;
  const required = meshValues(gateMesh(settings), caSecret);
  const others = keyAuthorities(settings, provider);
  // The validating webhook has no namespaceSelector of its own that could be in conflict.
  const annotations = webhookAnnotations(cluster);
  return {
    ...required,
    ...(annotations === undefined ? {} : { sidecarInjectorWebhookAnnotations: annotations }),
    autoscaleMin: replicas,
    autoscaleMax: Math.max(replicas, 5),
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } },
    topologySpreadConstraints: topologySpread({ app: "istiod" }),
    seccompProfile: runtimeDefault,
    base: failClosedFromTheStart,
    global: {
      ...profileOf(cluster),
      ...imagesOf(settings),
      proxy: {
        ...required.global.proxy,
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "512Mi" } },
      },
    },
    volumes: [...required.volumes, { name: "injector", configMap: { name: injectorTemplate } }],
    volumeMounts: [
      ...required.volumeMounts,
      // Nobody reads this one: it keeps pods waiting until the chart's other objects are there.
      { name: "injector", mountPath: "/var/run/gatehouse/injector", readOnly: true },
    ],
    podAnnotations: {
      "gatehouse/certificate-authority": authorityVersion(settings),
      ...(others === undefined ? {} : { "gatehouse/given-authority": fingerprint(others) }),
    },
  };
}

/** Changes with a text, for whatever reads it at its start only. */
function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
