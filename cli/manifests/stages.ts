import { namespaces } from "../../stacks/namespaces";
import { type ObjectId } from "./objectId";
import { fullKind, groupOf, isBuiltIn } from "./scope";

/**
 * What is applied together, in order. A stage waits until everything in the one before is ready. That is all that every
 * tool can be told: Argo CD and Flux sort what is inside a stage by lists of their own, in which custom resources come
 * after workloads, and Flux has routes before policies.
 */
export const stages = [
  { name: "definitions", holds: "namespaces, and the definitions of custom resources" },
  {
    name: "foundations",
    holds: "cert-manager and Istio: they answer webhooks, and give pods their networks and sidecars",
  },
  {
    name: "rules",
    holds: "what restricts, what signs, and certificates, all before the first pod that they are about",
  },
  { name: "gate", holds: "everything else: the gate's pods, then what leads to them" },
  {
    name: "tokens",
    holds: "whose tokens count: istiod asks for their keys at once, and Dex has to be there to give them",
  },
] as const;

export type StageName = (typeof stages)[number]["name"];

/** The folder of a stage. Its number stays the same when another stage is empty. */
export function stageFolder(name: StageName): string {
  return `${stages.findIndex((stage) => stage.name === name) + 1}-${name}`;
}

/** The namespaces of those who answer the API server's webhooks and make pods' networks. */
const foundations: readonly string[] = [namespaces.certManager, namespaces.istio, namespaces.cni];

/** The CA's key for cert-manager and its certificate for istiod, which may be in namespaces of somebody else's. */
const authorities = /^gatehouse-(istiod-)?ca-/;

/** Beside istiod, but with a certificate that cert-manager signs (components/clusterKeys.ts): its pods wait for that one. */
const withCertificate: readonly string[] = ["cluster-keys"];

/** The APIs whose objects they answer for; by then nothing else is needed to create one. */
const served = /(^|\.)(cert-manager|istio)\.io$/;

/** What opens a way instead of closing one. */
const opening: readonly string[] = ["Gateway.networking.istio.io", "VirtualService.networking.istio.io"];

/** What an issuer in the gateway's namespace needs, and a given certificate: both are there before the gate. */
const certificates: readonly string[] = ["gatehouse-acme-dns", "gatehouse-edge-given"];

/**
 * Without it nobody has a principal, so it may be late. Where it comes before Dex, istiod asks for keys in vain and tries
 * again after a minute or two (docs/decisions/0009-order-of-creation.md).
 */
const keys = "RequestAuthentication.security.istio.io";

/** Kinds of policies in CEL, and what puts them in force. */
const admissionPolicies = /^(Validating|Mutating)AdmissionPolicy(Binding)?$/;

/**
 * The stage of an object. What nobody here knows is with the gate, since it may need a controller that runs there.
 * A webhook configuration has no namespace; those of the program are cert-manager's and Istio's. A policy of the API server's is
 * a rule: it comes before what it guards, and goes after it.
 */
export function stageOf(id: ObjectId): StageName {
  const kind = fullKind(id);
  if (kind === "Namespace" || kind === "CustomResourceDefinition") {
    return "definitions";
  }
  if (kind === keys) {
    return "tokens";
  }
  if (!isBuiltIn(id)) {
    return served.test(groupOf(id.apiVersion)) && !opening.includes(kind) ? "rules" : "gate";
  }
  if (admissionPolicies.test(kind)) {
    return "rules";
  }
  if (id.namespace !== undefined && withCertificate.includes(id.name)) {
    return "gate";
  }
  if (id.namespace === undefined || foundations.includes(id.namespace) || isAuthority(id)) {
    return "foundations";
  }
  return kind === "NetworkPolicy" || certificates.includes(id.name) ? "rules" : "gate";
}

function isAuthority({ kind, name }: ObjectId): boolean {
  return kind === "Secret" && authorities.test(name);
}

export interface Stage<T> {
  name: StageName;
  objects: T[];
}

/** The stages that have something in them, each with its objects in the order in which they came. */
export function stagesOf<T>(objects: readonly T[], idOf: (object: T) => ObjectId): Stage<T>[] {
  return stages
    .map(({ name }) => ({ name, objects: objects.filter((object) => stageOf(idOf(object)) === name) }))
    .filter((stage) => stage.objects.length > 0);
}
