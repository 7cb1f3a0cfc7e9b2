import { strict as assert } from "node:assert";
import { authority, type Authority, type Issued, issue } from "../../acceptance/certificates";
import { type Difference } from "../../program/differences";
import { changed, type Tree } from "../../stacks/fixture";
import * as modes from "../../stacks/modes";
import { type Effect, gatewayChart, policy } from "./effect";

let company: Authority;
let pair: Issued;

/** Makes what the effects below give as certificates; their values are read later. */
export async function makeCertificates(): Promise<void> {
  company = await authority();
  pair = await issue(company, ["kubeflow.example.com"]);
}

const setting = (path: string) => `certificates.edge.${path}`;
/** An Issuer's name stands for its server and account. */
const issuers = {
  usual: "gatehouse-acme-2bfe8d01",
  otherEmail: "gatehouse-acme-70e770d2",
  otherServer: "gatehouse-acme-51aba948",
  ownServer: "gatehouse-acme-8d528ddc",
} as const;
const issuer = (path: string, name: string = issuers.usual) => `Issuer ingress/${name}: spec.acme.${path}`;
const anotherIssuer = (after: string): Record<string, Difference> => ({
  [`Issuer ingress/${issuers.usual}`]: ["present", "absent"],
  [`Issuer ingress/${after}`]: ["absent", "present"],
  "Certificate ingress/gatehouse-edge: spec.issuerRef.name": [issuers.usual, after],
});
const solver = (path: string) => issuer(`solvers[0].dns01.${path}`);
const balanced = (loadBalancer: Tree = {}) => changed(modes.http01(), "ingress.service.loadBalancer", loadBalancer);
const trusted = () => changed(modes.http01(), "ingress.trustedRanges", ["10.0.0.0/16"]);
const keyed = (name: string) => modes.byKey[name];

/** A leaf of a provider that stands in the issuer as it is. */
const inSolver = (
  path: string,
  base: (() => Tree) | undefined,
  place: string,
  difference: [before: unknown, after: unknown],
): Effect => {
  assert(base !== undefined);
  return {
    setting: setting(`challenge.provider.${path}`),
    base,
    value: difference[1],
    changes: { [solver(place)]: difference },
  };
};

const inCluster = (path: string, base: (() => Tree) | undefined, place: string, name: string, key: string) => [
  inSolver(`${path}.secretName`, base, `${place}.name`, [name, "another"]),
  inSolver(`${path}.key`, base, `${place}.key`, [key, "another"]),
];

/** The secret itself in the settings, in place of a Secret that is in the cluster. */
const inSettings = (path: string, base: (() => Tree) | undefined, place: string, name: string): Effect => ({
  setting: setting(`challenge.provider.${path}`),
  ...(base === undefined ? {} : { base }),
  value: "hunter2-hunter2",
  secret: "certificates",
  changes: {
    "Secret ingress/gatehouse-acme-dns": ["absent", "present"],
    [solver(`${place}.name`)]: [name, "gatehouse-acme-dns"],
  },
});

/** The objects that a change of mode touches. */
const objects = (differences: Record<string, Difference>) =>
  [...new Set(Object.keys(differences).map((place) => place.split(":")[0] ?? ""))].sort();

export const edge: Effect[] = [
  {
    setting: setting("type"),
    at: "certificates.edge",
    base: modes.http01,
    value: { type: "privateCa" },
    changes: (differences) => {
      const solverOfTheHost = "gatehouse-acme-<host>";
      const names = objects(differences).map((id) => id.replace(/gatehouse-acme-[0-9a-f]{12}$/, solverOfTheHost));
      assert.deepEqual(names, [
        "Certificate ingress/gatehouse-edge",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/gatehouse",
        "Gateway ingress/gatehouse-http",
        `Issuer ingress/${issuers.usual}`,
        "NetworkPolicy cert-manager/allow-cert-manager",
        "NetworkPolicy ingress/allow-acme-solver",
        "NetworkPolicy ingress/allow-gatehouse-gateway",
        `Service ingress/${solverOfTheHost}`,
        `VirtualService ingress/${solverOfTheHost}`,
      ]);
    },
  },
  {
    setting: setting("email"),
    base: modes.http01,
    value: "other@example.com",
    changes: anotherIssuer(issuers.otherEmail),
  },
  {
    setting: setting("server"),
    base: modes.http01,
    value: "https://acme.example.com:14000/dir",
    changes: {
      ...anotherIssuer(issuers.otherServer),
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[1].port")]: [undefined, 14000],
      [policy("cert-manager/allow-cert-manager", "egress[1].ports[1].protocol")]: [undefined, "TCP"],
    },
  },
  {
    setting: setting("caBundle"),
    base: () => changed(modes.http01(), "certificates.edge.server", "https://acme.example.com/dir"),
    get value() {
      return company.cert;
    },
    get changes() {
      return {
        [issuer("caBundle", issuers.ownServer)]: [
          undefined,
          Buffer.from(company.cert).toString("base64"),
        ] as Difference,
      };
    },
  },
  {
    setting: setting("names"),
    base: modes.eks,
    value: "hosts",
    changes: { "Certificate ingress/gatehouse-edge: spec.dnsNames[1]": ["*.kubeflow.example.com", undefined] },
  },
  {
    setting: setting("challenge.type"),
    at: "certificates.edge.challenge",
    base: modes.cloudflare,
    value: { type: "http01" },
    changes: (differences) => {
      const names = objects(differences).filter((id) => !/gatehouse-acme-[0-9a-f]{12}$/.test(id));
      assert.deepEqual(names, [
        "Certificate ingress/gatehouse-edge",
        "Chart cert-manager",
        "EnvoyFilter ingress/gatehouse",
        "Gateway ingress/gatehouse",
        "Gateway ingress/gatehouse-http",
        `Issuer ingress/${issuers.usual}`,
        "NetworkPolicy cert-manager/allow-cert-manager",
        "NetworkPolicy ingress/allow-acme-solver",
        "NetworkPolicy ingress/allow-gatehouse-gateway",
      ]);
    },
  },
  inSolver("region", modes.eks, "route53.region", ["eu-central-1", "eu-west-1"]),
  inSolver("hostedZoneId", modes.eks, "route53.hostedZoneID", ["Z0123456789ABCDEFGHIJ", "Z1"]),
  inSolver("auth.role", modes.eks, "route53.role", [
    "arn:aws:iam::111122223333:role/gatehouse-dns",
    "arn:aws:iam::111122223333:role/other",
  ]),
  inSolver("auth.accessKeyId", keyed("route53"), "route53.accessKeyID", [
    "AKIAIOSFODNN7EXAMPLE",
    "AKIAI44QH8DHBEXAMPLE",
  ]),
  ...inCluster(
    "auth.secretAccessKey",
    keyed("route53"),
    "route53.secretAccessKeySecretRef",
    "route53",
    "secretAccessKey",
  ),
  inSolver("project", modes.gke, "cloudDNS.project", ["example-dns", "other-dns"]),
  {
    setting: setting("challenge.provider.hostedZone"),
    base: modes.gke,
    value: "other-com",
    changes: { [solver("cloudDNS.hostedZoneName")]: ["example-com", "other-com"] },
  },
  {
    setting: setting("challenge.provider.auth.serviceAccount"),
    base: modes.gke,
    value: undefined,
    changes: {
      "Chart cert-manager: values.serviceAccount.annotations.iam.gke.io/gcp-service-account": [
        "gatehouse-dns@example-dns.iam.gserviceaccount.com",
        undefined,
      ],
    },
  },
  ...inCluster(
    "auth.serviceAccountKey",
    keyed("cloudDns"),
    "cloudDNS.serviceAccountSecretRef",
    "cloud-dns",
    "key.json",
  ),
  inSolver("subscriptionId", modes.aks, "azureDNS.subscriptionID", [
    "00000000-0000-0000-0000-000000000001",
    "00000000-0000-0000-0000-000000000009",
  ]),
  inSolver("resourceGroup", modes.aks, "azureDNS.resourceGroupName", ["dns", "zones"]),
  inSolver("auth.clientId", modes.aks, "azureDNS.managedIdentity.clientID", [
    "00000000-0000-0000-0000-000000000002",
    "00000000-0000-0000-0000-000000000009",
  ]),
  inSolver("auth.tenantId", keyed("azureDns"), "azureDNS.tenantID", [
    "00000000-0000-0000-0000-000000000003",
    "00000000-0000-0000-0000-000000000009",
  ]),
  ...inCluster("auth.clientSecret", keyed("azureDns"), "azureDNS.clientSecretSecretRef", "azure-dns", "clientSecret"),
  ...inCluster("apiToken", modes.cloudflare, "cloudflare.apiTokenSecretRef", "cloudflare", "apiToken"),
  inSettings("apiToken", modes.cloudflare, "cloudflare.apiTokenSecretRef", "cloudflare"),
  inSettings("auth.secretAccessKey", keyed("route53"), "route53.secretAccessKeySecretRef", "route53"),
  inSettings("auth.serviceAccountKey", keyed("cloudDns"), "cloudDNS.serviceAccountSecretRef", "cloud-dns"),
  inSettings("auth.clientSecret", keyed("azureDns"), "azureDNS.clientSecretSecretRef", "azure-dns"),
  {
    setting: setting("secretName"),
    base: modes.existingSecret,
    value: "other-tls",
    changes: {
      "Gateway ingress/gatehouse: spec.servers[1].tls.credentialName": ["kubeflow-tls", "other-tls"],
    },
  },
  {
    setting: setting("certificate"),
    at: "certificates.edge",
    base: modes.existingSecret,
    get value() {
      return { type: "given", certificate: pair.cert, privateKey: pair.key };
    },
    secret: "certificates",
    changes: {
      "Secret ingress/gatehouse-edge-given": ["absent", "present"],
      "Gateway ingress/gatehouse: spec.servers[1].tls.credentialName": ["kubeflow-tls", "gatehouse-edge-given"],
    },
  },
  {
    setting: "ingress.service.annotations",
    base: () => changed(changed(modes.cloudflare(), "ingress.service", { type: "ClusterIP" }), "echo.enabled", false),
    value: { "cloud.google.com/neg": '{"ingress": true}' },
    changes: { [gatewayChart("service.annotations.cloud.google.com/neg")]: [undefined, '{"ingress": true}'] },
  },
  {
    setting: "ingress.service.loadBalancer.address",
    base: balanced,
    value: "203.0.113.10",
    changes: { [gatewayChart("service.loadBalancerIP")]: [undefined, "203.0.113.10"] },
  },
  {
    setting: "ingress.service.loadBalancer.class",
    base: balanced,
    value: "service.k8s.aws/nlb",
    changes: { [gatewayChart("service.loadBalancerClass")]: [undefined, "service.k8s.aws/nlb"] },
  },
  {
    setting: "ingress.service.loadBalancer.annotations",
    base: balanced,
    value: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" },
    changes: {
      [gatewayChart("service.annotations.service.beta.kubernetes.io/azure-load-balancer-internal")]: [
        undefined,
        "true",
      ],
    },
  },
  {
    setting: "ingress.service.loadBalancer.sourceRanges[]",
    at: "ingress.service.loadBalancer.sourceRanges",
    // Let's Encrypt could not come in.
    base: modes.cloudflare,
    value: ["203.0.113.0/24"],
    changes: { [gatewayChart("service.loadBalancerSourceRanges[0]")]: [undefined, "203.0.113.0/24"] },
  },
  {
    setting: "ingress.service.loadBalancer.externalTrafficPolicy",
    base: balanced,
    value: "Cluster",
    changes: { [gatewayChart("service.externalTrafficPolicy")]: ["Local", "Cluster"] },
  },
  {
    setting: "ingress.trustedRanges[]",
    at: "ingress.trustedRanges",
    value: ["10.0.0.0/16"],
    changes: {
      [policy("ingress/allow-gatehouse-gateway", "ingress[0].from[0].ipBlock.cidr")]: [undefined, "10.0.0.0/16"],
      // The gateway's own answer whether it is ready, for the balancer alone.
      [policy("ingress/allow-gatehouse-gateway", "ingress[4].from[0].ipBlock.cidr")]: [undefined, "10.0.0.0/16"],
      [policy("ingress/allow-gatehouse-gateway", "ingress[4].ports[0].port")]: [undefined, 15021],
      [policy("ingress/allow-gatehouse-gateway", "ingress[4].ports[0].protocol")]: [undefined, "TCP"],
      "AuthorizationPolicy ingress/trusted-ranges": ["absent", "present"],
    },
  },
  {
    setting: "ingress.clientAddress.proxyProtocol",
    base: () => changed(trusted(), "certificates.edge", { type: "privateCa" }),
    value: "required",
    changes: (differences) => {
      const filters = Object.entries(differences).filter(([place]) => place.startsWith("EnvoyFilter"));
      assert(filters.length > 0);
      for (const [place, [before]] of filters) {
        assert.match(place, /^EnvoyFilter ingress\/gatehouse: spec\.configPatches\[(15|16)\]/);
        assert.equal(before, undefined, place);
      }
      // The rules know the public port by the connection's name; what they look at is in accessRules.test.ts.
      assert.deepEqual(
        objects(differences).filter((object) => !object.startsWith("EnvoyFilter")),
        ["known-issuers", "require-principal", "require-user", "session", "trusted-ranges"].map(
          (name) => `AuthorizationPolicy ingress/${name}`,
        ),
      );
    },
  },
  {
    setting: "ingress.clientAddress.trustedHops",
    base: trusted,
    value: 1,
    changes: (differences) => {
      assert.deepEqual(objects(differences), ["Chart gatehouse-gateway", "EnvoyFilter ingress/gatehouse"]);
      const [[before, after] = []] = Object.entries(differences)
        .filter(([place]) => place.startsWith("Chart"))
        .map(([, difference]) => difference);
      assert.equal(after, String(before).replace(/}$/, ',"gatewayTopology":{"numTrustedProxies":1}}'));
    },
  },
];
