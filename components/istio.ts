import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { meshConfig } from "../documents/istio/meshConfig";
import { chartImage } from "../stacks/images";
import { type Settings } from "../stacks/schema";
import { authorityVersion, type CertificateAuthority } from "./certificateAuthority";
import { lockedChart } from "./chart";
import { type Flow } from "./flows";
import { GuardedNamespace } from "./guardedNamespace";
import { type IdentityProvider } from "./identityProvider";
import { topologySpread } from "./spread";
import { caSecret, istiod, namespaces, oauth2Proxy, trustDomain } from "./topology";

export interface IstioArgs {
  settings: Settings;
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
    { settings, flows, provider, certificateAuthority }: IstioArgs,
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
        key: "extra.pem",
        ...(provider.authority.type === "given" ? { others: provider.authority.certificate } : {}),
      },
      { parent: this },
    );
    const istiodChart = lockedChart(
      istiod.name,
      { chart: "istiod", namespace: namespaces.istio, values: istiodValues(settings, provider), mirror },
      { parent: this, dependsOn: [base, cni, authority] },
    );
    this.ready = istiodChart;
    if (settings.istio.strictMtls === "mesh") {
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

/** The charts' own profiles for clusters that keep CNI plugins elsewhere, or ration critical pods. */
function platformOf(platform: string | undefined): { platform?: string } {
  return platform === undefined ? {} : { platform };
}

/** Where Istio's images are; its charts know them by one registry path and one tag. */
function imagesOf({ mirror }: Settings): { hub: string; tag: string } {
  const { hub, tag } = chartImage("istio-pilot", mirror.images);
  return { hub, tag };
}

function cniValues(settings: Settings): Record<string, unknown> {
  return {
    global: { ...platformOf(settings.cluster.platform), ...imagesOf(settings) },
    excludeNamespaces: ["kube-system", namespaces.cni],
    seccompProfile: runtimeDefault,
    resources: { requests: { cpu: "50m", memory: "100Mi" }, limits: { memory: "256Mi" } },
  };
}

function istiodValues(settings: Settings, { authority }: IdentityProvider): Record<string, unknown> {
  const { replicas, cluster } = settings;
  return {
    autoscaleMin: replicas,
    autoscaleMax: Math.max(replicas, 5),
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "2Gi" } },
    topologySpreadConstraints: topologySpread({ app: "istiod" }),
    seccompProfile: runtimeDefault,
    cni: { enabled: true },
    // istiod gives up on keys that it could not fetch within five seconds of its start, and asks again only when it builds a
    // listener. That is when a proxy connects anew: at the chart's 30 minutes a restarted cluster let nobody in for as long.
    keepaliveMaxServerConnectionAge: "2m",
    base: failClosedFromTheStart,
    global: {
      ...platformOf(cluster.platform),
      ...imagesOf(settings),
      proxy: {
        seccompProfile: runtimeDefault,
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "512Mi" } },
      },
    },
    // Injected gateways listen above 1024 and so need no sysctl.
    gateways: {
      securityContext: { runAsNonRoot: true, seccompProfile: runtimeDefault },
      seccompProfile: runtimeDefault,
    },
    env: {
      // A Gateway resource configures gateways of its own namespace only; otherwise any tenant could open a listener here.
      PILOT_SCOPE_GATEWAY_TO_NAMESPACE: "true",
      // istiod fetches keys, and keeps the last ones when an issuer is away: running sessions survive Dex.
      PILOT_JWT_ENABLE_REMOTE_JWKS: "false",
      // Dex signs with a new key at once after a rotation, so the old set may not live for Istio's default of 20 minutes.
      PILOT_JWT_PUB_KEY_REFRESH_INTERVAL: "1m",
      // CVE-2026-41413: whoever may write a RequestAuthentication could have istiod ask the cloud's metadata server.
      BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10",
      ENABLE_DEBUG_ENDPOINT_AUTH: "true",
      XDS_AUTH: "true",
    },
    volumes: [
      { name: caSecret, secret: { secretName: caSecret } },
      { name: "injector", configMap: { name: injectorTemplate } },
    ],
    volumeMounts: [
      // istiod reads this one file besides the system's roots, at its start; a rotation of the CA restarts it.
      { name: caSecret, mountPath: "/cacerts", readOnly: true },
      // Nobody reads this one: it keeps pods waiting until the chart's other objects are there.
      { name: "injector", mountPath: "/var/run/gatehouse/injector", readOnly: true },
    ],
    podAnnotations: {
      "gatehouse/certificate-authority": authorityVersion(settings),
      ...(authority.type === "given" ? { "gatehouse/given-authority": fingerprint(authority.certificate) } : {}),
    },
    meshConfig: meshConfig({
      trustDomain,
      provider: oauth2Proxy.extensionProvider,
      // With its namespace: a tenant's ServiceEntry for the same host would make the provider ambiguous, and deny everybody.
      service: `${oauth2Proxy.namespace}/${oauth2Proxy.host}`,
      port: oauth2Proxy.ports.http,
      checkPrefix: oauth2Proxy.checkPrefix,
    }),
  };
}

/** Changes with a text, for whatever reads it at its start only. */
function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
