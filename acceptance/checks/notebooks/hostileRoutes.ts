/** Single routes of a notebook's VirtualService that do what they may not. */
import { notebook, notebookRoute } from "./controllersRoutes";
import { type HttpRoute, type NotebookPlace, type VirtualServiceTry } from "./virtualServices";

type Having = (what: string, route: HttpRoute) => VirtualServiceTry;

export function hostileRoutes(place: NotebookPlace): VirtualServiceTry[] {
  const route = notebookRoute(place);
  const refusing =
    (refusedWith: string): Having =>
    (what, more) => ({
      what,
      spec: { ...notebook(place), http: [{ ...route, ...more }] },
      verdict: { refusedWith },
    });
  const behind: VirtualServiceTry = {
    what: "an honest route before a stranger's Service",
    spec: { ...notebook(place), http: [route, { route: [to("lab.victim.svc.cluster.local")] }] },
    verdict: { refusedWith: "spec.http[] leads to lab.victim.svc.cluster.local" },
  };
  return [
    behind,
    ...destinations(place, refusing("spec.http[] leads to")),
    ...redirects(place),
    ...headers(refusing),
    refusing("spec.http[].rewrite.authority")("the request goes on under another host", {
      rewrite: { uri: "/", authority: `victim--lab.${place.domain}` },
    }),
    refusing("spec.http[].corsPolicy.allowCredentials")("pages of anywhere read it as whoever looks at them", {
      corsPolicy: { allowOrigins: [{ regex: ".*" }], allowCredentials: true },
    }),
    refusing("spec or spec.http[] has delegate")("another VirtualService says where it goes", {
      route: undefined,
      delegate: { name: "lab", namespace: "victim" },
    }),
  ];
}

function to(host: string): HttpRoute {
  return { destination: { host } };
}

function destinations({ namespace, clusterDomain }: NotebookPlace, having: Having): VirtualServiceTry[] {
  const spellings: Record<string, string> = {
    "a stranger's Service": `lab.victim.svc.${clusterDomain}`,
    "a stranger's Service by name and namespace": "lab.victim",
    "a stranger's Service, half spelled": "lab.victim.svc",
    "its own, half spelled, which Istio takes for another name": `lab.${namespace}`,
    "its own with a dot at the end": `lab.${namespace}.svc.${clusterDomain}.`,
    "its own in capitals": `LAB.${namespace}.svc.${clusterDomain}`,
    "its own on another cluster's domain": `lab.${namespace}.svc.example.net`,
    "a pod of its Service": `lab-0.lab.${namespace}.svc.${clusterDomain}`,
    "a name of the outside": "evil.example.net",
    "the API server": `kubernetes.default.svc.${clusterDomain}`,
    "an address": "169.254.169.254",
    "an address of IPv6": "fd00:ec2::254",
    "every host": "*",
    "no host": "",
    "two lines": "lab\nlab",
  };
  const stranger = `lab.victim.svc.${clusterDomain}`;
  return [
    ...Object.entries(spellings).map(([what, host]) => having(`a destination: ${what}`, { route: [to(host)] })),
    having("a stranger's Service as the second destination", {
      route: [
        { ...to("lab"), weight: 99 },
        { ...to(stranger), weight: 1 },
      ],
    }),
    having("a mirror at a stranger's Service", { mirror: { host: stranger } }),
    having("mirrors, the second at a stranger's", { mirrors: [to("lab"), to(stranger)] }),
  ];
}

function redirects({ domain, namespace, gateway }: NotebookPlace): VirtualServiceTry[] {
  const having = (what: string, redirect: HttpRoute): VirtualServiceTry => ({
    what,
    spec: { hosts: [`${namespace}--lab.${domain}`], gateways: [gateway], http: [{ redirect }] },
    verdict: { refusedWith: "spec.http[].redirect leads to" },
  });
  return [
    having("a redirect to a stranger's notebook", { authority: `victim--lab.${domain}` }),
    having("a redirect to another site", { authority: "example.net" }),
    having("a redirect to its own host in plain text", { authority: `${namespace}--lab.${domain}`, scheme: "http" }),
    having("a redirect to another port", { port: 8443 }),
  ];
}

function headers(refusing: (text: string) => Having): VirtualServiceTry[] {
  const writes = refusing("spec.http[].headers writes");
  const fills = refusing("spec.http[].headers has Envoy fill in");
  const set = (name: string, value = "a"): HttpRoute => ({ headers: { request: { set: { [name]: value } } } });
  const names = [
    "kubeflow-userid",
    "Kubeflow-Groups",
    "kubeflow_userid",
    "Authorization",
    "Cookie",
    "Host",
    ":authority",
    "X-Forwarded-For",
    "x-auth-request-email",
    "Transfer-Encoding",
    "Content-Length",
  ];
  return [
    ...names.map((name) => writes(`it writes ${name}`, set(name))),
    writes("it adds to kubeflow-userid", { headers: { request: { add: { "kubeflow-userid": "a" } } } }),
    writes("it sets a cookie", { headers: { response: { add: { "Set-Cookie": "a=b; Domain=example.com" } } } }),
    writes("one of its destinations writes kubeflow-userid", {
      route: [{ ...to("lab"), headers: { request: { set: { "kubeflow-userid": "a" } } } }],
    }),
    writes("the answer of one of its destinations sets a cookie", {
      route: [{ ...to("lab"), headers: { response: { set: { "set-cookie": "a=b" } } } }],
    }),
    fills("it has Envoy write the token into another header", set("X-Leak", "%REQ(Authorization)%")),
    fills("it has Envoy do so with a percent sign before it", set("X-Leak", "%%%REQ(Authorization)%")),
    fills("it has Envoy do so in an answer", {
      headers: { response: { set: { "X-Leak": "%REQ(cookie)%" } } },
    }),
    fills("one of its destinations has Envoy do so", {
      route: [{ ...to("lab"), headers: { request: { add: { "X-Leak": "%DYNAMIC_METADATA(a)%" } } } }],
    }),
  ];
}
