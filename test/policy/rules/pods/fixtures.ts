import { type Manifest } from "../../../../policy/manifest";

/** A workload that every rule about pods lets pass. */
export const deployment: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "team" },
  spec: {
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "web",
            image: "registry.example.com/web:v1.2.3",
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: "/", port: 8080 } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
        volumes: [{ name: "config", configMap: { name: "web" } }],
      },
    },
  },
};

export const pod = "spec.template.spec";
export const container = `${pod}.containers[0]`;

/** One change, in words that follow "lets … pass" or "rejects", and what the rule says of it. */
export type Case = readonly [what: string, changes: Readonly<Record<string, unknown>>, ...messages: string[]];
