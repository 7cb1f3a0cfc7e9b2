import { type Manifest, mapAt } from "../manifest";
import { type Member } from "../rule";
import { mapsAt, specOf } from "./istio";
import { differ, labelsFrom, type Reach } from "./istioReach";
import { governs, isNetworkPolicy, trafficRules } from "./networkPolicies";

type Labels = Readonly<Record<string, string>>;

interface Service {
  readonly labels: Labels;
  readonly isExposed: boolean;
  readonly ports: readonly { readonly port: number; readonly target: unknown }[];
}

interface Guard {
  readonly labels: Labels;
  /** Whether it is about every pod with these labels. */
  readonly isCertain: boolean;
  readonly opens: (port: number) => boolean;
}

/** Istio's gateways without the right to ports below 1024 listen there in their place. */
const unprivileged: Readonly<Record<number, number>> = { 80: 8080, 443: 8443 };

/** Which ports of pods a port of a Gateway leads to, by the Services that select them and what NetworkPolicies leave open. */
export class PodPorts {
  readonly #services: ByNamespace<Service>;
  readonly #guards: ByNamespace<Guard>;

  constructor(members: readonly Member[]) {
    this.#services = new ByNamespace(members, isService, serviceOf);
    this.#guards = new ByNamespace(
      members,
      (manifest) => isNetworkPolicy(manifest) && governs(manifest, "ingress"),
      guardOf,
    );
  }

  /** Every port that may be the one; nothing where it has no number. */
  behind({ namespace, inRoot, labels }: Reach, port: number): readonly number[] | undefined {
    const found = this.#leading(namespace, inRoot, labels, port);
    const targets = found.flatMap(({ ports }) => ports.filter((one) => one.port === port).map(({ target }) => target));
    if (!targets.every((target) => typeof target === "number")) return undefined;
    // Istio goes by such a Service (resolvePorts in pilot/pkg/model/gateway.go); without, it may be one that isn't here.
    if (found.some((service) => within(service.labels, labels))) return targets;
    const usual = [port, ...(unprivileged[port] === undefined ? [] : [unprivileged[port]])];
    const guards = inRoot ? [] : this.#guards.of(namespace).filter((guard) => !differ(guard.labels, labels));
    const isGuarded = guards.some((guard) => guard.isCertain && within(guard.labels, labels));
    return [...targets, ...(isGuarded ? usual.filter((one) => guards.some(({ opens }) => opens(one))) : usual)];
  }

  /** Whether a Service leads there that is for more than the cluster. */
  isExposed({ namespace, inRoot, labels }: Reach, port: number): boolean {
    return this.#leading(namespace, inRoot, labels, port).some(({ isExposed }) => isExposed);
  }

  #leading(namespace: string, inRoot: boolean, labels: Labels, port: number): Service[] {
    // From the root namespace an object is about pods of every namespace.
    return (inRoot ? this.#services.all : this.#services.of(namespace)).filter(
      (service) => !differ(service.labels, labels) && service.ports.some((one) => one.port === port),
    );
  }
}

class ByNamespace<T> {
  readonly all: T[] = [];
  readonly #groups = new Map<string, T[]>();

  constructor(members: readonly Member[], isOne: (manifest: Manifest) => boolean, read: (manifest: Manifest) => T) {
    for (const { manifest, namespace } of members.filter((member) => isOne(member.manifest))) {
      const one = read(manifest);
      this.all.push(one);
      const group = this.#groups.get(namespace);
      if (group) group.push(one);
      else this.#groups.set(namespace, [one]);
    }
  }

  of(namespace: string): readonly T[] {
    return this.#groups.get(namespace) ?? [];
  }
}

/** One without a selector leads to no pods by itself. */
function isService(manifest: Manifest): boolean {
  if (manifest.apiVersion !== "v1" || manifest.kind !== "Service") return false;
  return Object.keys(mapAt(specOf(manifest)["selector"], "spec.selector")).length > 0;
}

function serviceOf(manifest: Manifest): Service {
  const spec = specOf(manifest);
  return {
    labels: labelsFrom(spec["selector"], "spec.selector"),
    isExposed: (spec["type"] ?? "ClusterIP") !== "ClusterIP" || (spec["externalIPs"] ?? null) !== null,
    ports: mapsAt(spec["ports"], "spec.ports").map(({ map }) => ({
      port: Number(map["port"]),
      target: map["targetPort"] ?? map["port"],
    })),
  };
}

function guardOf(manifest: Manifest): Guard {
  const selector = mapAt(specOf(manifest)["podSelector"], "spec.podSelector");
  const ports = trafficRules(manifest, "ingress").map((rule) => rule.ports);
  return {
    labels: labelsFrom(selector["matchLabels"], "spec.podSelector.matchLabels"),
    isCertain: (selector["matchExpressions"] ?? null) === null,
    opens: (wanted) =>
      ports.some(
        (list) =>
          list.length === 0 ||
          list.some(({ port, endPort }) => typeof port !== "number" || isBetween(wanted, port, endPort ?? port)),
      ),
  };
}

function isBetween(wanted: number, first: number, last: unknown): boolean {
  return wanted >= first && wanted <= Number(last);
}

/** Whether whatever has the labels of the second has those of the first. */
function within(one: Labels, other: Labels): boolean {
  return Object.keys(one).every((key) => one[key] === other[key]);
}
