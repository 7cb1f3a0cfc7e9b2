/**
 * A program of a team's own that has the platform in it, with settings given here, and a workload of the team's behind it.
 *
 *   npm pack --pack-destination examples/library      # in the folder of kubeflow-gatehouse
 *   cp -r examples/library ../team-platform && cd ../team-platform && npm install
 *   npx gatehouse preview prod
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { HardenedWorkload, Platform, podLabels, settingsOf } from "kubeflow-gatehouse";

const config = new pulumi.Config();

// The same settings as in a stack's file, with the same checks. A secret is an Output.
const settings = settingsOf({
  environment: "prod",
  domain: config.require("domain"),
  cluster: { apiServer: { cidrs: ["10.10.0.0/28"], ports: [443] } },
  identity: {
    emailDomains: ["example.com"],
    connectors: [
      {
        type: "oidc",
        id: "company",
        name: "Company sign-in",
        issuer: "https://login.example.com",
        clientId: "kubeflow",
        clientSecret: config.requireSecret("signInSecret"),
      },
    ],
  },
  apps: [
    {
      name: "portal",
      service: { name: "portal", namespace: "portal", port: 8080 },
      pods: { labels: podLabels("portal") },
    },
  ],
});

const namespace = new k8s.core.v1.Namespace("portal", {
  metadata: {
    name: "portal",
    labels: { "istio-injection": "enabled", "pod-security.kubernetes.io/enforce": "restricted" },
  },
});
const platform = new Platform("gatehouse", settings, { dependsOn: namespace });

// One component by itself: a Deployment that passes the restricted Pod Security Standard, with what keeps it running
// through a drain. Its pods get a sidecar, and so come after the mesh.
new HardenedWorkload(
  "portal",
  {
    workload: "portal",
    namespace: "portal",
    image: "registry.example.com/portal:1.0.0",
    replicas: 2,
    ports: { http: { port: 8080, service: { appProtocol: "http" } } },
    probes: { ready: { path: "/ready", port: 8080 }, live: { path: "/live", port: 8080 } },
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
    restartOn: settings.domain,
  },
  { dependsOn: [namespace, platform] },
);

export const url = `https://${platform.hosts.gate}/`;
export const apps = platform.apps;
