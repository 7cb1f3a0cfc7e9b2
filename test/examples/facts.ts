/** What makes each example what it is. */
export interface Facts {
  /** The gateway's Service, without its ports. */
  service: Record<string, unknown>;
  platform?: string;
  /** Where the edge's certificate is. */
  credential: string;
  /** The solver of the ACME issuer, where there is one. */
  solver?: Record<string, unknown>;
  /** What cert-manager needs for it. */
  certManager?: Record<string, unknown>;
  /** Dex's connectors, without what the provider's secret is called. */
  connectors: Record<string, unknown>[];
  /** Where the keys of the cluster's own tokens come from. */
  keys: string;
}

const redirectURI = "https://kubeflow.example.com/dex/callback";

export const facts: Record<string, Facts> = {
  kind: {
    service: { type: "NodePort" },
    credential: "gatehouse-edge",
    connectors: [],
    keys: "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
  },
  eks: {
    service: {
      type: "LoadBalancer",
      loadBalancerClass: "service.k8s.aws/nlb",
      externalTrafficPolicy: "Local",
      annotations: {
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
        "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol": "*",
        "service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-443": "tcp.idle_timeout.seconds=3600",
      },
    },
    credential: "gatehouse-edge",
    solver: {
      route53: {
        region: "eu-central-1",
        hostedZoneID: "Z0123456789ABCDEFGHIJ",
        role: "arn:aws:iam::111122223333:role/gatehouse-dns",
        auth: { kubernetes: { serviceAccountRef: { name: "gatehouse-acme-dns" } } },
      },
    },
    connectors: [
      {
        issuer: "https://login.example.com",
        clientID: "kubeflow",
        redirectURI,
        scopes: ["openid", "profile", "email", "groups", "offline_access"],
        insecureEnableGroups: true,
        getUserInfo: true,
      },
    ],
    keys: "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF/keys",
  },
  gke: {
    service: {
      type: "LoadBalancer",
      loadBalancerIP: "203.0.113.10",
      externalTrafficPolicy: "Local",
      annotations: { "cloud.google.com/l4-rbs": "enabled" },
    },
    platform: "gke",
    credential: "gatehouse-edge",
    solver: { cloudDNS: { project: "example-dns", hostedZoneName: "example-com" } },
    certManager: {
      extraArgs: ["--issuer-ambient-credentials"],
      serviceAccount: {
        annotations: { "iam.gke.io/gcp-service-account": "gatehouse-dns@example-dns.iam.gserviceaccount.com" },
      },
    },
    connectors: [
      { clientID: "123456789012-abc.apps.googleusercontent.com", redirectURI, hostedDomains: ["example.com"] },
    ],
    keys: "https://container.googleapis.com/v1/projects/example/locations/europe-west1/clusters/ml/jwks",
  },
  aks: {
    service: {
      type: "LoadBalancer",
      externalTrafficPolicy: "Local",
      annotations: {
        "service.beta.kubernetes.io/azure-pip-name": "kubeflow",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": "network",
        "service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout": "60",
      },
    },
    credential: "gatehouse-edge",
    solver: {
      azureDNS: {
        subscriptionID: "00000000-0000-0000-0000-000000000001",
        resourceGroupName: "dns",
        hostedZoneName: "example.com",
        managedIdentity: { clientID: "00000000-0000-0000-0000-000000000002" },
      },
    },
    certManager: {
      extraArgs: ["--issuer-ambient-credentials"],
      podLabels: { "azure.workload.identity/use": "true" },
      serviceAccount: { labels: { "azure.workload.identity/use": "true" } },
    },
    connectors: [
      {
        clientID: "00000000-0000-0000-0000-000000000003",
        redirectURI,
        tenant: "00000000-0000-0000-0000-000000000004",
        groupNameFormat: "id",
        onlySecurityGroups: true,
      },
    ],
    keys: "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000004/11111111-1111-1111-1111-111111111111/openid/v1/jwks",
  },
  "on-premises": {
    service: { type: "LoadBalancer", loadBalancerIP: "10.30.1.10", externalTrafficPolicy: "Local" },
    credential: "kubeflow-tls",
    connectors: [
      {
        host: "ldap.example.com:636",
        rootCA: "/etc/dex-authorities/connector-directory.pem",
        bindDN: "cn=dex,ou=services,dc=example,dc=com",
        usernamePrompt: "User name",
        userSearch: {
          baseDN: "ou=people,dc=example,dc=com",
          filter: "(objectClass=person)",
          username: "uid",
          scope: "sub",
          idAttr: "entryUUID",
          emailAttr: "mail",
          nameAttr: "cn",
        },
        groupSearch: {
          baseDN: "ou=groups,dc=example,dc=com",
          filter: "(objectClass=groupOfNames)",
          scope: "sub",
          userMatchers: [{ userAttr: "DN", groupAttr: "member" }],
          nameAttr: "cn",
        },
      },
    ],
    keys: "https://cluster-keys.istio-system.svc.cluster.local:8443/openid/v1/jwks",
  },
};
