import { type Difference } from "../../program/differences";
import {
  type Effect,
  apiServerFlows,
  authorityRestarts,
  certificates,
  dexRestarts,
  dnsFlows,
  namespaceOf,
  oauth2ProxyRestarts,
  policy,
  same,
} from "./effect";

export const operations: Effect[] = [
  {
    setting: "cluster.apiServer.cidrs[]",
    at: "cluster.apiServer.cidrs",
    value: ["10.0.0.1/32", "2001:db8::1/128"],
    changes: Object.fromEntries(
      Object.values({
        egress: apiServerFlows.egress.map((place) => `${place}.to`),
        ingress: apiServerFlows.ingress.map((place) => `${place}.from`),
      })
        .flat()
        .flatMap((place) => [
          [`${place}[0].ipBlock.cidr`, ["172.18.0.0/16", "10.0.0.1/32"]],
          [`${place}[1].ipBlock.cidr`, [undefined, "2001:db8::1/128"]],
        ]),
    ) as Record<string, Difference>,
  },
  {
    setting: "cluster.apiServer.ports[]",
    at: "cluster.apiServer.ports",
    value: [443],
    changes: same(
      apiServerFlows.egress.map((place) => `${place}.ports[0].port`),
      [6443, 443],
    ),
  },
  {
    setting: "cluster.apiServer.callsWebhooksFrom",
    value: "anywhere",
    changes: same(
      apiServerFlows.ingress.map((place) => `${place}.from[0].ipBlock.cidr`),
      ["172.18.0.0/16", undefined],
    ),
  },
  {
    setting: "cluster.platform",
    value: "gke",
    changes: {
      "Chart cni: values.global.platform": [undefined, "gke"],
      "Chart istiod: values.global.platform": [undefined, "gke"],
      "Chart gatehouse-gateway: values.global.platform": [undefined, "gke"],
    },
  },
  {
    setting: "cluster.dns.namespace",
    value: "dns",
    changes: {
      ...same(
        dnsFlows.map((place) => `${place}.to[0].namespaceSelector.matchLabels.kubernetes.io/metadata.name`),
        ["kube-system", "dns"],
      ),
      "Sidecar auth/default: spec.egress[0].hosts[3]": ["kube-system/*", "dns/*"],
    },
  },
  {
    setting: "cluster.dns.podLabels[]",
    at: "cluster.dns.podLabels",
    value: ["example.com/app=resolver"],
    changes: {
      ...same(
        dnsFlows.map((place) => `${place}.to[0].podSelector.matchLabels.k8s-app`),
        ["kube-dns", undefined],
      ),
      ...same(
        dnsFlows.map((place) => `${place}.to[0].podSelector.matchLabels.example.com/app`),
        [undefined, "resolver"],
      ),
    },
  },
  {
    setting: "cluster.dns.ports[]",
    at: "cluster.dns.ports",
    value: [5353],
    changes: same(
      dnsFlows.flatMap((place) => [`${place}.ports[0].port`, `${place}.ports[1].port`]),
      [53, 5353],
    ),
  },
  {
    setting: "cluster.dns.addresses[]",
    at: "cluster.dns.addresses",
    value: ["169.254.20.10/32"],
    changes: Object.fromEntries(
      dnsFlows.flatMap((place): [string, Difference][] => {
        const next = place.replace("egress[0]", "egress[1]");
        return [
          [`${next}.to[0].ipBlock.cidr`, [undefined, "169.254.20.10/32"]],
          [`${next}.ports[0].port`, [undefined, 53]],
          [`${next}.ports[0].protocol`, [undefined, "UDP"]],
          [`${next}.ports[1].port`, [undefined, 53]],
          [`${next}.ports[1].protocol`, [undefined, "TCP"]],
        ];
      }),
    ),
  },
  {
    setting: "replicas",
    value: 4,
    changes: {
      ...same(
        ["auth/dex", "auth/oauth2-proxy", "istio-system/cluster-keys"].map(
          (name) => `Deployment ${name}: spec.replicas`,
        ),
        [2, 4],
      ),
      ...same(["Chart cert-manager: values.webhook.replicaCount", "Chart istiod: values.autoscaleMin"], [2, 4]),
    },
  },
  {
    setting: "rotation.cookieSecret",
    value: 2,
    changes: {
      "Secret auth/oauth2-proxy: stringData.cookie-secret": [
        "<generated base64 of oauth2-proxy-cookie-1>",
        "<generated base64 of oauth2-proxy-cookie-2>",
      ],
      "RandomBytes oauth2-proxy-cookie-1": ["present", "absent"],
      "RandomBytes oauth2-proxy-cookie-2": ["absent", "present"],
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "rotation.clientSecret",
    value: 2,
    changes: {
      ...same(
        [
          "Secret auth/dex: stringData.OAUTH2_PROXY_CLIENT_SECRET",
          "Secret auth/oauth2-proxy: stringData.client-secret",
        ],
        ["<generated result of client-secret-1>", "<generated result of client-secret-2>"],
      ),
      "RandomPassword client-secret-1": ["present", "absent"],
      "RandomPassword client-secret-2": ["absent", "present"],
      ...dexRestarts,
      ...oauth2ProxyRestarts,
    },
  },
  {
    setting: "rotation.staticPasswords",
    value: 2,
    changes: {
      "Secret auth/dex: stringData.STATIC_PASSWORD_HASH_0": [
        "<generated bcryptHash of dex-user@example.com-1>",
        "<generated bcryptHash of dex-user@example.com-2>",
      ],
      "RandomPassword dex-user@example.com-1": ["present", "absent"],
      "RandomPassword dex-user@example.com-2": ["absent", "present"],
      ...dexRestarts,
    },
  },
  { setting: "rotation.connectorSecrets", value: 2, changes: dexRestarts },
  {
    setting: "rotation.certificateAuthority",
    value: 2,
    changes: {
      ...Object.fromEntries(
        [1, 2].flatMap((generation) =>
          [
            "PrivateKey ca-#",
            "SelfSignedCert ca-#",
            "Secret cert-manager/gatehouse-ca-#",
            "ClusterIssuer gatehouse-ca-#",
          ].map((id): [string, Difference] => [
            id.replace("#", String(generation)),
            generation === 1 ? ["present", "absent"] : ["absent", "present"],
          ]),
        ),
      ),
      ...same(
        ["Secret istio-system/gatehouse-ca: stringData.extra.pem", "Secret auth/gatehouse-ca: stringData.ca.crt"],
        ["<generated certPem of ca-1>", "<generated certPem of ca-2>"],
      ),
      ...same(
        certificates.map((place) => `${place}: spec.issuerRef.name`),
        ["gatehouse-ca-1", "gatehouse-ca-2"],
      ),
      ...authorityRestarts("1/87600h/Kubeflow Gatehouse", "2/87600h/Kubeflow Gatehouse"),
    },
  },
  {
    setting: "monitoring.namespace",
    value: "metrics",
    changes: same(
      [
        namespaceOf("auth/allow-dex", "ingress[1].from[0]"),
        namespaceOf("auth/allow-oauth2-proxy", "ingress[1].from[0]"),
        namespaceOf("cert-manager/allow-cainjector", "ingress[0].from[0]"),
        namespaceOf("cert-manager/allow-cert-manager", "ingress[0].from[0]"),
        namespaceOf("cert-manager/allow-webhook", "ingress[1].from[0]"),
        namespaceOf("gatehouse-echo/allow-echo", "ingress[1].from[0]"),
        namespaceOf("ingress/allow-gatehouse-gateway", "ingress[3].from[0]"),
        namespaceOf("istio-cni/allow-istio-cni-node", "ingress[0].from[0]"),
        namespaceOf("istio-system/allow-istiod", "ingress[6].from[0]"),
        namespaceOf("gatehouse-echo/gatehouse-door", "ingress[1].from[0]"),
        namespaceOf("monitoring/gatehouse-grafana", "ingress[1].from[0]"),
      ],
      ["monitoring", "metrics"],
    ),
  },
  {
    setting: "network.metadataExceptions[].namespace",
    at: "network.metadataExceptions",
    value: [],
    changes: {
      "NetworkPolicy cert-manager/allow-cert-manager: metadata.annotations.gatehouse/metadata-exception": [
        "DNS-01 challenges with the cloud's workload identity.",
        undefined,
      ],
      [policy("cert-manager/allow-cert-manager", "egress[1].to[0].ipBlock.cidr")]: ["169.254.169.254/32", undefined],
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[0].port")]: [80, undefined],
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[0].protocol")]: ["TCP", undefined],
    },
  },
  {
    setting: "network.metadataExceptions[].reason",
    value: "Another reason than before.",
    changes: {
      "NetworkPolicy cert-manager/allow-cert-manager: metadata.annotations.gatehouse/metadata-exception": [
        "DNS-01 challenges with the cloud's workload identity.",
        "Another reason than before.",
      ],
    },
  },
  {
    setting: "mirror.charts",
    value: "oci://registry.example.com/charts",
    changes: {
      "Chart cert-manager: chart": [
        "oci://quay.io/jetstack/charts/cert-manager",
        "oci://registry.example.com/charts/cert-manager",
      ],
      ...Object.fromEntries(
        [
          ["base", "base"],
          ["cni", "cni"],
          ["istiod", "istiod"],
          ["gatehouse-gateway", "gateway"],
        ].flatMap(([release = "", chart = ""]): [string, Difference][] => [
          [`Chart ${release}: chart`, [chart, `oci://registry.example.com/charts/${chart}`]],
          [`Chart ${release}: repositoryOpts.repo`, ["https://istio-release.storage.googleapis.com/charts", undefined]],
        ]),
      ),
    },
  },
  {
    setting: "mirror.images",
    value: "registry.example.com/mirror",
    changes: {
      ...image("Deployment auth/dex", "ghcr.io", "dexidp/dex:v2.45.1-distroless"),
      ...image("Deployment auth/oauth2-proxy", "quay.io", "oauth2-proxy/oauth2-proxy:v7.15.5"),
      ...image("Deployment gatehouse-echo/echo", "docker.io", "istio/proxyv2:1.31.1-distroless"),
      ...image("Deployment istio-system/cluster-keys", "docker.io", "istio/proxyv2:1.31.1-distroless"),
      ...image("Job cert-manager/startupapicheck", "quay.io", "jetstack/cert-manager-startupapicheck:v1.21.2"),
      ...Object.fromEntries(
        ["", "webhook.", "cainjector.", "acmesolver."].map((part) => {
          const name = `jetstack/cert-manager-${part === "" ? "controller" : part.slice(0, -1)}`;
          return [
            `Chart cert-manager: values.${part}image.repository`,
            [`quay.io/${name}`, `registry.example.com/mirror/${name}`],
          ];
        }),
      ),
      "Chart cni: values.global.hub": ["docker.io/istio", "registry.example.com/mirror/istio"],
      "Chart istiod: values.global.hub": ["docker.io/istio", "registry.example.com/mirror/istio"],
    },
  },
];

function image(object: string, registry: string, path: string): Record<string, Difference> {
  return {
    [`${object}: spec.template.spec.containers[0].image`]: [
      `${registry}/${path}`,
      `registry.example.com/mirror/${path}`,
    ],
  };
}
