import { strict as assert } from "node:assert";
import { type Difference } from "../../program/differences";
import {
  type Effect,
  authorityRestarts,
  certificates,
  dexRestarts,
  gatewayChart,
  hstsHeader,
  namespaceOf,
  oauth2ProxyRestarts,
  policy,
  same,
} from "./effect";

export const gate: Effect[] = [
  {
    setting: "domain",
    value: "ml.example.org",
    changes: (differences) => {
      // Nothing but the name, wherever it stands.
      const {
        [Object.keys(dexRestarts)[0] ?? ""]: dex,
        [Object.keys(oauth2ProxyRestarts)[0] ?? ""]: proxy,
        "AuthorizationPolicy ingress/app-grafana-d1253bc8dd56": ruleOfOldHost,
        "AuthorizationPolicy ingress/app-grafana-7d2e1966ce3b": ruleOfNewHost,
        ...rest
      } = differences;
      assert.deepEqual(
        [ruleOfOldHost, ruleOfNewHost],
        [
          ["present", "absent"],
          ["absent", "present"],
        ],
      );
      assert(dex !== undefined && proxy !== undefined, "Dex and oauth2-proxy restart");
      for (const [place, [before, after]] of Object.entries(rest)) {
        assert.equal(after, String(before).replaceAll("kubeflow.example.com", "ml.example.org"), place);
      }
      assert.deepEqual([...new Set(Object.keys(rest).map((place) => place.split(":")[0]))].sort(), [
        "AuthorizationPolicy ingress/known-issuers",
        "AuthorizationPolicy ingress/machine-clients",
        "AuthorizationPolicy ingress/machine-users",
        "AuthorizationPolicy ingress/require-principal",
        "AuthorizationPolicy ingress/require-user",
        "AuthorizationPolicy ingress/session",
        "Certificate ingress/gatehouse-edge",
        "ConfigMap auth/dex",
        "ConfigMap auth/oauth2-proxy",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/app-door",
        "Gateway ingress/app-grafana",
        "Gateway ingress/gatehouse",
        "RequestAuthentication ingress/tokens",
        "VirtualService auth/return-door",
        "VirtualService auth/return-grafana",
        "VirtualService auth/sign-in",
        "VirtualService gatehouse-echo/echo",
        "VirtualService ingress/app-door",
        "VirtualService ingress/app-grafana",
      ]);
    },
  },
  {
    setting: "certificates.organization",
    value: "Example",
    changes: {
      ...same(
        [
          ...certificates.map((place) => `${place}: spec.subject.organizations[0]`),
          "SelfSignedCert ca-1: subject.organization",
        ],
        ["Kubeflow Gatehouse", "Example"],
      ),
      "SelfSignedCert ca-1: subject.commonName": ["Kubeflow Gatehouse private CA 1", "Example private CA 1"],
      ...authorityRestarts("1/87600h/Kubeflow Gatehouse", "1/87600h/Example"),
    },
  },
  {
    setting: "certificates.duration",
    value: "1440h",
    changes: same(
      certificates.map((place) => `${place}: spec.duration`),
      ["2160h", "1440h"],
    ),
  },
  {
    setting: "certificates.renewBefore",
    value: "24h",
    changes: same(
      certificates.map((place) => `${place}: spec.renewBefore`),
      ["360h", "24h"],
    ),
  },
  {
    setting: "certificates.caDuration",
    value: "43800h30m",
    changes: {
      "SelfSignedCert ca-1: validityPeriodHours": [87600, 43801],
      ...authorityRestarts("1/87600h/Kubeflow Gatehouse", "1/43800h30m/Kubeflow Gatehouse"),
    },
  },
  { setting: "ingress.replicas.min", value: 2, changes: { [gatewayChart("autoscaling.minReplicas")]: [1, 2] } },
  { setting: "ingress.replicas.max", value: 7, changes: { [gatewayChart("autoscaling.maxReplicas")]: [2, 7] } },
  {
    setting: "ingress.service.type",
    value: "LoadBalancer",
    changes: {
      [gatewayChart("service.type")]: ["NodePort", "LoadBalancer"],
      [gatewayChart("service.externalTrafficPolicy")]: [undefined, "Local"],
      [gatewayChart("service.ports[0].nodePort")]: [30080, undefined],
      [gatewayChart("service.ports[1].nodePort")]: [30443, undefined],
    },
  },
  {
    setting: "ingress.service.nodePorts.http",
    value: 31080,
    changes: { [gatewayChart("service.ports[0].nodePort")]: [30080, 31080] },
  },
  {
    setting: "ingress.service.nodePorts.https",
    value: 31443,
    changes: { [gatewayChart("service.ports[1].nodePort")]: [30443, 31443] },
  },
  {
    setting: "ingress.applicationNamespaces[]",
    at: "ingress.applicationNamespaces",
    value: ["kubeflow", "team-a"],
    changes: {
      [policy("ingress/allow-gatehouse-gateway", "egress[5].ports[0].protocol")]: [undefined, "TCP"],
      [namespaceOf("ingress/allow-gatehouse-gateway", "egress[5].to[0]")]: [undefined, "team-a"],
      ...Object.fromEntries(
        [0, 1].flatMap((server): [string, Difference][] => [
          [
            `Gateway ingress/gatehouse: spec.servers[${server}].hosts[2]`,
            ["gatehouse-echo/echo.kubeflow.example.com", "team-a/kubeflow.example.com"],
          ],
          [
            `Gateway ingress/gatehouse: spec.servers[${server}].hosts[3]`,
            [undefined, "gatehouse-echo/echo.kubeflow.example.com"],
          ],
        ]),
      ),
    },
  },
  { setting: "ingress.hsts.maxAge", value: "1h", changes: { [hstsHeader]: ["max-age=300", "max-age=3600"] } },
  {
    setting: "ingress.hsts.includeSubdomains",
    value: true,
    changes: { [hstsHeader]: ["max-age=300", "max-age=300; includeSubDomains"] },
  },
  {
    setting: "ingress.hsts.preload",
    at: "ingress.hsts",
    value: { maxAge: "8760h", includeSubdomains: true, preload: true },
    changes: { [hstsHeader]: ["max-age=300", "max-age=31536000; includeSubDomains; preload"] },
  },
  {
    setting: "istio.strictMtls",
    value: "gatehouse",
    changes: { "PeerAuthentication istio-system/default": ["present", "absent"] },
  },
  {
    setting: "echo.enabled",
    value: false,
    changes: (differences) => {
      const gone = Object.entries(differences).filter(([, [before]]) => before === "present");
      assert.deepEqual(gone.map(([id]) => id).sort(), [
        "AuthorizationPolicy gatehouse-echo/echo",
        "ConfigMap gatehouse-echo/echo",
        "Deployment gatehouse-echo/echo",
        "Namespace gatehouse-echo",
        "NetworkPolicy gatehouse-echo/allow-all",
        "NetworkPolicy gatehouse-echo/allow-echo",
        "NetworkPolicy gatehouse-echo/default-deny",
        "PeerAuthentication gatehouse-echo/default",
        "PodDisruptionBudget gatehouse-echo/echo",
        "Service gatehouse-echo/echo",
        "ServiceAccount gatehouse-echo/echo",
        "VirtualService gatehouse-echo/echo",
      ]);
      const others = Object.keys(differences).filter((place) => !gone.some(([id]) => id === place));
      assert.deepEqual([...new Set(others.map((place) => place.split(":")[0]))].sort(), [
        "ConfigMap auth/oauth2-proxy",
        "Deployment auth/oauth2-proxy",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/gatehouse",
        "NetworkPolicy ingress/allow-gatehouse-gateway",
        "NetworkPolicy istio-system/allow-istiod",
      ]);
    },
  },
];
