import { listAt, type Manifest, mapAt } from "../manifest";
import { type Member } from "../rule";
import { AttachedRoutes } from "./attachedRoutes";
import { apiListeners, isApiGateway, isIstioGateway, mapsAt, type Placed, specOf, textAt, textsAt } from "./istio";
import { differ, labelsFrom, type Reach } from "./istioReach";
import { isServiceName } from "./serviceNames";
import { PodPorts } from "./podPorts";
import { leadToHttps } from "./routes";

type Labels = Readonly<Record<string, string>>;

interface Server {
  readonly number: number;
  /** Whether nobody has to be kept from it: all it does is redirect. */
  readonly isRedirect: boolean;
  /** Whether its hosts are Services by their names, which is a way in for the cluster alone. */
  readonly isInternal: boolean;
}

interface Servers {
  readonly labels: Labels;
  readonly servers: readonly Server[];
}

/**
 * At which ports of their pods the requests of Gateways arrive, so that a denial which names ports can be told to name all.
 *
 * What can't be told is never taken for named: Gateways that may or may not be for the same pods, those of the Gateway API
 * that are attached to somebody's Service, ports that nothing among the objects leads to a number.
 */
export class GatewayPorts {
  readonly #members: readonly Member[];
  #gateways: readonly Servers[] | undefined;
  #pods: PodPorts | undefined;

  constructor(members: readonly Member[]) {
    this.#members = members;
  }

  /** Whether these are all at which requests come to a reach's pods, but for redirects and what is for the cluster alone. */
  areAllIn(reach: Reach, named: ReadonlySet<string>): boolean {
    if (reach.targets.length > 0) return false;
    this.#gateways ??= this.#read();
    const own = this.#gateways.filter(({ labels }) => !differ(labels, reach.labels));
    // By labels of other names nobody can tell whether pods are the same.
    if (own.length === 0 || !own.every(({ labels }) => share(labels, reach.labels))) return false;
    const pods = (this.#pods ??= new PodPorts(this.#members));
    return own.every(({ labels, servers }) => {
      const ofPods = { ...reach, labels: { ...labels, ...reach.labels } };
      return servers.every(({ number, isRedirect, isInternal }) => {
        if (isRedirect || (isInternal && !pods.isExposed(ofPods, number))) return true;
        const ports = pods.behind(ofPods, number);
        return ports !== undefined && ports.length > 0 && ports.every((port) => named.has(String(port)));
      });
    });
  }

  #read(): Servers[] {
    const routes = new AttachedRoutes(this.#members);
    const all = this.#members.flatMap((member) =>
      isIstioGateway(member.manifest)
        ? [serversOf(member, routes)]
        : isAttached(member.manifest)
          ? [anywhere(member)]
          : [],
    );
    // Most Gateways are for the same pods, and are asked about once.
    const groups = new Map<string, { labels: Labels; servers: Server[] }>();
    for (const { labels, servers } of all) {
      const key = JSON.stringify(Object.entries(labels).sort());
      const group = groups.get(key);
      if (group) group.servers.push(...servers);
      else groups.set(key, { labels, servers: [...servers] });
    }
    return [...groups.values()];
  }
}

function serversOf(member: Member, routes: AttachedRoutes): Servers {
  const spec = specOf(member.manifest);
  return {
    labels: labelsFrom(spec["selector"], "spec.selector"),
    servers: mapsAt(spec["servers"], "spec.servers").map((server) => serverOf(server, member, routes)),
  };
}

function serverOf({ field, map }: Placed, member: Member, routes: AttachedRoutes): Server {
  const port = mapAt(map["port"], `${field}.port`);
  const protocol = textAt(port["protocol"], `${field}.port.protocol`).toUpperCase();
  const hosts = textsAt(map["hosts"], `${field}.hosts`);
  const redirects = mapAt(map["tls"], `${field}.tls`)["httpsRedirect"] === true;
  return {
    number: Number(port["number"]),
    isRedirect: protocol === "HTTP" && (redirects || leadToHttps(routes.ofIstio(member))),
    isInternal:
      protocol === "HTTPS" &&
      hosts.length > 0 &&
      hosts.every((host) => isServiceName(host.slice(host.indexOf("/") + 1))),
  };
}

/** A Gateway of the Gateway API that makes no pods of its own: its listeners are on those behind an address. */
function isAttached(manifest: Manifest): boolean {
  return isApiGateway(manifest) && listAt(specOf(manifest)["addresses"], "spec.addresses").length > 0;
}

function anywhere({ manifest }: Member): Servers {
  const servers = apiListeners(manifest).map(() => ({ number: Number.NaN, isRedirect: false, isInternal: false }));
  return { labels: {}, servers };
}

function share(one: Labels, other: Labels): boolean {
  return Object.keys(one).some((key) => one[key] === other[key]);
}
