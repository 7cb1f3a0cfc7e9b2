/** The single settings of certificates.edge, of the load balancer and of the client's address, with what each refuses. */
import { generateKeyPairSync } from "node:crypto";
import { changed, everything, production, type Tree } from "./fixture";
import { type Field } from "./fields.test";
import * as modes from "./modes";

/** A certificate for kubeflow.example.com, made once for this file: what a field takes has nothing to do with its names. */
export interface Pem {
  cert: string;
  key: string;
}

const dev = (settings: Tree): Tree => ({ ...settings, environment: "dev" });
const balanced = () =>
  changed(everything(), "ingress.service", {
    type: "LoadBalancer",
    loadBalancer: { sourceRanges: ["203.0.113.0/24"] },
  });

/** One mend for everything that is not of the shape. */
const shape = (mend: string, accepts: readonly unknown[], refuses: readonly unknown[], at?: () => Tree): Field => ({
  ...(at === undefined ? {} : { base: at }),
  accepts,
  refuses: { [mend]: [...refuses, ""] },
});

const block = "write an address block whose host bits are zero, such as 10.0.0.0/16 or 172.18.0.2/32";
const uuid = (what: string, at: () => Tree) =>
  shape(
    `write the ${what}, a UUID in lower case such as 00000000-0000-0000-0000-000000000000`,
    ["12345678-9abc-def0-1234-56789abcdef0"],
    [
      "12345678-9ABC-DEF0-1234-56789abcdef0",
      "123456789abcdef0123456789abcdef0",
      "g2345678-9abc-def0-1234-56789abcdef0",
      5,
    ],
    at,
  );
const secretName: Field["refuses"] = {
  "write the name of a Secret in the namespace ingress": ["", "A", "a..b", "a_b", ".a", "a".repeat(254), 5],
};
/** The two fields of a Secret that is in the cluster. */
const inCluster = (path: string, example: string, at: () => Tree): Record<string, Field> => ({
  [`${path}.secretName`]: { base: at, accepts: ["dns", "a.b"], refuses: secretName },
  [`${path}.key`]: {
    base: at,
    accepts: ["token", ".hidden"],
    refuses: { [`write a key of that Secret, such as ${example}`]: ["", ".", "..", "a/b", "a b"] },
  },
});

export function edgeFields({ httpsUrl, pem }: { httpsUrl: Field; pem: () => Pem }): Record<string, Field> {
  const given = () => modes.given(pem().cert, pem().key);
  const edge = "certificates.edge";
  const provider = `${edge}.challenge.provider`;
  const keyed = (name: string) => modes.byKey[name] ?? production;
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  });
  return {
    [`${edge}.type`]: {
      accepts: ["privateCa"],
      refuses: {
        "write privateCa or acme or existingSecret or given or offload": [
          "",
          "ACME",
          "letsencrypt",
          "__proto__",
          1,
          null,
        ],
      },
    },
    [`${edge}.email`]: shape(
      "write an e-mail address with a lower-case domain, such as user@example.com",
      ["platform@example.com"],
      ["platform", "a@localhost", "a b@example.com", 5],
      modes.http01,
    ),
    [`${edge}.server`]: { ...httpsUrl, base: modes.http01 },
    [`${edge}.caBundle`]: {
      base: () => changed(modes.http01(), `${edge}.server`, "https://acme.example.com/dir"),
      get accepts() {
        return [pem().cert, `${pem().cert}\n${pem().cert}`];
      },
      get refuses() {
        return {
          "write the PEM certificates of the CA that signs the ACME server's own certificate": [
            "",
            "ca",
            `${pem().cert}ca`,
            pem().key,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            5,
          ],
        };
      },
    },
    [`${edge}.names`]: shape("write wildcard or hosts", ["wildcard", "hosts"], ["Wildcard", true], modes.eks),
    [`${edge}.challenge.type`]: {
      base: modes.http01,
      accepts: ["http01"],
      refuses: { "write http01 or dns01": ["", "HTTP-01", "tlsalpn01", 1, null] },
    },
    [`${provider}.type`]: {
      base: modes.eks,
      accepts: ["route53"],
      refuses: { "write route53 or cloudDns or azureDns or cloudflare": ["", "Route53", "rfc2136", 1, null] },
    },
    [`${provider}.region`]: shape(
      "write an AWS region, such as eu-central-1",
      ["eu-central-1", "us-gov-west-1", "ap-southeast-2"],
      ["eu", "EU-central-1", "eu-central-1a", 1],
      modes.eks,
    ),
    [`${provider}.hostedZoneId`]: shape(
      "write the hosted zone's ID without /hostedzone/, such as Z0123456789ABCDEFGHIJ",
      ["Z1", "Z0123456789ABCDEFGHIJ"],
      ["/hostedzone/Z1", "z1", "Z".repeat(33), 1],
      modes.eks,
    ),
    [`${provider}.auth.type`]: {
      base: modes.eks,
      accepts: ["workloadIdentity"],
      refuses: { "write workloadIdentity or accessKey": ["", "ambient", 1, null] },
    },
    [`${provider}.auth.role`]: shape(
      "write the ARN of an IAM role, such as arn:aws:iam::111122223333:role/gatehouse-dns",
      ["arn:aws:iam::111122223333:role/path/dns", "arn:aws-cn:iam::111122223333:role/dns"],
      ["dns", "arn:aws:iam::1:role/dns", "arn:aws:iam::111122223333:user/dns", "arn:aws:iam::111122223333:role/", 1],
      modes.eks,
    ),
    [`${provider}.auth.accessKeyId`]: shape(
      "write the access key's ID, such as AKIAIOSFODNN7EXAMPLE",
      ["AKIAIOSFODNN7EXAMPLE"],
      ["AKIA", "akiaiosfodnn7example", "AKIAIOSFODNN7EXAMPLE ", 1],
      keyed("route53"),
    ),
    ...inCluster(`${provider}.auth.secretAccessKey`, "secretAccessKey", keyed("route53")),
    [`${provider}.project`]: shape(
      "write the Google Cloud project's ID, such as example-dns",
      ["example-dns", "example.com:example-dns"],
      ["dns", "Example-dns", "1example", "example-dns-", 1],
      modes.gke,
    ),
    [`${provider}.hostedZone`]: shape(
      "write the managed zone's name, such as example-com",
      ["example-com", "a"],
      ["example.com", "Example", "1a", 1],
      modes.gke,
    ),
    [`${provider}.auth.serviceAccount`]: shape(
      "write the e-mail address of a Google service account, such as cert-manager-dns@example-dns.iam.gserviceaccount.com",
      ["gatehouse-dns@example-dns.iam.gserviceaccount.com"],
      ["gatehouse-dns", "gatehouse-dns@example.com", "Dns@example-dns.iam.gserviceaccount.com", 1],
      modes.gke,
    ),
    ...inCluster(`${provider}.auth.serviceAccountKey`, "key.json", keyed("cloudDns")),
    [`${provider}.subscriptionId`]: uuid("subscription's ID", modes.aks),
    [`${provider}.resourceGroup`]: shape(
      "write the resource group's name, such as dns",
      ["dns", "Dns_(1).a", "a".repeat(90)],
      ["dns.", "a b", "a".repeat(91), 1],
      modes.aks,
    ),
    [`${provider}.auth.clientId`]: uuid("managed identity's client ID", modes.aks),
    [`${provider}.auth.tenantId`]: uuid("tenant's ID", keyed("azureDns")),
    ...inCluster(`${provider}.auth.clientSecret`, "clientSecret", keyed("azureDns")),
    ...inCluster(`${provider}.apiToken`, "apiToken", modes.cloudflare),
    [`${edge}.secretName`]: { base: modes.existingSecret, accepts: ["kubeflow-tls", "a.b"], refuses: secretName },
    [`${edge}.certificate`]: {
      base: given,
      secretKeys: ["certificates"],
      get accepts() {
        return [pem().cert, ` ${pem().cert}\n`];
      },
      get refuses() {
        return {
          "write the certificate and its chain as PEM, the leaf first, and no private key": [
            "",
            "certificate",
            `${pem().cert}${pem().key}`,
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            5,
          ],
        };
      },
    },
    [`${edge}.privateKey`]: {
      base: given,
      secretKeys: ["certificates"],
      get accepts() {
        return [pem().key, "undecrypted-0123456789abcdef0123456789abcdef01234567"];
      },
      refuses: {
        "set the PEM private key with pulumi config set --secret --path": ["", 5, null, {}],
        "this is not a private key that can be read: give it as PEM, without a passphrase": [
          "key",
          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
          generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
            type: "pkcs8",
            format: "pem",
            cipher: "aes-256-cbc",
            passphrase: "x",
          }),
        ],
        "this key does not belong to the first certificate of certificates.edge.certificate: give the key that it was issued for":
          [foreign],
      },
    },
    "ingress.service.annotations": {
      accepts: [{}, { "cloud.google.com/neg": '{"ingress": true}', plain: "" }],
      refuses: { "write a mapping from annotations to texts": ["a", 5, null, ["a"]] },
    },
    "ingress.service.loadBalancer.address": shape(
      "write the IP address that was reserved for the load balancer, such as 203.0.113.10",
      ["203.0.113.10", "2001:db8::10"],
      ["203.0.113", "gate.example.com", "203.0.113.10/32", "203.0.113.010", 5],
      balanced,
    ),
    "ingress.service.loadBalancer.class": shape(
      "write a load balancer class, such as service.k8s.aws/nlb",
      ["service.k8s.aws/nlb", "metallb"],
      ["a b", "/nlb", "a/b/c", "A.example.com/nlb", 5],
      balanced,
    ),
    "ingress.service.loadBalancer.annotations": {
      base: balanced,
      accepts: [{}, { "service.beta.kubernetes.io/azure-load-balancer-internal": "true", plain: "" }],
      refuses: { "write a mapping from annotations to texts": ["a", 5, null, ["a"]] },
    },
    "ingress.service.loadBalancer.sourceRanges[0]": {
      base: balanced,
      accepts: ["203.0.113.0/24", "::/0"],
      refuses: { [block]: ["", "203.0.113.1/24", "203.0.113.1", 5] },
    },
    "ingress.service.loadBalancer.externalTrafficPolicy": {
      base: balanced,
      accepts: ["Local", "Cluster"],
      refuses: { "write Local or Cluster": ["", "local", null] },
    },
    "ingress.trustedRanges[0]": {
      accepts: ["10.0.0.0/16", "fd00::/8"],
      refuses: { [block]: ["", "10.0.0.1/16", "10.0.0.1", 5] },
    },
    "ingress.clientAddress.proxyProtocol": {
      base: () => dev(changed(production(), "ingress.trustedRanges", ["10.0.0.0/16"])),
      accepts: ["off", "required"],
      refuses: { "write off or required": ["", "optional", true, null] },
    },
    "ingress.clientAddress.trustedHops": {
      base: () => dev(changed(production(), "ingress.trustedRanges", ["10.0.0.0/16"])),
      accepts: [0, 1, 10],
      refuses: {
        "write a whole number from 0": [-1],
        "write 10 at the most": [11],
        "write a whole number": [1.5, "1", null],
      },
    },
  };
}
