import { chartImage } from "../../stacks/images";
import { lock } from "../../stacks/lock";
import { type ImageConfig } from "./archive";
import { type Files } from "./layer";

/** How an image is put together; users, paths and entry points are those of the image that it stands in for. */
export interface Recipe extends ImageConfig {
  /** What Kubernetes calls it, with every tag under which it is asked for. */
  references: readonly string[];
  /** Programs by name, each with its path in the image; without one of them there is no image. */
  programs: Readonly<Record<string, string>>;
  /** Files that came with components, each with its path in the image. */
  files?: Readonly<Record<string, string>>;
  /** Further content. */
  more?: Files;
  /** Whether it changes the network's rules. */
  firewall?: boolean;
  /** Without accounts, authorities and the rest of the base. */
  bare?: boolean;
  /** No pod of a platform that only stands there asks for it, so that nothing is left out without it. */
  onDemand?: boolean;
}

/** The version of a program, as the lock says it. */
export type VersionOf = (program: string) => string;

/** The pause container's version: the one that kubeadm asks for, and containerd's configuration has to name. */
export const pauseVersion = "3.10.2";

/** Under which names the control plane's images are known to kubeadm's configuration. */
export function nodeImages(version: VersionOf): Record<NodeImage, string> {
  const kubernetes = version("kube-apiserver");
  return {
    pause: `registry.k8s.io/pause:${pauseVersion}`,
    "kube-apiserver": `registry.k8s.io/kube-apiserver:${kubernetes}`,
    "kube-controller-manager": `registry.k8s.io/kube-controller-manager:${kubernetes}`,
    "kube-scheduler": `registry.k8s.io/kube-scheduler:${kubernetes}`,
    "kube-proxy": `registry.k8s.io/kube-proxy:${version("kube-proxy")}`,
    etcd: `registry.k8s.io/etcd:${version("etcd").replace(/^v/, "")}-0`,
    coredns: `registry.k8s.io/coredns/coredns:${version("coredns")}`,
  };
}

export type NodeImage =
  "pause" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler" | "kube-proxy" | "etcd" | "coredns";

/** Every image that a pod of the bed may ask for. */
export function recipes(version: VersionOf): Recipe[] {
  return [...node(version), ...mesh(), ...gate()];
}

function node(version: VersionOf): Recipe[] {
  const images = nodeImages(version);
  const server = (program: NodeImage): Recipe => ({
    references: [images[program]],
    programs: { [program]: `/usr/local/bin/${program}` },
    entrypoint: [`/usr/local/bin/${program}`],
  });
  return [
    {
      references: [images.pause],
      programs: { pause: "/pause" },
      entrypoint: ["/pause"],
      user: "65535:65535",
      bare: true,
    },
    server("kube-apiserver"),
    server("kube-controller-manager"),
    server("kube-scheduler"),
    { ...server("kube-proxy"), firewall: true },
    server("etcd"),
    {
      references: [images.coredns],
      programs: { coredns: "/coredns" },
      entrypoint: ["/coredns"],
      user: "65532:65532",
    },
  ];
}

/** The registry and the tag of Istio's images. */
export const { hub: istioHub, tag: istioTag } = chartImage("istio-pilot", undefined);

function mesh(): Recipe[] {
  const references = (name: string) => [
    `${istioHub}/${name}:${istioTag}`,
    `${istioHub}/${name}:${istioTag}-distroless`,
  ];
  return [
    {
      references: references("pilot"),
      programs: { "pilot-discovery": "/usr/local/bin/pilot-discovery" },
      entrypoint: ["/usr/local/bin/pilot-discovery"],
      user: "1337:1337",
      // The Envoy here is Envoy's own build, without the filters that Istio's adds.
      env: { PILOT_ENABLE_METADATA_EXCHANGE: "false", PILOT_ENABLE_ALPN_FILTER: "false" },
    },
    {
      references: references("proxyv2"),
      programs: { "pilot-agent": "/usr/local/bin/pilot-agent", envoy: "/usr/local/bin/envoy" },
      files: { "istio-agent/envoy_bootstrap.json": "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json" },
      entrypoint: ["/usr/local/bin/pilot-agent"],
      user: "1337:1337",
      firewall: true,
    },
    {
      references: references("install-cni"),
      programs: { "install-cni": "/usr/local/bin/install-cni", "istio-cni": "/opt/cni/bin/istio-cni" },
      command: ["/usr/local/bin/install-cni"],
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/cni/bin" },
      workingDirectory: "/opt/cni/bin",
      firewall: true,
    },
  ];
}

function gate(): Recipe[] {
  const certManager = (part: string, path: string): Recipe => ({
    references: [`quay.io/jetstack/cert-manager-${part}:${lock.charts["cert-manager"].version}`],
    programs: { [`cert-manager-${part}`]: path },
    entrypoint: [path],
    user: "1000:1000",
  });
  return [
    {
      references: [lock.images.dex],
      programs: { dex: "/usr/local/bin/dex" },
      files: { "dex/web": "/srv/dex/web" },
      // Upstream's entry point runs the configuration through a template engine first; the platform does not use it.
      entrypoint: ["/usr/local/bin/dex"],
      user: "1001:1001",
      workingDirectory: "/srv/dex",
    },
    {
      references: [lock.images["oauth2-proxy"]],
      programs: { "oauth2-proxy": "/bin/oauth2-proxy" },
      entrypoint: ["/bin/oauth2-proxy"],
      user: "65532:65532",
    },
    certManager("controller", "/app/cmd/controller/controller"),
    certManager("webhook", "/app/cmd/webhook/webhook"),
    certManager("cainjector", "/app/cmd/cainjector/cainjector"),
    certManager("startupapicheck", "/startupapicheck"),
    { ...certManager("acmesolver", "/app/cmd/acmesolver/acmesolver"), onDemand: true },
  ];
}
