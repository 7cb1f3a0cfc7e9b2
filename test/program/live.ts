/** A cert-manager and an Istio that are in the cluster already, as they have to be: to be changed one at a time. */
import { stringify } from "yaml";
import { requiredCertManager } from "../../components/existingCertManager";
import { identityProviderOf } from "../../components/identityProvider";
import { requiredMesh } from "../../components/requiredMesh";
import { hostsOf } from "../../components/topology";
import { type FoundMesh } from "../../documents/istio/meshProblems";
import { meshObjects, type RequiredMesh } from "../../documents/istio/requiredMesh";
import { type Settings } from "../../stacks/schema";

/** As istiod's chart writes them; what stands here is written out, so that no change of what is required changes it too. */
export const compliantMesh = (authoritySecret: string, revision?: string, namespace = "istio-system") => {
  const istiod = revision === undefined ? "istiod" : `istiod-${revision}`;
  const configMap = {
    data: {
      mesh: stringify({
        accessLogFile: "",
        defaultConfig: { discoveryAddress: `${istiod}.${namespace}.svc:15012` },
        defaultProviders: { metrics: ["prometheus"] },
        enablePrometheusMerge: true,
        extensionProviders: [
          { name: "otel", envoyOtelAls: { service: "otel.monitoring.svc.cluster.local", port: 4317 } },
          {
            name: "oauth2-proxy",
            envoyExtAuthzHttp: {
              service: "auth/oauth2-proxy.auth.svc.cluster.local",
              port: 4180,
              timeout: "5s",
              pathPrefix: "/check",
              failOpen: false,
              statusOnError: "503",
              includeRequestHeadersInCheck: ["cookie", "authorization", "accept"],
              includeAdditionalHeadersInCheck: {
                "x-auth-request-redirect": "%DYNAMIC_METADATA(gatehouse:return_address)%",
              },
              headersToUpstreamOnAllow: ["authorization"],
              headersToDownstreamOnAllow: ["set-cookie"],
              headersToDownstreamOnDeny: ["content-type", "set-cookie", "cache-control"],
            },
          },
        ],
        pathNormalization: { normalization: "DECODE_AND_MERGE_SLASHES" },
        rootNamespace: "istio-system",
        trustDomain: "cluster.local",
      }),
      meshNetworks: "networks: {}",
    },
  };
  const injector = {
    data: {
      values: JSON.stringify({
        global: {
          proxy: { excludeInboundPorts: "", includeInboundPorts: "*", seccompProfile: { type: "RuntimeDefault" } },
        },
        pilot: { cni: { enabled: true } },
      }),
      config: "defaultTemplates: [sidecar]\npolicy: enabled\n",
    },
  };
  const deployment = {
    metadata: { name: "istiod", namespace: "istio-system", generation: 3 },
    spec: {
      template: {
        metadata: { labels: { app: "istiod" } },
        spec: {
          containers: [
            {
              name: "discovery",
              image: "docker.io/istio/pilot:1.31.1-distroless",
              args: ["discovery", "--domain", "cluster.local", "--keepaliveMaxServerConnectionAge", "2m"],
              env: [
                { name: "REVISION", value: revision ?? "default" },
                { name: "POD_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                { name: "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", value: "true" },
                { name: "PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", value: "1m" },
                { name: "BLOCKED_CIDRS_IN_JWKS_URIS", value: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10" },
                { name: "PILOT_FILTER_GATEWAY_CLUSTER_CONFIG", value: "true" },
              ],
              volumeMounts: [
                { name: "cacerts", mountPath: "/etc/cacerts", readOnly: true },
                { name: "gatehouse-ca", mountPath: "/cacerts", readOnly: true },
              ],
            },
          ],
          volumes: [
            { name: "cacerts", secret: { secretName: "cacerts", optional: true } },
            { name: "gatehouse-ca", secret: { secretName: authoritySecret, defaultMode: 420 } },
          ],
        },
      },
    },
    status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
  };
  const webhook = {
    webhooks: (revision === undefined ? ["rev.namespace", "namespace"] : ["rev.namespace"]).map((prefix) => ({
      name: `${prefix}.sidecar-injector.istio.io`,
      clientConfig: {
        service: {
          namespace,
          name: istiod,
          path: "/inject",
          port: 443,
        },
      },
      failurePolicy: "Fail",
      rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], scope: "*" }],
      namespaceSelector: {
        matchExpressions:
          prefix === "namespace"
            ? [{ key: "istio-injection", operator: "In", values: ["enabled"] }]
            : [
                { key: "istio.io/rev", operator: "In", values: [revision ?? "default"] },
                { key: "istio-injection", operator: "DoesNotExist" },
              ],
      },
      objectSelector: {
        matchExpressions: [{ key: "sidecar.istio.io/inject", operator: "NotIn", values: ["false"] }],
      },
    })),
  };
  return { configMap, injector, deployment, webhook } satisfies FoundMesh;
};

export const compliantCertManager = () => ({
  deployment: {
    metadata: { name: "cert-manager", namespace: "cert-manager", generation: 1 },
    spec: {
      template: {
        metadata: { labels: { "app.kubernetes.io/component": "controller" } as Record<string, string> },
        spec: {
          serviceAccountName: "cert-manager",
          containers: [
            {
              name: "cert-manager-controller",
              image: "quay.io/jetstack/cert-manager-controller:v1.21.2",
              args: [
                "--v=2",
                "--cluster-resource-namespace=$(POD_NAMESPACE)",
                "--leader-election-namespace=kube-system",
              ],
            },
          ],
        },
      },
    },
  },
  editRole: { metadata: { name: "cert-manager-edit", labels: { app: "cert-manager" } as Record<string, string> } },
});

/** The mesh that settings require. */
export function meshFor(settings: Settings): RequiredMesh | undefined {
  return settings.istio.type === "existing"
    ? requiredMesh(settings, settings.istio, identityProviderOf(settings, hostsOf(settings.domain)))
    : undefined;
}

/** What the settings say that there is already, as it has to be. */
export function compliantCluster(settings: Settings): Record<string, object> {
  const live: Record<string, object> = {};
  const mesh = meshFor(settings);
  if (mesh !== undefined) {
    const { configMap, injector, deployment, webhook } = compliantMesh(
      mesh.authoritySecret,
      mesh.revision,
      mesh.namespace,
    );
    const names = meshObjects(mesh);
    live[`ConfigMap ${names.configMap}`] = configMap;
    live[`ConfigMap ${names.injector}`] = injector;
    live[`Deployment ${names.deployment}`] = deployment;
    live[`MutatingWebhookConfiguration ${names.webhook}`] = webhook;
  }
  if (settings.certManager.type === "existing") {
    const required = requiredCertManager(settings, settings.certManager);
    const { deployment, editRole } = compliantCertManager();
    const { spec, metadata } = deployment.spec.template;
    spec.containers[0]?.args.push(
      `--cluster-resource-namespace=${required.clusterResourceNamespace}`,
      ...(required.ambientCredentials ? ["--issuer-ambient-credentials"] : []),
    );
    Object.assign(metadata.labels, required.podLabels);
    live[`Deployment ${required.namespace}/cert-manager`] = deployment;
    live["ClusterRole cert-manager-edit"] = editRole;
  }
  return live;
}
