import { nameOf } from "../manifest";
import { type Member } from "../rule";
import { isKind, mapsAt, specOf, textAt } from "./istio";
import { gatewaysOf, type Route, routesOf } from "./routes";

/** A route with what it says of the listener that it is for; nothing where it is for all of them. */
interface Attached {
  readonly listener: unknown;
  readonly member: Member;
}

/** The routes among the objects, by the gateway that they are for. One that can't be read may be for any. */
export class AttachedRoutes {
  readonly #virtual: ByGateway;
  readonly #api: ByGateway;
  readonly #ofIstio = new Map<Member, readonly Route[]>();

  constructor(members: readonly Member[]) {
    this.#virtual = new ByGateway(
      members.filter(({ manifest }) => isKind(manifest, "VirtualService")),
      ({ manifest, namespace }) => gatewaysOf(manifest, namespace).map((gateway) => ({ gateway, listener: undefined })),
    );
    this.#api = new ByGateway(
      members.filter(({ manifest }) => isKind(manifest, "HTTPRoute")),
      parentsOf,
    );
  }

  /** The routes of VirtualServices at an Istio Gateway. */
  ofIstio(gateway: Member): readonly Route[] {
    // Each of a Gateway's servers asks for the same.
    const known = this.#ofIstio.get(gateway);
    if (known) return known;
    const routes = this.#virtual.of(gateway).flatMap(({ member }) => routesOf(member.manifest));
    this.#ofIstio.set(gateway, routes);
    return routes;
  }

  /** The routes of HTTPRoutes at a listener of a Gateway of the Gateway API. */
  ofApi(gateway: Member, listener: unknown): Route[] {
    const attached = this.#api.of(gateway).filter((each) => (each.listener ?? listener) === listener);
    return [...new Set(attached.map(({ member }) => member))].flatMap(({ manifest }) => routesOf(manifest));
  }
}

/** An HTTPRoute attaches to a Gateway, or to one of its listeners by name. */
function parentsOf(route: Member): { gateway: string; listener: unknown }[] {
  return mapsAt(specOf(route.manifest)["parentRefs"], "spec.parentRefs").map(({ field, map }) => ({
    gateway: `${textAt(map["namespace"], `${field}.namespace`) || route.namespace}/${textAt(map["name"], `${field}.name`)}`,
    listener: map["sectionName"],
  }));
}

class ByGateway {
  readonly #known = new Map<string, Attached[]>();
  readonly #unread: Attached[] = [];

  constructor(routes: readonly Member[], gatewaysOfRoute: (route: Member) => { gateway: string; listener: unknown }[]) {
    for (const member of routes) {
      try {
        for (const { gateway, listener } of gatewaysOfRoute(member)) {
          const group = this.#known.get(gateway);
          if (group) group.push({ member, listener });
          else this.#known.set(gateway, [{ member, listener }]);
        }
      } catch {
        this.#unread.push({ member, listener: undefined });
      }
    }
  }

  of({ manifest, namespace }: Member): readonly Attached[] {
    return [...(this.#known.get(`${namespace}/${nameOf(manifest)}`) ?? []), ...this.#unread];
  }
}
