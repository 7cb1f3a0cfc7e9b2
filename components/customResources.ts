/**
 * Custom resources of Istio and cert-manager as typed Pulumi resources: the compiler checks the specs against the CRDs'
 * own schemas, and the tests check the rendered objects.
 */
// Kind by kind: the index of a group brings types of a megabyte, which every check of the types would read.
import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import type { IClusterIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1/ClusterIssuer";
import type { IIssuer } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Issuer";
import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1/Gateway";
import type { ISidecar } from "@kubernetes-models/istio/networking.istio.io/v1/Sidecar";
import type { IVirtualService } from "@kubernetes-models/istio/networking.istio.io/v1/VirtualService";
import type { IEnvoyFilter } from "@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter";
import type { IAuthorizationPolicy } from "@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy";
import type { IPeerAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication";
import type { IRequestAuthentication } from "@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

interface Metadata {
  name: string;
  /** Absent for cluster-scoped kinds. */
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface Manifest<Spec> {
  metadata: Metadata;
  spec: Spec;
}

/** The constructor of one kind; the spec is plain data, because policies must be able to read all of it. */
type Kind<Model extends { spec?: unknown }> = new (
  name: string,
  manifest: Manifest<NonNullable<Model["spec"]>>,
  opts: pulumi.CustomResourceOptions,
) => k8s.apiextensions.CustomResource;

function kind<Model extends { spec?: unknown }>(apiVersion: string, kindName: string): Kind<Model> {
  return class extends k8s.apiextensions.CustomResource {
    constructor(name: string, manifest: Manifest<NonNullable<Model["spec"]>>, opts: pulumi.CustomResourceOptions) {
      super(name, { apiVersion, kind: kindName, ...manifest }, opts);
    }
  };
}

export class AuthorizationPolicy extends kind<IAuthorizationPolicy>("security.istio.io/v1", "AuthorizationPolicy") {}
export class Certificate extends kind<ICertificate>("cert-manager.io/v1", "Certificate") {}
export class ClusterIssuer extends kind<IClusterIssuer>("cert-manager.io/v1", "ClusterIssuer") {}
export class EnvoyFilter extends kind<IEnvoyFilter>("networking.istio.io/v1alpha3", "EnvoyFilter") {}
export class Gateway extends kind<IGateway>("networking.istio.io/v1", "Gateway") {}
export class Issuer extends kind<IIssuer>("cert-manager.io/v1", "Issuer") {}
export class PeerAuthentication extends kind<IPeerAuthentication>("security.istio.io/v1", "PeerAuthentication") {}
export class RequestAuthentication extends kind<IRequestAuthentication>(
  "security.istio.io/v1",
  "RequestAuthentication",
) {}
export class Sidecar extends kind<ISidecar>("networking.istio.io/v1", "Sidecar") {}
/** `redirect.prefixRewrite` is in the CRDs of the pinned Istio and not yet in the schemas' package. */
interface RedirectsByPrefix {
  spec?: { http?: { redirect?: { prefixRewrite?: string } }[] };
}

export class VirtualService extends kind<IVirtualService & RedirectsByPrefix>(
  "networking.istio.io/v1",
  "VirtualService",
) {}
