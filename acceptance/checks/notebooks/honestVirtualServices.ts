/** What Kubeflow's controllers write, and what a tenant may: each is admitted, under the hosts of its namespace. */
import { notebook, notebookRoute, tensorboard, viewer } from "./controllersRoutes";
import { type HttpRoute, type NotebookPlace, type VirtualServiceTry } from "./virtualServices";

export function honestVirtualServices(place: NotebookPlace): VirtualServiceTry[] {
  const { namespace, domain, gateway, signInHost } = place;
  const host = (label: string) => `${namespace}--${label}.${domain}`;
  const lab = host("lab");
  const withRoute = (more: HttpRoute) => ({ ...notebook(place), http: [{ ...notebookRoute(place), ...more }] });
  const admitted = (hosts: string[] = [lab]) => ({ hosts });
  const [gatewayNamespace = "", gatewayName = ""] = gateway.split("/");
  const longest = "n".repeat(63 - namespace.length - 2);
  return [
    {
      what: "a notebook's, as the controller writes it",
      version: "v1alpha3",
      spec: notebook(place),
      verdict: admitted(),
    },
    { what: "the same in v1beta1", version: "v1beta1", spec: notebook(place), verdict: admitted() },
    { what: "the same in v1", spec: notebook(place), verdict: admitted() },
    {
      what: "a tensorboard's, whose limit of five minutes goes",
      version: "v1alpha3",
      spec: tensorboard(place),
      verdict: admitted([host("runs--tensorboard")]),
    },
    {
      what: "a volume's viewer, whose limit of half a minute goes",
      version: "v1alpha3",
      spec: viewer(place),
      verdict: admitted([host("data--viewer")]),
    },
    {
      what: "a controller with ISTIO_HOST for all hosts of notebooks",
      spec: { ...notebook(place), hosts: [`*.${domain}`] },
      verdict: admitted(),
    },
    { what: "one that has its host", spec: { ...notebook(place), hosts: [lab] }, verdict: admitted() },
    {
      what: "one with another host of its namespace",
      spec: { ...notebook(place), hosts: [host("other")] },
      verdict: admitted(),
    },
    {
      what: "a name that fills its label",
      spec: notebook(place, longest),
      verdict: admitted([host(longest)]),
    },
    {
      what: "a code-server or RStudio, whose header says its path",
      spec: withRoute({
        headers: { request: { set: { "X-RStudio-Root-Path": `/notebook/${namespace}/lab/` } } },
        rewrite: { uri: "/" },
      }),
      verdict: admitted(),
    },
    {
      what: "a percent sign that stands for itself",
      spec: withRoute({
        headers: { request: { set: { "X-Share": "100%%" } }, response: { add: { "X-Note": "%%REQ(a)%%" } } },
      }),
      verdict: admitted(),
    },
    {
      what: "one that takes Authorization away, as kubeflow/notebooks#562 does",
      spec: {
        ...withRoute({ headers: { request: { set: {}, remove: ["Authorization"] } } }),
        hosts: [host("notebook--redirect")],
      },
      verdict: admitted(),
    },
    {
      what: "the way to sign-in of kubeflow/notebooks#562",
      spec: {
        hosts: [host("notebook--redirect")],
        gateways: [gateway],
        http: [{ match: [{ uri: { prefix: "/oauth2/" } }], redirect: { authority: signInHost, redirectCode: 307 } }],
      },
      verdict: admitted([host("notebook--redirect")]),
    },
    {
      what: "the way to the notebook of kubeflow/notebooks#562, which gets the host that it leads to",
      spec: {
        hosts: ["*"],
        gateways: [gateway],
        http: [
          {
            match: [{ uri: { prefix: `/notebook/${namespace}/lab/` } }],
            redirect: { authority: host("notebook--redirect"), redirectCode: 307 },
          },
        ],
      },
      verdict: admitted([host("notebook--redirect")]),
    },
    {
      what: "several routes with limits, of which each goes",
      spec: {
        ...notebook(place),
        http: [
          { ...notebookRoute(place), timeout: "5s" },
          notebookRoute(place),
          { ...notebookRoute(place), match: [{ uri: { prefix: "/" } }], timeout: "1h" },
        ],
      },
      verdict: admitted(),
    },
    {
      what: "as many routes as it may have, each with a limit",
      spec: {
        ...notebook(place),
        http: Array.from({ length: 32 }, () => ({ ...notebookRoute(place), timeout: "300s" })),
      },
      verdict: admitted(),
    },
    {
      what: "a tenant's own application on a host of the namespace, with its limit",
      spec: {
        hosts: [host("own")],
        gateways: [gateway],
        http: [{ route: [{ destination: { host: "own", subset: "v2" }, weight: 100 }], timeout: "9s" }],
      },
      verdict: { ...admitted([host("own")]), timeouts: ["9s"] },
    },
    {
      what: "a tenant's application on two hosts of the namespace, with a mirror there",
      spec: {
        hosts: [host("own"), host("own-too")],
        gateways: [gateway],
        exportTo: ["*"],
        http: [
          {
            match: [{ uri: { exact: "/a" } }, { uri: { regex: "/b.*" } }],
            route: [{ destination: { host: "own" } }],
            mirror: { host: `mirror.${namespace}.svc.${place.clusterDomain}` },
            mirrorPercentage: { value: 1 },
          },
        ],
      },
      verdict: admitted([host("own"), host("own-too")]),
    },
    {
      what: "a page that the gateway answers itself",
      spec: {
        hosts: [host("own")],
        gateways: [gateway],
        http: [{ directResponse: { status: 200, body: { string: "hi" } } }],
      },
      verdict: admitted([host("own")]),
    },
    {
      what: "a redirect within its host",
      spec: { hosts: [host("own")], gateways: [gateway], http: [{ redirect: { uri: "/lab/" } }] },
      verdict: admitted([host("own")]),
    },
    {
      what: "the gateway by its name in DNS",
      spec: { ...notebook(place), gateways: [`${gatewayName}.${gatewayNamespace}.svc.${place.clusterDomain}`] },
      verdict: admitted(),
    },
    {
      what: "the gateway twice, under two names",
      spec: { ...notebook(place), gateways: [gateway, `${gatewayName}.${gatewayNamespace}`] },
      verdict: admitted(),
    },
    {
      what: "a gateway of that name in the tenant's namespace, which is another one",
      spec: { ...notebook(place), gateways: [gatewayName] },
      verdict: admitted(["*"]),
    },
    {
      what: "the same with a dot before it",
      spec: { ...notebook(place), gateways: [`./${gatewayName}`] },
      verdict: admitted(["*"]),
    },
    {
      what: "one of the mesh alone, which no gateway takes",
      spec: { hosts: ["own"], http: [{ route: [{ destination: { host: "own" } }], timeout: "300s" }] },
      verdict: { ...admitted(["own"]), timeouts: ["300s"] },
    },
    {
      what: "one at another gateway",
      spec: {
        hosts: ["own.example.net"],
        gateways: ["elsewhere/gateway"],
        http: [{ route: [{ destination: { host: "a.b.c" } }] }],
      },
      verdict: admitted(["own.example.net"]),
    },
    {
      what: "the platform's own, in the gateway's namespace",
      namespace: gatewayNamespace,
      spec: { hosts: [signInHost], gateways: [gatewayName], http: [{ route: [{ destination: { host: "a.b.c" } }] }] },
      verdict: admitted([signInHost]),
    },
  ];
}
