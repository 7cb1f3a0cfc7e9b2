/** What would take somebody else's host, or what a browser sends there, or lead it elsewhere: each is refused. */
import { notebook, notebookRoute } from "./controllersRoutes";
import { hostileRoutes } from "./hostileRoutes";
import { type HttpRoute, type NotebookPlace, type VirtualServiceSpec, type VirtualServiceTry } from "./virtualServices";

export function hostileVirtualServices(place: NotebookPlace): VirtualServiceTry[] {
  return [...names(place), ...hosts(place), ...gateways(place), ...fields(place), ...hostileRoutes(place)];
}

function names(place: NotebookPlace): VirtualServiceTry[] {
  const { namespace, domain, clusterDomain, gateway } = place;
  const longest = 63 - namespace.length - 2;
  const tooLong = "n".repeat(longest + 1);
  const of = (name: string) => notebook(place, name);
  const tensorboardOf = (name: string): VirtualServiceSpec => ({
    hosts: ["*"],
    gateways: [gateway],
    http: [{ ...notebookRoute(place, name), match: [{ uri: { prefix: `/tensorboard/${namespace}/${name}/` } }] }],
  });
  const inside = (other: string): VirtualServiceTry => ({
    what: `a notebook of the namespace ${other}`,
    namespace: other,
    spec: notebook({ namespace: other, domain, clusterDomain, gateway, signInHost: place.signInHost }),
    verdict: { refusedWith: `namespace ${other} has no hosts for notebooks` },
  });
  const plainly = "small letters, digits and single hyphens";
  return [
    inside("team--b"),
    inside("xn"),
    inside("n".repeat(61)),
    {
      what: "a name that is too long by one",
      spec: of(tooLong),
      verdict: {
        refusedWith: `has 64 characters, and DNS allows 63; have it under a name of at most ${longest} characters`,
      },
    },
    {
      what: "a tensorboard's name that is too long with what it ends on",
      spec: tensorboardOf("n".repeat(longest)),
      verdict: { refusedWith: `have it under a name of at most ${longest - "--tensorboard".length} characters` },
    },
    {
      what: "a name with two hyphens, which would be a tensorboard's host",
      spec: of("runs--tensorboard"),
      verdict: { refusedWith: `notebook ${namespace}/runs--tensorboard can have no host` },
    },
    { what: "a name with a dot", spec: of("a.b"), verdict: { refusedWith: plainly } },
    { what: "a name with a capital", spec: of("Lab"), verdict: { refusedWith: plainly } },
    { what: "a name that begins with a hyphen", spec: of("-lab"), verdict: { refusedWith: plainly } },
    { what: "no name", spec: of(""), verdict: { refusedWith: plainly } },
  ];
}

function hosts(place: NotebookPlace): VirtualServiceTry[] {
  const { namespace, domain, gateway, signInHost } = place;
  const own = `${namespace}--lab.${domain}`;
  const service = { route: [{ destination: { host: "evil" } }] };
  const refusedWith = "spec.hosts";
  const at = (what: string, list: string[], http: HttpRoute[] = [service]): VirtualServiceTry => ({
    what,
    spec: { hosts: list, gateways: [gateway], http },
    verdict: { refusedWith },
  });
  const prefixed = (prefix: string) => [{ ...service, match: [{ uri: { prefix } }] }];
  return [
    at("another namespace's notebook", [`victim--lab.${domain}`]),
    at("another namespace's, in a controller's clothes", [`victim--lab.${domain}`], [notebookRoute(place)]),
    at("a host of a namespace that begins like its own", [`${namespace}-2--lab.${domain}`]),
    at("its own beside another's", [own, `victim--lab.${domain}`]),
    at("the host of sign-in", [signInHost]),
    at("the domain itself", [domain]),
    at("every host", ["*"]),
    at("every host of the domain", [`*.${domain}`]),
    at("every host of its namespace", [`${namespace}--*.${domain}`]),
    at("every host that ends like its own", [`*--lab.${domain}`]),
    at("every host and its own", ["*", own], [notebookRoute(place)]),
    at("its own in capitals", [own.toUpperCase()]),
    at("its own with a capital", [own.replace(/lab/, "Lab")]),
    at("its own with a dot at the end", [`${own}.`]),
    at("its own with a port", [`${own}:443`]),
    at("a level below its own", [`a.${own}`]),
    at("its own host with three hyphens", [`${namespace}---lab.${domain}`]),
    at("its own host with a hyphen at the end", [`${namespace}--lab-.${domain}`]),
    at("its own host without a name", [`${namespace}--.${domain}`]),
    at("its namespace alone", [`${namespace}.${domain}`]),
    at("its own label on another domain", [`${namespace}--lab.example.net`]),
    at("another domain that ends alike", [`${namespace}--lab.evil${domain}`]),
    at("a domain that any character would do for", [own.replaceAll(".", "x")]),
    at("its own with a line after it", [`${own}\n`]),
    at("a label of 64 characters", [`${namespace}--${"n".repeat(62 - namespace.length)}.${domain}`]),
    at("no hosts", []),
    {
      what: "no field for hosts",
      spec: { gateways: [gateway], http: [service] },
      verdict: { refusedWith },
    },
    {
      what: "every host without a route",
      spec: { hosts: ["*"], gateways: [gateway] },
      verdict: { refusedWith },
    },
    at("every host, and another namespace's path", ["*"], prefixed("/notebook/victim/lab/")),
    at("every host, and a path without a slash at the end", ["*"], prefixed(`/notebook/${namespace}/lab`)),
    at("every host, and a longer path", ["*"], prefixed(`/notebook/${namespace}/lab/a/`)),
    at("every host, and a path of no kind", ["*"], prefixed(`/jupyter/${namespace}/lab/`)),
    at(
      "every host, and its path as an exact one",
      ["*"],
      [{ ...service, match: [{ uri: { exact: `/notebook/${namespace}/lab/` } }] }],
    ),
    at(
      "every host, and its path as a pattern",
      ["*"],
      [{ ...service, match: [{ uri: { regex: `/notebook/${namespace}/lab/.*` } }] }],
    ),
    at("every host, and its path second", ["*"], [service, notebookRoute(place)]),
    at("every host, and a match of a header", ["*"], [{ ...service, match: [{ headers: { a: { exact: "b" } } }] }]),
    at(
      "every host, and a redirect to a stranger's",
      ["*"],
      [
        {
          match: [{ uri: { prefix: `/notebook/${namespace}/lab/` } }],
          redirect: { authority: `victim--lab.${domain}` },
        },
      ],
    ),
    {
      what: "another namespace's host, in v1alpha3",
      version: "v1alpha3",
      spec: { hosts: [`victim--lab.${domain}`], gateways: [gateway], http: [service] },
      verdict: { refusedWith },
    },
  ];
}

function gateways(place: NotebookPlace): VirtualServiceTry[] {
  const [namespace = "", name = ""] = place.gateway.split("/");
  const stranger = { ...notebook(place), hosts: [`victim--lab.${place.domain}`] };
  const under = (what: string, list: string[], refusedWith = "spec.hosts"): VirtualServiceTry => ({
    what,
    spec: { ...stranger, gateways: list },
    verdict: { refusedWith },
  });
  return [
    under("a stranger's host, the gateway by name and namespace", [`${name}.${namespace}`]),
    under("a stranger's host, the gateway by its name in DNS", [`${name}.${namespace}.svc.${place.clusterDomain}`]),
    under("a stranger's host, the gateway by half a name in DNS", [`${name}.${namespace}.svc`]),
    under("a stranger's host, the gateway as one of another domain", [`${name}.${namespace}.example.net`]),
    under("the notebooks' gateway and the mesh", [place.gateway, "mesh"], "spec.gateways"),
    under("the mesh and the notebooks' gateway", ["mesh", place.gateway], "spec.gateways"),
    under("the notebooks' gateway and the gate's", [place.gateway, `${namespace}/gatehouse`], "spec.gateways"),
    under("the notebooks' gateway and one of its namespace", [place.gateway, name], "spec.gateways"),
    under(
      "the notebooks' gateway behind many",
      [...Array.from({ length: 20 }, (_, i) => `a/g${i}`), place.gateway],
      "spec.gateways",
    ),
  ];
}

function fields(place: NotebookPlace): VirtualServiceTry[] {
  const having = (what: string, more: Record<string, unknown>): VirtualServiceTry => ({
    what,
    spec: { ...notebook(place), ...more },
    verdict: { refusedWith: "spec or spec.http[] has" },
  });
  return [
    {
      what: "a mark of what Istio makes itself",
      annotations: { "internal.istio.io/route-semantics": "gateway" },
      spec: notebook(place),
      verdict: { refusedWith: "metadata.annotations has internal.istio.io/route-semantics" },
    },
    {
      what: "33 routes",
      spec: {
        ...notebook(place),
        hosts: [`${place.namespace}--lab.${place.domain}`],
        http: Array.from({ length: 33 }, () => notebookRoute(place)),
      },
      verdict: { refusedWith: "spec.http has 33 routes" },
    },
    having("routes of TCP", { tcp: [{ route: [{ destination: { host: "lab" } }] }] }),
    having("routes of TLS", {
      tls: [{ match: [{ sniHosts: ["a.example.net"] }], route: [{ destination: { host: "lab" } }] }],
    }),
  ];
}
