import { stringify } from "yaml";

/**
 * A cluster's dump as a benchmark needs it: kinds, sizes and texts as an installation of Kubeflow has them, with nothing
 * wrong, so that every rule reads every object to its end.
 */
export function manyManifests(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const kinds = [deployment, service, configMap, role, networkPolicy, virtualService, authorizationPolicy, secret];
    const make = kinds[index % kinds.length] ?? deployment;
    return stringify(make(`application-${index}`, `team-${index % 40}`), { lineWidth: 0 });
  }).join("---\n");
}

const metadata = (name: string, namespace: string) => ({
  name,
  namespace,
  labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "benchmark", app: name },
});

function deployment(name: string, namespace: string) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadata(name, namespace),
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "application",
              image: `registry.example.com/${name}:1.2.3@sha256:${"0123456789abcdef".repeat(4)}`,
              args: ["--port=8080", "--log-format=json", "--metrics-address=:9090"],
              env: [
                { name: "LEVEL", value: "info" },
                { name: "TOKEN", valueFrom: { secretKeyRef: { name, key: "token" } } },
              ],
              ports: [{ name: "http", containerPort: 8080 }],
              readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
              resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "128Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                readOnlyRootFilesystem: true,
              },
              volumeMounts: [{ name: "config", mountPath: "/etc/application", readOnly: true }],
            },
          ],
          volumes: [{ name: "config", configMap: { name } }],
        },
      },
    },
  };
}

function service(name: string, namespace: string) {
  const ports = [{ name: "http", port: 80, targetPort: "http" }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(name, namespace),
    spec: { type: "ClusterIP", selector: { app: name }, ports },
  };
}

function configMap(name: string, namespace: string) {
  const lines = Array.from({ length: 30 }, (_, index) => `  option${index}: value of ${name}, number ${index}`);
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(name, namespace),
    data: {
      "config.yaml": `server:\n  port: 8080\n  tls: true\nsettings:\n${lines.join("\n")}\n`,
      "start.sh": `#!/bin/sh\nset -eu\nexec /application --config /etc/application/config.yaml\n`,
    },
  };
}

function secret(name: string, namespace: string) {
  const data = { token: Buffer.from(`no secret of ${name}`).toString("base64") };
  return { apiVersion: "v1", kind: "Secret", metadata: metadata(name, namespace), type: "Opaque", data };
}

function role(name: string, namespace: string) {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: metadata(name, namespace),
    rules: [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: [name], verbs: ["get", "watch"] },
      { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list", "watch"] },
    ],
  };
}

function networkPolicy(name: string, namespace: string) {
  const from = [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(name, namespace),
    spec: {
      podSelector: { matchLabels: { app: name } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from, ports: [{ protocol: "TCP", port: 8080 }] }],
    },
  };
}

function virtualService(name: string, namespace: string) {
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: metadata(name, namespace),
    spec: {
      hosts: ["kubeflow.example.com"],
      gateways: ["ingress/gate"],
      http: [
        {
          match: [{ uri: { prefix: `/${name}/` } }],
          route: [{ destination: { host: `${name}.${namespace}.svc.cluster.local`, port: { number: 80 } } }],
        },
      ],
    },
  };
}

function authorizationPolicy(name: string, namespace: string) {
  const principals = ["cluster.local/ns/ingress/sa/gate"];
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(name, namespace),
    spec: {
      selector: { matchLabels: { app: name } },
      action: "ALLOW",
      rules: [{ from: [{ source: { principals } }] }],
    },
  };
}
