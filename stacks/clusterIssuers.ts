/** The issuers of managed Kubernetes clusters, whose form is known, and where each keeps its keys. */

interface CloudIssuer {
  cloud: string;
  /** Hosts of this cloud's issuers. */
  host: RegExp;
  /** The whole URL, as tokens carry it in `iss`. */
  form: RegExp;
  example: string;
  jwksUri: (issuer: string) => string;
}

const segment = "[A-Za-z0-9_.~-]+";

export const cloudIssuers: readonly CloudIssuer[] = [
  {
    // https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html, and the dual-stack
    // issuers of https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html; other partitions' are not described.
    cloud: "EKS",
    host: /^oidc\.eks\.|^oidc-eks\.[a-z0-9-]+\.api\.aws$/,
    form: /^https:\/\/(oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?|oidc-eks\.[a-z0-9-]+\.api\.aws)\/id\/[A-Z0-9]{32}$/,
    example: "https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
    jwksUri: (issuer) => `${issuer}/keys`,
  },
  {
    // https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.well-known/getOpenid-configuration
    cloud: "GKE",
    host: /^container\.googleapis\.com$/,
    form: new RegExp(
      `^https://container\\.googleapis\\.com/v1/projects/${segment}/locations/${segment}/clusters/${segment}$`,
    ),
    example: "https://container.googleapis.com/v1/projects/example/locations/europe-west1/clusters/ml",
    jwksUri: (issuer) => `${issuer}/jwks`,
  },
  {
    // https://learn.microsoft.com/azure/aks/use-oidc-issuer; the slash at the end is part of it.
    cloud: "AKS",
    host: /\.oic\.prod-aks\.azure\.[a-z]+$/,
    form: /^https:\/\/[a-z0-9-]+\.oic\.prod-aks\.azure\.[a-z]+\/[0-9a-f-]{36}\/[0-9a-f-]{36}\/$/,
    example:
      "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/",
    jwksUri: (issuer) => `${issuer}openid/v1/jwks`,
  },
];

/** The cloud that an issuer's host belongs to, whatever the rest of its URL. */
export function cloudOf(issuer: string): CloudIssuer | undefined {
  const { hostname } = new URL(issuer);
  return cloudIssuers.find(({ host }) => host.test(hostname));
}
