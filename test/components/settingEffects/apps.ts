import { strict as assert } from "node:assert";
import { identityHeaders } from "../../../documents/gateway/identityHeaders";
import { type Difference } from "../../program/differences";
import { type Effect, policy, same } from "./effect";

const host = "grafana.kubeflow.example.com";
/** Of this application at this host. */
const groupsRule = "AuthorizationPolicy ingress/app-grafana-d1253bc8dd56";
const atPods = (path: string) => `AuthorizationPolicy monitoring/gatehouse-grafana: spec.${path}`;
const atHost = (path: string) => `${groupsRule}: spec.${path}`;
const route = "VirtualService ingress/app-grafana: spec.http[0].route[0].destination";
const podsPolicy = (path: string) => policy("monitoring/gatehouse-grafana", path);
const gatewayPolicy = (path: string) => policy("ingress/app-grafana", path);
const destination = (from: string, to: string): Record<string, Difference> => ({ [`${route}.host`]: [from, to] });

const ofGrafana = [
  "Gateway ingress/app-grafana",
  "VirtualService ingress/app-grafana",
  "VirtualService auth/return-grafana",
  "AuthorizationPolicy monitoring/gatehouse-grafana",
  "NetworkPolicy ingress/app-grafana",
  "NetworkPolicy monitoring/gatehouse-grafana",
];

/** What an application consists of, under another name or in another namespace. */
const moved = (from: string, to: string): Record<string, Difference> => ({
  ...same([from], ["present", "absent"]),
  ...same([to], ["absent", "present"]),
});

export const apps: Effect[] = [
  {
    setting: "apps[].name",
    value: "metrics",
    changes: {
      ...same(ofGrafana, ["present", "absent"]),
      ...same(
        ofGrafana.map((object) => object.replace(/grafana$/, "metrics")),
        ["absent", "present"],
      ),
      ...moved(groupsRule, "AuthorizationPolicy ingress/app-metrics-73fd0e073acf"),
    },
  },
  {
    setting: "apps[].host",
    value: "dashboards.kubeflow.example.com",
    changes: {
      ...same(
        [
          "Gateway ingress/app-grafana: spec.servers[0].hosts[0]",
          "Gateway ingress/app-grafana: spec.servers[1].hosts[0]",
        ],
        [`ingress/${host}`, "ingress/dashboards.kubeflow.example.com"],
      ),
      "VirtualService ingress/app-grafana: spec.hosts[0]": [host, "dashboards.kubeflow.example.com"],
      "VirtualService auth/return-grafana: spec.http[0].match[0].uri.prefix": [
        `/gatehouse/return/${host}/`,
        "/gatehouse/return/dashboards.kubeflow.example.com/",
      ],
      "VirtualService auth/return-grafana: spec.http[0].redirect.authority": [host, "dashboards.kubeflow.example.com"],
      // The rule of the old host stays until nothing leads there.
      ...moved(groupsRule, "AuthorizationPolicy ingress/app-grafana-53a984d6138e"),
    },
  },
  {
    setting: "apps[].service.name",
    value: "other",
    changes: destination("grafana.monitoring.svc.cluster.local", "other.monitoring.svc.cluster.local"),
  },
  {
    setting: "apps[].service.namespace",
    value: "other",
    changes: {
      ...destination("grafana.monitoring.svc.cluster.local", "grafana.other.svc.cluster.local"),
      ...moved("AuthorizationPolicy monitoring/gatehouse-grafana", "AuthorizationPolicy other/gatehouse-grafana"),
      ...moved("NetworkPolicy monitoring/gatehouse-grafana", "NetworkPolicy other/gatehouse-grafana"),
      [gatewayPolicy("egress[0].to[0].namespaceSelector.matchLabels.kubernetes.io/metadata.name")]: [
        "monitoring",
        "other",
      ],
    },
  },
  { setting: "apps[].service.port", value: 8080, changes: { [`${route}.port.number`]: [80, 8080] } },
  {
    setting: "apps[].pods.labels",
    value: { "app.kubernetes.io/name": "other" },
    changes: same(
      [
        atPods("selector.matchLabels.app.kubernetes.io/name"),
        podsPolicy("podSelector.matchLabels.app.kubernetes.io/name"),
        gatewayPolicy("egress[0].to[0].podSelector.matchLabels.app.kubernetes.io/name"),
      ],
      ["grafana", "other"],
    ),
  },
  {
    setting: "apps[].pods.port",
    value: undefined,
    changes: {
      ...same([podsPolicy("ingress[0].ports[0].port"), gatewayPolicy("egress[0].ports[0].port")], [3000, 80]),
      ...same(
        [atPods("rules[0].to[0].operation.ports[0]"), atPods("rules[1].to[0].operation.ports[0]")],
        ["3000", "80"],
      ),
    },
  },
  {
    setting: "apps[].groups[]",
    at: "apps[0].groups",
    value: ["ml-engineers", "platform"],
    changes: Object.fromEntries(
      [1, 2, 3].map((rule): [string, Difference] => [
        atHost(`rules[${rule}].when[1].notValues[1]`),
        [undefined, "platform"],
      ]),
    ),
  },
  {
    setting: "apps[].pipelinesUi",
    at: "apps[0].pipelinesUi",
    value: true,
    changes: same(["EnvoyFilter ingress/app-grafana"], ["absent", "present"]),
  },
  {
    setting: "apps[].inCluster",
    at: "apps[1].inCluster",
    value: false,
    changes: (found) => {
      const network = (path: string) => policy("gatehouse-echo/gatehouse-door", path);
      const rule = (path: string) => `AuthorizationPolicy gatehouse-echo/gatehouse-door: spec.rules[1].${path}`;
      assert.deepEqual(found, {
        [network("ingress[0].from[0].namespaceSelector")]: ["{}", undefined],
        [network("ingress[0].from[0].namespaceSelector.matchLabels.kubernetes.io/metadata.name")]: [
          undefined,
          "ingress",
        ],
        [network("ingress[0].from[0].podSelector.matchLabels.app")]: [undefined, "gatehouse-gateway"],
        [network("ingress[0].from[0].podSelector.matchLabels.istio")]: [undefined, "gatehouse-gateway"],
        [rule("to[0].operation.ports[0]")]: ["8080", undefined],
        [rule("when[0].key")]: ["request.headers[authorization]", undefined],
        [rule("when[0].values[0]")]: ["*", undefined],
        ...Object.fromEntries(
          identityHeaders.flatMap((header, index): [string, Difference][] => [
            [rule(`when[${index + 1}].key`), [`request.headers[${header}]`, undefined]],
            [rule(`when[${index + 1}].notValues[0]`), ["*", undefined]],
          ]),
        ),
      });
    },
  },
  {
    setting: "apps[].callers[].namespace",
    value: "other",
    changes: {
      [podsPolicy("ingress[0].from[1].namespaceSelector.matchLabels.kubernetes.io/metadata.name")]: [
        "reports",
        "other",
      ],
      [atPods("rules[1].from[0].source.principals[0]")]: [
        "cluster.local/ns/reports/sa/reporter",
        "cluster.local/ns/other/sa/reporter",
      ],
    },
  },
  {
    setting: "apps[].callers[].podLabels",
    value: { app: "other" },
    changes: { [podsPolicy("ingress[0].from[1].podSelector.matchLabels.app")]: ["reporter", "other"] },
  },
  {
    setting: "apps[].callers[].serviceAccount",
    value: "other",
    changes: {
      [atPods("rules[1].from[0].source.principals[0]")]: [
        "cluster.local/ns/reports/sa/reporter",
        "cluster.local/ns/reports/sa/other",
      ],
    },
  },
];
