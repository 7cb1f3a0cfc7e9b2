/** Who serves the DNS zone in which cert-manager answers DNS-01 challenges, and as whom cert-manager writes there. */
import { z } from "zod";
import { line, text } from "../fields";
import { secretIn } from "../secrets";

const secret = (key: string) => secretIn("ingress", key);

const uuid = (what: string) =>
  text({
    title: "UUID",
    mend: `write the ${what}, a UUID in lower case such as 00000000-0000-0000-0000-000000000000`,
    pattern: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  });

const route53 = z.strictObject({
  type: z.literal("route53").describe("Amazon Route 53."),
  region: text({
    title: "AWS region",
    mend: "write an AWS region, such as eu-central-1",
    pattern: /^[a-z]{2}(?:-[a-z]+){1,2}-\d{1,2}$/,
  }).describe("The region whose STS and Route 53 endpoints are asked."),
  hostedZoneId: text({
    title: "hosted zone ID",
    mend: "write the hosted zone's ID without /hostedzone/, such as Z0123456789ABCDEFGHIJ",
    pattern: /^[A-Z0-9]{1,32}$/,
  })
    .optional()
    .describe(
      "The hosted zone. Default: cert-manager looks it up by name, for which it needs the right to list zones.",
    ),
  auth: z
    .discriminatedUnion("type", [
      z.strictObject({
        type: z
          .literal("workloadIdentity")
          .describe("The ServiceAccount `ingress/gatehouse-acme-dns` assumes a role (IAM roles for service accounts)."),
        role: text({
          title: "ARN of a role",
          mend: "write the ARN of an IAM role, such as arn:aws:iam::111122223333:role/gatehouse-dns",
          pattern: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
        }).describe("The role; its trust policy names that ServiceAccount and the audience `sts.amazonaws.com`."),
      }),
      z.strictObject({
        type: z.literal("accessKey").describe("An IAM user's access key."),
        accessKeyId: text({
          title: "access key ID",
          mend: "write the access key's ID, such as AKIAIOSFODNN7EXAMPLE",
          pattern: /^[A-Z0-9]{16,128}$/,
        }).describe("The key's ID."),
        secretAccessKey: secret("secretAccessKey").describe("The secret access key."),
      }),
    ])
    .describe("As whom cert-manager writes records."),
});

const cloudDns = z.strictObject({
  type: z.literal("cloudDns").describe("Google Cloud DNS."),
  project: text({
    title: "project ID",
    mend: "write the Google Cloud project's ID, such as example-dns",
    pattern: /^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  }).describe("The project that holds the zone."),
  hostedZone: text({
    title: "zone name",
    mend: "write the managed zone's name, such as example-com",
    pattern: /^[a-z][a-z0-9-]{0,62}$/,
  })
    .optional()
    .describe(
      "The managed zone's name. Default: cert-manager looks it up, for which it needs the right to list zones.",
    ),
  auth: z
    .discriminatedUnion("type", [
      z.strictObject({
        type: z
          .literal("workloadIdentity")
          .describe(
            "The ServiceAccount `cert-manager/cert-manager` is known to Google Cloud; needs an entry in `network.metadataExceptions`.",
          ),
        serviceAccount: text({
          title: "service account",
          mend: "write the e-mail address of a Google service account, such as cert-manager-dns@example-dns.iam.gserviceaccount.com",
          pattern: /^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z0-9.-]{1,63}\.iam\.gserviceaccount\.com$/,
        })
          .optional()
          .describe(
            "A Google service account to act as. Default: cert-manager's ServiceAccount itself has the rights.",
          ),
      }),
      z.strictObject({
        type: z.literal("serviceAccountKey").describe("A key of a Google service account."),
        serviceAccountKey: secret("key.json").describe("The key's JSON file."),
      }),
    ])
    .describe("As whom cert-manager writes records."),
});

const azureDns = z.strictObject({
  type: z.literal("azureDns").describe("Azure DNS."),
  subscriptionId: uuid("subscription's ID").describe("The subscription that holds the zone."),
  resourceGroup: text({
    title: "resource group",
    mend: "write the resource group's name, such as dns",
    pattern: /^[\w.()-]{0,89}[\w()-]$/,
  }).describe("The resource group that holds the zone."),
  hostedZone: line("write the zone's name, such as example.com", { longest: 253 }).describe("The zone's name."),
  auth: z
    .discriminatedUnion("type", [
      z.strictObject({
        type: z
          .literal("workloadIdentity")
          .describe(
            "The ServiceAccount `cert-manager/cert-manager` is federated with a managed identity (Microsoft Entra Workload ID).",
          ),
        clientId: uuid("managed identity's client ID").describe("The managed identity's client ID."),
      }),
      z.strictObject({
        type: z.literal("clientSecret").describe("An application's client secret."),
        tenantId: uuid("tenant's ID").describe("The tenant's ID."),
        clientId: uuid("application's client ID").describe("The application's client ID."),
        clientSecret: secret("clientSecret").describe("The client secret."),
      }),
    ])
    .describe("As whom cert-manager writes records."),
});

const cloudflare = z.strictObject({
  type: z.literal("cloudflare").describe("Cloudflare."),
  apiToken: secret("apiToken").describe("An API token with the rights Zone:Read and DNS:Edit for the zone alone."),
});

export const dns01Provider = z.discriminatedUnion("type", [route53, cloudDns, azureDns, cloudflare]);
