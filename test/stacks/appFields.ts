/** What an application's settings accept and refuse. */
import { type Field } from "./fields.test";

type Refuses = Field["refuses"];

const port: Field = {
  accepts: [1, 80, 65535],
  refuses: { "write a port from 1 to 65535": [0, 65536], "write a port number": ["80", 1.5, null] },
};

const objectName = (example: string, ...accepts: string[]): Field => ({
  accepts,
  refuses: {
    [`write the name of a Kubernetes object: lower-case letters, digits and dashes, 63 at the most, such as ${example}`]:
      ["", "Grafana", "1grafana", "grafana-", "grafana.monitoring", "a".repeat(64), "grafana\n", 5, null],
  },
});

const labels: Field = {
  accepts: [{ app: "grafana" }, { "app.kubernetes.io/name": "Grafana_1.2", tier: "1" }],
  refuses: {
    "write a mapping from labels to their values, such as app.kubernetes.io/name: grafana": ["app=grafana", 5, ["app"]],
    "name at least one label: without any, every pod is meant": [{}],
  },
};

export const appFields = (refusedNamespaces: Refuses, refusedDnsNames: Refuses): Record<string, Field> => ({
  "apps[0].name": {
    accepts: ["grafana", "ml-flow", "a", "a".repeat(32)],
    refuses: {
      "write up to 32 lower-case letters, digits and dashes, such as grafana": [
        "",
        "Grafana",
        "grafana.example.com",
        "-a",
        "a-",
        "a".repeat(33),
        5,
        null,
      ],
    },
  },
  "apps[0].host": { accepts: ["grafana.example.com", "a.b.example.com"], refuses: refusedDnsNames },
  "apps[0].service.name": objectName("grafana", "grafana", "a", "ml-pipeline-ui", "a".repeat(63)),
  "apps[0].service.namespace": { accepts: ["monitoring", "kubeflow"], refuses: refusedNamespaces },
  "apps[0].service.port": port,
  "apps[0].pods.labels": labels,
  "apps[0].pods.port": port,
  "apps[0].groups[0]": {
    accepts: ["ml-engineers", "a*b", "Team A"],
    refuses: {
      "write a group without an asterisk at its beginning or end, which Istio would take for any text": [
        "*",
        "ml*",
        "*ml",
      ],
      "write a group name of printable ASCII without commas, 255 characters at the most, such as ml-engineers": [
        "",
        "a,b",
        " a",
        "größe",
        5,
        null,
      ],
    },
  },
  "apps[0].inCluster": { accepts: [false], refuses: { "write true or false": ["true", 1, null] } },
  "apps[0].pipelinesUi": { accepts: [true, false], refuses: { "write true or false": ["true", 1, null] } },
  "apps[0].callers[0].namespace": { accepts: ["reports"], refuses: refusedNamespaces },
  "apps[0].callers[0].podLabels": labels,
  "apps[0].callers[0].serviceAccount": objectName("grafana", "reporter", "a"),
});
