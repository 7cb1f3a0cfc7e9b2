/** Stacks as people run them, one for each way to a certificate: settings that pass, to be changed one at a time. */
import { changed, production, type Tree } from "./fixture";

const edge = (value: Tree, base = production()): Tree => changed(base, "certificates.edge", value);
const changedBy = (base: Tree, ...changes: [path: string, value: unknown][]): Tree =>
  changes.reduce((tree, [path, value]) => changed(tree, path, value), base);

export const acme = { type: "acme", email: "platform@example.com" };

/** kind on one's own machine, reached at an address. */
export const kindByAddress = (): Tree =>
  changedBy(production(), ["environment", "dev"], ["domain", "192.0.2.10"], ["echo.enabled", false]);

/** Any cluster with a public load balancer. */
export const http01 = (): Tree => edge({ ...acme, challenge: { type: "http01" } });

const dns01 = (provider: Tree, base?: Tree): Tree => edge({ ...acme, challenge: { type: "dns01", provider } }, base);

/** EKS: Route 53 by IAM roles for service accounts, a network load balancer with the PROXY protocol. */
export const eks = (): Tree =>
  changedBy(
    dns01({
      type: "route53",
      region: "eu-central-1",
      hostedZoneId: "Z0123456789ABCDEFGHIJ",
      auth: { type: "workloadIdentity", role: "arn:aws:iam::111122223333:role/gatehouse-dns" },
    }),
    [
      "ingress.service.loadBalancer",
      {
        class: "service.k8s.aws/nlb",
        annotations: {
          "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
          "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol": "*",
        },
      },
    ],
    ["ingress.trustedRanges", ["10.0.0.0/16"]],
    ["ingress.clientAddress.proxyProtocol", "required"],
  );

/** GKE: Cloud DNS by Workload Identity, a reserved address. */
export const gke = (): Tree =>
  changedBy(
    dns01({
      type: "cloudDns",
      project: "example-dns",
      hostedZone: "example-com",
      auth: { type: "workloadIdentity", serviceAccount: "gatehouse-dns@example-dns.iam.gserviceaccount.com" },
    }),
    ["cluster.platform", "gke"],
    ["cluster.apiServer.callsWebhooksFrom", "anywhere"],
    ["network.metadataExceptions", [{ namespace: "cert-manager", reason: "DNS-01 with Workload Identity." }]],
    ["ingress.service.loadBalancer", { address: "203.0.113.10", sourceRanges: ["203.0.113.0/24"] }],
  );

/** AKS: Azure DNS by Microsoft Entra Workload ID, an internal load balancer. */
export const aks = (): Tree =>
  changedBy(
    dns01({
      type: "azureDns",
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      resourceGroup: "dns",
      hostedZone: "example.com",
      auth: { type: "workloadIdentity", clientId: "00000000-0000-0000-0000-000000000002" },
    }),
    ["cluster.apiServer.callsWebhooksFrom", "anywhere"],
    ["ingress.service.loadBalancer.annotations", { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" }],
  );

export const cloudflare = (): Tree =>
  dns01({ type: "cloudflare", apiToken: { secretName: "cloudflare", key: "apiToken" } });

/** The providers by a key in place of the cloud's own identity. */
export const byKey: Record<string, () => Tree> = {
  route53: () =>
    dns01({
      type: "route53",
      region: "eu-central-1",
      auth: {
        type: "accessKey",
        accessKeyId: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: { secretName: "route53", key: "secretAccessKey" },
      },
    }),
  cloudDns: () =>
    dns01({
      type: "cloudDns",
      project: "example-dns",
      auth: { type: "serviceAccountKey", serviceAccountKey: { secretName: "cloud-dns", key: "key.json" } },
    }),
  azureDns: () =>
    dns01({
      type: "azureDns",
      subscriptionId: "00000000-0000-0000-0000-000000000001",
      resourceGroup: "dns",
      hostedZone: "example.com",
      auth: {
        type: "clientSecret",
        tenantId: "00000000-0000-0000-0000-000000000003",
        clientId: "00000000-0000-0000-0000-000000000002",
        clientSecret: { secretName: "azure-dns", key: "clientSecret" },
      },
    }),
};

/** On premises, where a process of the company puts its CA's certificate into the cluster. */
export const existingSecret = (): Tree => edge({ type: "existingSecret", secretName: "kubeflow-tls" });

/** On premises, with a certificate of the company's CA; the key has to be a secret. */
export const given = (certificate: string, privateKey: string): Tree =>
  edge({ type: "given", certificate, privateKey });

/** A load balancer that ends TLS and adds the client's address to `X-Forwarded-For`. */
export const offload = (): Tree =>
  changedBy(
    edge({ type: "offload" }),
    ["ingress.trustedRanges", ["10.0.0.0/16"]],
    ["ingress.clientAddress.trustedHops", 1],
  );
